import { describe, expect, test } from 'vitest';

import { broker, create, put, text, until, values } from '../test/kafka-streams-harness.ts';
import { MemoryBroker } from './adapters/memory/memory-broker.ts';
import type { ErrorHandlerContext, HandlerResponse } from './errors/exception-handlers.ts';
import type { StreamsError } from './errors/streams-error.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import type { Processor } from './processor/processor.ts';
import type { ProcessorContext } from './processor/processor-context.ts';
import { queryableStoreTypes } from './query/local-store.ts';
import type { Topology } from './topology/topology.ts';

// What the handlers of records are asked, and what becomes of the record and the instance then.

type Answer = (error: StreamsError, context: ErrorHandlerContext) => HandlerResponse;

/** Handlers that note what they are asked before they answer. */
const noting = (answers: { readonly processing: Answer; readonly production: Answer }) => {
  const asked: string[] = [];
  const note =
    (kind: 'processing' | 'production'): Answer =>
    (error, context) => {
      asked.push(`${kind} ${error.code} ${context.node}`);
      return answers[kind](error, context);
    };
  return { asked, processingExceptionHandler: note('processing'), productionExceptionHandler: note('production') };
};

const goOn = (): HandlerResponse => 'continue';
const failIt = (): HandlerResponse => 'fail';
const breakDown = (): HandlerResponse => {
  throw new Error('the handler is broken');
};

describe('a record that a sink behind a processor cannot write', () => {
  const serialize = (value: string) => {
    if (value === 'unwritable') throw new RangeError('no bytes for it');
    return text.value.serialize(value === 'large' ? 'x'.repeat(1_000) : value, 'out', []);
  };
  const topology = (): Topology => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', text)
      .peek(() => undefined, { name: 'before' })
      .to('out', { key: text.key, value: { ...text.value, serialize }, name: 'sink' });
    return builder.build();
  };
  const start = async (production: Answer) => {
    const server = new MemoryBroker();
    server.createTopic('in', { partitions: 1 });
    server.createTopic('out', { partitions: 1, configs: { 'max.message.bytes': '500' } });
    const { asked, ...handlers } = noting({ processing: goOn, production });
    const streams = create({ topology: topology(), broker: server, ...handlers });
    await streams.start();
    return { server, asked, streams };
  };

  test('and cannot be sent ends the task when the production handler says fail: nobody else is asked', async () => {
    const { server, asked, streams } = await start(failIt);
    put(server, 'in', ['a', 'large'], ['a', 'good']);
    await streams.ended();
    expect(streams.error).toMatchObject({ code: 'RECORD_TOO_LARGE' });
    expect(asked).toEqual(['production RECORD_TOO_LARGE sink']);
    expect(values(server, 'out')).toEqual([]);
  });

  test('because it has no bytes is for the processing handler when the production handler says fail', async () => {
    const { server, asked } = await start(failIt);
    put(server, 'in', ['a', 'unwritable'], ['a', 'good']);
    await until(() => server.records('out').length === 1);
    expect(asked).toEqual(['production SERIALIZATION_FAILED sink', 'processing PROCESSING_FAILED before']);
  });

  test('ends the task when the production handler itself fails, with an error that tells both', async () => {
    const { server, asked, streams } = await start(breakDown);
    put(server, 'in', ['a', 'unwritable'], ['a', 'good']);
    await streams.ended();
    expect(streams.error).toMatchObject({
      code: 'SERIALIZATION_FAILED',
      message:
        'The production exception handler failed: the handler is broken; ' +
        'it was asked about: A record for out cannot be serialised by sink: no bytes for it',
      cause: new Error('the handler is broken'),
    });
    expect(asked).toEqual(['production SERIALIZATION_FAILED sink']);
  });
});

