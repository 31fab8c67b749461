import { describe, expect, test } from 'vitest';

import type { StreamRecord } from '../common/stream-record.ts';
import type { ErrorHandlerContext, HandlerResponse } from '../errors/exception-handlers.ts';
import type { StreamsError } from '../errors/streams-error.ts';
import type { Processor } from '../processor/processor.ts';
import type { ProcessorContext } from '../processor/processor-context.ts';
import { serdes } from '../serdes/serdes.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import { Topology } from './topology.ts';

const text = { key: serdes.string(), value: serdes.string() };
type Text = StreamRecord<string, string>;

/** Forwards every record as of 100 ms later. */
const forwardingLater = (): Processor<string, string> => {
  let own: ProcessorContext<string, string> | null = null;
  return {
    init: (context) => {
      own = context;
    },
    process: (record) => own?.forward({ ...record, timestamp: record.timestamp + 100 }),
  };
};

/** A failing node behind one that forwards later timestamps, with a second child beside it. */
const failing = (response: () => HandlerResponse) => {
  const asked: { readonly error: StreamsError; readonly context: ErrorHandlerContext }[] = [];
  const seen: Text[] = [];
  const topology = new Topology()
    .addSource('source', 'in', text)
    .addProcessor('later', forwardingLater, 'source')
    .addProcessor(
      'failing',
      () => ({
        process: ({ value }: Text) => {
          throw new RangeError(`cannot take ${value}`);
        },
      }),
      'later',
    )
    .addProcessor('beside', () => ({ process: (record: Text) => void seen.push(record) }), 'later');
  const driver = new TopologyTestDriver(topology, {
    processingExceptionHandler: (error, context) => {
      asked.push({ error, context: { ...context } });
      return response();
    },
  });
  return { driver, input: driver.createInputTopic('in', text), asked, seen };
};

describe('an operator that throws', () => {
  test('becomes an error that names the node and the record, with what was thrown as its cause', () => {
    const { input } = failing(() => 'fail');
    expect(() => input.pipeInput('a', 'x')).toThrow(
      expect.objectContaining({
        code: 'PROCESSING_FAILED',
        message: 'failing failed on the record at in-0 offset 0: cannot take x',
        context: { taskId: '0_0', node: 'failing', topic: 'in', partition: 0, offset: 0 },
        cause: new RangeError('cannot take x'),
      }),
    );
  });

  test('is put to the handler once, with the record as it was read, not to the nodes in front of it too', () => {
    const { input, asked } = failing(() => 'fail');
    expect(() => input.pipeInput('a', 'x', { timestamp: 5, headers: [{ key: 'h', value: null }] })).toThrow();
    expect(asked.map(({ context }) => context)).toEqual([
      {
        taskId: '0_0',
        node: 'failing',
        topic: 'in',
        partition: 0,
        offset: 0,
        timestamp: 105,
        headers: [{ key: 'h', value: null }],
        rawKey: Buffer.from('a'),
        rawValue: Buffer.from('x'),
        serializationExceptionOrigin: null,
        deadLetterQueueTopicName: null,
      },
    ]);
  });

  test('drops its record alone when the handler goes on: the node beside it and the next record are as always', () => {
    const { driver, input, seen } = failing(() => 'continue');
    input.pipeInput('a', 'x', { timestamp: 5 });
    input.pipeInput('a', 'y', { timestamp: 7 });
    expect(seen.map(({ value, timestamp }) => [value, timestamp])).toEqual([
      ['x', 105],
      ['y', 107],
    ]);
    expect(driver.metrics().filter(({ name }) => name === 'dropped-records-total')).toEqual([
      { name: 'dropped-records-total', tags: { task: '0_0', node: 'failing', reason: 'handler' }, value: 2 },
    ]);
  });

  test('leaves the record in hand its timestamp, when it failed while it forwarded another one', () => {
    const seen: number[] = [];
    const topology = new Topology()
      .addSource('source', 'in', text)
      .addProcessor('later', forwardingLater, 'source')
      .addSink('broken', 'out', { parents: 'later', ...text, partitioner: () => 7 })
      .addSink('beside', (_key, _value, { timestamp }) => `seen-${seen.push(timestamp)}`, {
        parents: 'source',
        ...text,
      });
    const driver = new TopologyTestDriver(topology, { processingExceptionHandler: () => 'continue' });
    driver.createInputTopic('in', text).pipeInput('a', 'x', { timestamp: 5 });
    expect(seen).toEqual([5]);
  });

  test('ends the task with what the handler threw, when the handler throws', () => {
    const { input } = failing(() => {
      throw new Error('the handler fails');
    });
    expect(() => input.pipeInput('a', 'x')).toThrow('the handler fails');
  });
});
