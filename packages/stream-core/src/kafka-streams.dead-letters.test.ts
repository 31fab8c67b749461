import { expect, test } from 'vitest';

import { broker, create, put, text, until, values } from '../test/kafka-streams-harness.ts';
import { deadLetterQueueRecord } from './errors/dead-letter.ts';
import { logAndContinue } from './errors/exception-handlers.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import type { Topology } from './topology/topology.ts';

// Dead letters on a broker (KIP-1034). What is in them is compared with Java's in test/recorded-errors.test.ts.

const refusing = (): Topology => {
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .mapValues((value) => {
      if (value === 'bad') throw new RangeError('no such thing');
      return value;
    })
    .to('out', text);
  return builder.build();
};

const dead = { errorsDeadLetterQueueTopicName: 'dead' };

test.each(['at_least_once', 'exactly_once_v2'] as const)(
  'a record that cannot be processed is in the dead letter queue, and the others go on: %s',
  async (processingGuarantee) => {
    const server = broker('in', 'out', 'dead');
    const streams = create({
      topology: refusing(),
      broker: server,
      processingGuarantee,
      processingExceptionHandler: logAndContinue,
      ...dead,
    });
    await streams.start();
    put(server, 'in', ['a', 'bad'], ['b', 'good']);
    await until(() => values(server, 'dead').length === 1 && values(server, 'out').length === 1);
    expect(values(server, 'dead')).toEqual(['bad']);
    expect(values(server, 'out')).toEqual(['good']);
    await streams.close();
  },
);

test('the record that ends an instance is in the queue at least once, but not when the transaction is aborted', async () => {
  for (const [processingGuarantee, expected] of [
    ['at_least_once', ['bad']],
    ['exactly_once_v2', []],
  ] as const) {
    const server = broker('in', 'out', 'dead');
    const streams = create({ topology: refusing(), broker: server, processingGuarantee, ...dead });
    await streams.start();
    put(server, 'in', ['a', 'bad']);
    await streams.ended();
    expect(streams.error).toMatchObject({ code: 'PROCESSING_FAILED' });
    expect(values(server, 'dead')).toEqual(expected);
  }
});

test('a dead letter queue that does not exist is told of at the start', async () => {
  const server = broker('in', 'out');
  const streams = create({ topology: refusing(), broker: server, ...dead });
  await streams.start().catch(() => undefined);
  await streams.ended();
  expect(streams.error).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION', context: { topic: 'dead' } });
});

test('a handler may send to a topic that is not known yet', async () => {
  const server = broker('in', 'out', 'other');
  const streams = create({
    topology: refusing(),
    broker: server,
    processingExceptionHandler: (error, context) => ({
      result: 'continue',
      deadLetterQueueRecords: [deadLetterQueueRecord('other', error, context)],
    }),
  });
  await streams.start();
  put(server, 'in', ['a', 'bad']);
  await until(() => values(server, 'other').length === 1);
  await streams.close();
});

test('a production handler that says retry waits for a topic that is made later (KIP-1065)', async () => {
  const server = broker('in', 'one');
  const builder = new StreamsBuilder();
  builder.stream('in', text).to((_key, topic) => topic, text);
  const asked: string[] = [];
  const streams = create({
    topology: builder.build(),
    broker: server,
    productionExceptionHandler: ({ code }) => {
      asked.push(code);
      return 'retry';
    },
  });
  await streams.start();
  put(server, 'in', ['a', 'later']);
  await until(() => asked.length > 0);
  server.createTopic('later', { partitions: 1 });
  await until(() => values(server, 'later').length === 1);
  expect(new Set(asked)).toEqual(new Set(['OUTPUT_TOPIC_MISSING']));
  await streams.close();
});