test('a processing handler that fails ends the task: the nodes in front ask nobody about it', async () => {
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .peek(() => undefined, { name: 'outer' })
    .peek(() => undefined, { name: 'middle' })
    .peek(
      () => {
        throw new Error('boom');
      },
      { name: 'inner' },
    );
  const { asked, ...handlers } = noting({
    processing: (_error, context) => (context.node === 'inner' ? breakDown() : goOn()),
    production: goOn,
  });
  const server = broker('in');
  const streams = create({ topology: builder.build(), broker: server, ...handlers });
  await streams.start();
  put(server, 'in', ['a', 'x']);
  await streams.ended();
  expect(streams.error).toMatchObject({
    code: 'PROCESSING_FAILED',
    message: /^The processing exception handler failed: the handler is broken; it was asked about: inner failed on /,
    context: { node: 'inner', topic: 'in', offset: 0 },
  });
  expect(asked).toEqual(['processing PROCESSING_FAILED inner']);
});

test('an aggregate that does not fit into the changelog takes no update of another key with it', async () => {
  const small = Array.from({ length: 20 }, (_, index) => `key-${index}`);
  const topology = (): Topology => {
    const builder = new StreamsBuilder();
    const materialized = { name: 'texts', ...text, changelogConfig: { 'max.message.bytes': '2000' } };
    builder
      .stream('in', text)
      .groupByKey()
      .aggregate(
        () => '',
        (_key, value, aggregate) => aggregate + value,
        { materialized },
      )
      .toStream()
      .mapValues((value) => String(value.length))
      .to('out', text);
    return builder.build();
  };
  const server = new MemoryBroker();
  for (const topic of ['in', 'out']) server.createTopic(topic, { partitions: 1 });
  const { asked: _, ...handlers } = noting({ processing: goOn, production: goOn });
  // The cache is full long before all keys are in it, and the large one is the oldest.
  const options = { broker: server, statestoreCacheMaxBytes: 3_000, ...handlers };
  const first = create({ topology: topology(), ...options });
  await first.start();
  put(server, 'in', ['large', 'x'.repeat(2_500)], ...small.map((key) => [key, 'y'.repeat(100)] as const));
  const keysOut = () => new Set(server.records('out').map(({ key }) => String(key)));
  await until(() => small.every((key) => keysOut().has(key)));
  expect(first.state).toBe('RUNNING');
  await first.close();
  const second = create({ topology: topology(), ...options });
  await second.start();
  const restored = second.store('texts', queryableStoreTypes.keyValueStore<string, string>());
  for (const key of small) expect([key, (await restored.get(key))?.length]).toEqual([key, 100]);
});

describe('an asynchronous processor', () => {
  const topology = (make: (context: ProcessorContext<string, string>) => Processor<string, string>['process']) => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', text)
      .process(
        (): Processor<string, string> => {
          let process: Processor<string, string>['process'] = () => undefined;
          return {
            init: (context) => {
              process = make(context);
            },
            process: (record) => process(record),
          };
        },
        { name: 'own' },
      )
      .to('out', text);
    return builder.build();
  };

  test('is refused: its record is not committed as if it had been processed', async () => {
    const server = broker('in', 'out');
    const { promise, resolve } = Promise.withResolvers<void>();
    const streams = create({
      topology: topology((context) => async (record) => {
        await promise;
        context.forward(record);
      }),
      broker: server,
    });
    await streams.start();
    put(server, 'in', ['a', 'x']);
    await streams.ended();
    resolve();
    expect(streams.error).toMatchObject({
      code: 'PROCESSING_FAILED',
      context: { node: 'own', topic: 'in' },
      cause: { message: 'process() of own returned a promise, for which nobody waits; make it synchronous' },
    });
    expect(values(server, 'out')).toEqual([]);
  });

  test('that fails later is not an unhandled rejection', async () => {
    const server = broker('in', 'out');
    const { asked, ...handlers } = noting({ processing: goOn, production: goOn });
    const streams = create({
      topology: topology(() => async () => Promise.reject(new Error('later'))),
      broker: server,
      ...handlers,
    });
    await streams.start();
    put(server, 'in', ['a', 'x'], ['b', 'x']);
    // Vitest fails a run in which a rejection is unhandled.
    await until(() => asked.length === 2);
    expect(asked[0]).toBe('processing PROCESSING_FAILED own');
  });
});
