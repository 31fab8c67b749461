import { expect, test } from 'vitest';

import type { GroupMetadata } from '../broker/group-consumer.ts';
import { silentLogger } from '../common/logger.ts';
import type { TopicPartition } from '../common/topic-partition.ts';
import { resolveProcessingConfig } from '../config/resolve-streams-config.ts';
import { StreamsError } from '../errors/streams-error.ts';
import { StreamsBuilder } from '../kstream/streams-builder.ts';
import { MetricsRegistry } from '../metrics/metrics.ts';
import { serdes } from '../serdes/serdes.ts';
import { createPlan } from '../topology/plan.ts';
import { OutputTopics } from './output-topics.ts';
import { StreamsProducer } from './streams-producer.ts';

const text = { key: serdes.string(), value: serdes.string() };
const builder = new StreamsBuilder();
builder
  .stream('in', text)
  .groupByKey()
  .count({ materialized: { name: 'counts' } });
const plan = createPlan(builder.build(), { applicationId: 'app', defaults: { key: null, value: null } });

const producing = (isTransactional: boolean, generationId = 1) => {
  const calls: string[] = [];
  const note = (call: string) => async () => {
    calls.push(call);
    return { baseOffset: 0 };
  };
  const producer = {
    begin: () => calls.push('begin'),
    send: async ({ topic }: TopicPartition) => {
      calls.push(`send ${topic}`);
      return { baseOffset: 0 };
    },
    sendOffsets: async (_offsets: unknown, sentAs: GroupMetadata) => {
      calls.push(`sendOffsets in ${sentAs.generationId}`);
      if (sentAs.generationId !== generationId) throw new StreamsError('ILLEGAL_GENERATION', 'refused');
    },
    commit: note('commit'),
    abort: note('abort'),
  };
  const streamsProducer = new StreamsProducer({
    producer: producer as never,
    topics: new OutputTopics({} as never, silentLogger),
    isTransactional,
    plan,
    batchSizeBytes: 1_000,
    chance: () => 0,
    refusals: {
      config: resolveProcessingConfig({ applicationId: 'app' }),
      logger: silentLogger,
      metrics: new MetricsRegistry(),
    },
  });
  const write = (): void =>
    streamsProducer.send({ topic: 'out', partition: 0, key: null, value: Buffer.alloc(50), timestamp: 0, headers: [] });
  return { producer: streamsProducer, calls, write };
};

const offset = { topicPartition: { topic: 'in', partition: 0 }, offset: 1, leaderEpoch: -1, metadata: '' };
const group = { groupId: 'g', generationId: 1, memberId: 'm', groupInstanceId: null };
const member = { groupMetadata: () => group, laterGeneration: async () => null };

test('a transaction is committed with offsets, which are what the broker fences it by', async () => {
  const { producer, calls, write } = producing(true);
  write();
  await producer.commit(producer.seal(), [offset], member);
  expect(calls).toEqual(['begin', 'send out', 'sendOffsets in 1', 'commit']);
});

test('offsets that come too late for a generation are sent again in the next one', async () => {
  const { producer, calls } = producing(true, 2);
  const rejoining = { ...member, laterGeneration: async (refused: GroupMetadata) => ({ ...refused, generationId: 2 }) };
  await producer.commit(producer.seal(), [offset], rejoining);
  expect(calls).toEqual(['begin', 'sendOffsets in 1', 'sendOffsets in 2', 'commit']);
});

test('offsets of a member that has lost its place are not committed', async () => {
  const { producer, calls } = producing(true, 2);
  const committing = producer.commit(producer.seal(), [offset], member);
  await expect(committing).rejects.toMatchObject({ code: 'ILLEGAL_GENERATION' });
  expect(calls).toEqual(['begin', 'sendOffsets in 1']);
});

test('output that no offsets go with is given up', async () => {
  const { producer, calls, write } = producing(true);
  write();
  await producer.commit(producer.seal(), [], member);
  expect(calls).toEqual(['begin', 'send out', 'abort']);
});

test('nothing to commit is no transaction', async () => {
  const { producer, calls } = producing(true);
  await producer.commit(producer.seal(), [], member);
  expect(calls).toEqual([]);
});

test('without transactions changelogs are sent when all other output is acknowledged', async () => {
  const { producer, calls, write } = producing(false);
  const change = { topic: 'app-counts-changelog', partition: 0, key: null, value: null, timestamp: 0, headers: [] };
  producer.send(change);
  write();
  producer.drain();
  expect(calls).toEqual(['send out']);
  const committing = producer.commit(producer.seal(), [offset], member);
  expect(calls).toEqual(['send out']);
  await committing;
  expect(calls).toEqual(['send out', 'send app-counts-changelog']);
  expect(producer.pendingBytes).toBe(0);
});

test('what waits counts until it is acknowledged, in a transaction until that is committed', async () => {
  for (const isTransactional of [true, false]) {
    const { producer, write } = producing(isTransactional);
    write();
    const waiting = producer.pendingBytes;
    expect(waiting).toBeGreaterThan(50);
    producer.drain();
    await new Promise(setImmediate);
    expect(producer.pendingBytes).toBe(isTransactional ? waiting : 0);
    producer.seal();
    expect(producer.pendingBytes).toBe(0);
  }
});
