import { expect, test } from 'vitest';

import type { DeadLetterQueueRecord } from '../src/errors/dead-letter.ts';
import type { ErrorHandlerContext, ProductionHandlerResponse } from '../src/errors/exception-handlers.ts';
import { logAndContinue } from '../src/errors/exception-handlers.ts';
import type { StreamsError } from '../src/errors/streams-error.ts';
import { StreamsBuilder } from '../src/kstream/streams-builder.ts';
import type { Processor } from '../src/processor/processor.ts';
import type { Serde } from '../src/serdes/serde.ts';
import { serdes } from '../src/serdes/serdes.ts';
import type { TestDriverConfig } from '../src/testing/topology-test-driver.ts';
import type { Topology } from '../src/topology/topology.ts';
import { driveEdges, headerTexts } from './edge-driver.ts';
import type { RecordedRun } from './recorded-edges.ts';
import { recordedEdges } from './recorded-edges.ts';

// What handlers of exceptions are told, and what is written, against recorded answers of Kafka Streams.

interface Asked {
  readonly kind: string;
  readonly error: string;
  readonly message: string | null;
  readonly topic: string | null;
  readonly [name: string]: unknown;
}

interface ErrorCase extends RecordedRun {
  readonly handlers: 'default' | 'logAndContinue' | 'own';
  readonly how: 'letters' | 'none' | 'fail' | 'continue' | 'letter' | 'retry';
  readonly asked: readonly Asked[];
}

class IllegalStateException extends Error {}

const inner = serdes.string();

const breaking = (on: string): Serde<string> => ({
  ...inner,
  serialize: (value, topic, headers) => {
    if (value.includes(on)) throw new IllegalStateException(`cannot write ${value}`);
    return inner.serialize(value, topic, headers);
  },
  deserialize: (bytes, topic, headers) => {
    const value = inner.deserialize(bytes, topic, headers);
    if (value.includes('unreadable')) throw new IllegalStateException(`cannot read ${value}`);
    return value;
  },
});

const topology = (): Topology => {
  const builder = new StreamsBuilder();
  builder
    .stream('in', { key: breaking('never'), value: breaking('never'), name: 'source' })
    .process(
      (): Processor<string, string> => {
        let process: Processor<string, string>['process'] = () => undefined;
        return {
          init: (context) => {
            context.schedule(50, 'stream_time', (at) => {
              if (at === 60) throw new IllegalStateException(`punctuation ${at}`);
            });
            process = (record) => {
              if (record.value.includes('unchangeable'))
                throw new IllegalStateException(`cannot change ${record.value}`);
              if (record.value.includes('mute')) throw new IllegalStateException();
              const added = { key: 'added', value: Buffer.from('by processor') };
              context.forward({ ...record, headers: [...record.headers, added] });
            };
          },
          process: (record) => process(record),
        };
      },
      { name: 'own' },
    )
    .to('out', { key: breaking('unwritable'), value: breaking('unwritable'), name: 'sink' });
  return builder.build();
};

const letter: DeadLetterQueueRecord = {
  topic: 'dead',
  key: Buffer.from('letter'),
  value: Buffer.from('own'),
  timestamp: 77,
  headers: [],
};

const base64 = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('base64');

/** As `Asked` in the recorder. The class of an error is that of what the user's code threw. */
const noted = (kind: string, { cause }: StreamsError, context: ErrorHandlerContext): Asked => ({
  kind,
  error: cause instanceof Error ? cause.constructor.name : 'none',
  message: cause instanceof Error && cause.message !== '' ? cause.message : null,
  topic: context.topic,
  partition: context.partition,
  offset: context.offset,
  timestamp: context.timestamp,
  node: context.node,
  taskId: context.taskId,
  headers: headerTexts(context.headers),
  rawKey: base64(context.rawKey),
  rawValue: base64(context.rawValue),
  more: context.serializationExceptionOrigin?.toUpperCase() ?? null,
});

const configOf = ({ handlers, how }: ErrorCase, asked: Asked[]): TestDriverConfig => {
  const letters = how === 'letters' ? { errorsDeadLetterQueueTopicName: 'dead' } : {};
  if (handlers === 'default') return letters;
  if (handlers === 'logAndContinue') {
    // Java has no such handler for production.
    return { ...letters, deserializationExceptionHandler: logAndContinue, processingExceptionHandler: logAndContinue };
  }
  const response = how === 'letter' ? { result: 'continue' as const, deadLetterQueueRecords: [letter] } : how;
  const note = (kind: string) => (error: StreamsError, context: ErrorHandlerContext) => {
    asked.push(noted(kind, error, context));
    return response === 'retry' || response === 'letters' || response === 'none' ? ('continue' as const) : response;
  };
  return {
    deserializationExceptionHandler: note('deserialization'),
    processingExceptionHandler: note('processing'),
    productionExceptionHandler: (error, context): ProductionHandlerResponse => {
      const other = note('production')(error, context);
      return response === 'retry' ? 'retry' : other;
    },
  };
};

/** Without the texts and classes of Java's own exception about a record that cannot be serialised. */
const comparable = (asked: readonly Asked[]): readonly Asked[] =>
  asked.map((one) => {
    const error = one.error.split('.').at(-1) as string;
    return /^Streams(Exception|Error)$/.test(error)
      ? { ...one, error: 'of the library', message: 'of the library' }
      : { ...one, error };
  });

const ownTexts = new Set(['exception', 'message', 'stacktrace'].map((name) => `__streams.errors.${name}`));

const comparableOutputs = (outputs: RecordedRun['outputs']): RecordedRun['outputs'] =>
  outputs.map((output) => {
    const isOfLibrary = output.headers.some(([, text]) => /StreamsException|StreamsError/.test(text ?? ''));
    return {
      ...output,
      headers: output.headers.map(([name, text]) => {
        if (isOfLibrary && ownTexts.has(name)) return [name, 'of the library'];
        // Java's names have a package, and the trace of an Error begins with the name of its base class.
        const short = text
          ?.replace(/^java\.lang\./, '')
          .replace(/^Error(?=:|$)/, 'IllegalStateException')
          .replace(/: $/, '');
        return [name, short ?? null];
      }),
    };
  });

const cases = recordedEdges<ErrorCase>('errors');
const title = ({ inputs, handlers, how }: ErrorCase): string =>
  `${inputs[0]?.key}=${inputs[0]?.value}, ${handlers} handlers, ${how}`;

test.each(cases.map((one) => [title(one), one] as const))('%s', (_title, one) => {
  const asked: Asked[] = [];
  const { error, outputs } = driveEdges(topology(), configOf(one, asked), { ...one, topics: ['out', 'dead'] });
  expect(comparable(asked)).toEqual(comparable(one.asked));
  expect(comparableOutputs(outputs)).toEqual(comparableOutputs(one.outputs));
  expect(error === null).toBe(one.error === null);
});
