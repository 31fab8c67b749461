import { describe, expect, it } from 'vitest';
import { batchOf, inProcessWorld } from '../../../../test/in-process-world.ts';
import { splitBatches } from '../../../broker/record-batch.ts';
import { kafkaErrors } from '../protocol/error-codes.ts';
import { fetchApi } from '../protocol/fetch-api.ts';

interface Asked {
  readonly partition?: number;
  readonly fetchOffset?: number;
  readonly currentLeaderEpoch?: number;
  readonly lastFetchedEpoch?: number;
  readonly partitionMaxBytes?: number;
}

interface FetchOptions {
  readonly minBytes?: number;
  readonly maxBytes?: number;
  readonly maxWaitMs?: number;
  readonly committed?: boolean;
  readonly session?: readonly [id: number, epoch: number];
  readonly forgotten?: readonly number[];
}

const world = (options: Parameters<typeof inProcessWorld>[0] = {}) => {
  const base = inProcessWorld(options);
  const topicId = base.brokers.topicId(base.broker.cluster.topics.get('t'));
  const requestOf = (asked: readonly Asked[], options: FetchOptions = {}) => ({
    maxWaitMs: options.maxWaitMs ?? 0,
    minBytes: options.minBytes ?? 1,
    maxBytes: options.maxBytes ?? 1_000_000,
    isolationLevel: options.committed === true ? 1 : 0,
    sessionId: options.session?.[0] ?? 0,
    sessionEpoch: options.session?.[1] ?? -1,
    topics: [
      {
        topic: 't',
        topicId,
        partitions: asked.map(({ partition = 0, fetchOffset = 0, partitionMaxBytes = 1_000_000, ...rest }) => ({
          partition,
          fetchOffset,
          partitionMaxBytes,
          ...rest,
        })),
      },
    ],
    forgottenTopicsData: [{ topic: 't', topicId, partitions: options.forgotten ?? [] }],
  });
  const fetch = (asked: readonly Asked[], options: FetchOptions = {}) => base.call(fetchApi, requestOf(asked, options));
  const fetchOne = async (asked: Asked, options: FetchOptions = {}) => {
    const found = (await fetch([asked], options)).responses[0]?.partitions[0];
    if (found === undefined) throw new Error('no partition in the answer');
    return found;
  };
  const write = (partition: number, ...values: string[]) =>
    base.broker.produce(
      't',
      values.map((value) => ({ key: null, value: Buffer.from(value), partition })),
    );
  return { ...base, topicId, requestOf, fetch, fetchOne, write };
};

const lastOffsets = (records: Uint8Array | null): number[] =>
  splitBatches(records ?? new Uint8Array()).map((batch) => batch.lastOffset);

const abortedTransaction = ({ broker }: ReturnType<typeof world>, transactionalId: string): number => {
  const { transactions } = broker.cluster;
  const producer = transactions.initProducerId(transactionalId, 60_000);
  const [batch] = splitBatches(batchOf(['gone'], { ...producer, baseSequence: 0 }, true));
  if (batch === undefined) throw new Error('no batch');
  broker.cluster.produce({ topicPartition: { topic: 't', partition: 0 }, batch, transactionalId, implicit: true });
  transactions.endTransaction({ transactionalId, ...producer }, false);
  return producer.producerId;
};

describe('fetch', () => {
  it('gives whole batches from the one that holds the offset, by name and by id', async () => {
    const base = world();
    base.write(0, 'a', 'b');
    base.write(0, 'c');
    const found = await base.fetchOne({ fetchOffset: 1 });
    expect(found).toMatchObject({ errorCode: 0, highWatermark: 3, logStartOffset: 0, abortedTransactions: null });
    expect(lastOffsets(found.records)).toEqual([1, 2]);
    const byName = await base.call(fetchApi, base.requestOf([{}]), { version: 12 });
    expect(byName.responses[0]?.topic).toBe('t');
    expect(lastOffsets(byName.responses[0]?.partitions[0]?.records ?? null)).toEqual([1, 2]);
  });

  it('stays in its budgets, but always gives the first batch', async () => {
    const base = world({ partitions: 2 });
    base.write(0, 'a');
    base.write(0, 'b');
    base.write(1, 'c');
    const found = await base.fetch([{ partitionMaxBytes: 1 }, { partition: 1 }], { maxBytes: 1 });
    const [first, second] = found.responses[0]?.partitions ?? [];
    expect(lastOffsets(first?.records ?? null)).toEqual([0]);
    expect(second?.records).toHaveLength(0);
  });

  it('waits for enough bytes, and no longer than it was told', async () => {
    const base = world();
    const waiting = base.fetchOne({}, { maxWaitMs: 500 });
    await base.clock.advance(499);
    base.write(0, 'late');
    expect(lastOffsets((await waiting).records)).toEqual([0]);

    const inVain = base.fetchOne({ fetchOffset: 1 }, { maxWaitMs: 500 });
    let isAnswered = false;
    void inVain.then(() => {
      isAnswered = true;
    });
    await base.clock.advance(499);
    expect(isAnswered).toBe(false);
    await base.clock.advance(1);
    expect(isAnswered).toBe(true);
    expect((await inVain).records).toHaveLength(0);
  });

  it('shows committed readers the end of what is stable, and what was aborted', async () => {
    const base = world();
    const producerId = abortedTransaction(base, 'x');
    const found = await base.fetchOne({}, { committed: true });
    expect(found).toMatchObject({ highWatermark: 2, lastStableOffset: 2 });
    expect(found.abortedTransactions).toEqual([{ producerId, firstOffset: 0 }]);
    const { transactions } = base.broker.cluster;
    const producer = transactions.initProducerId('y', 60_000);
    const [batch] = splitBatches(batchOf(['open'], { ...producer, baseSequence: 0 }, true));
    const topicPartition = { topic: 't', partition: 0 };
    if (batch !== undefined) {
      base.broker.cluster.produce({ topicPartition, batch, transactionalId: 'y', implicit: true });
    }
    const open = base.fetchOne({ fetchOffset: 2 }, { committed: true, maxWaitMs: 100 });
    await base.clock.advance(50);
    transactions.endTransaction({ transactionalId: 'y', ...producer }, true);
    expect(await open).toMatchObject({ highWatermark: 4, lastStableOffset: 4 });
    expect(lastOffsets((await open).records)).toEqual([2, 3]);
  });

  it('refuses offsets, topics and leader epochs that it does not know', async () => {
    const base = world({ nodes: 2 });
    expect((await base.fetchOne({ fetchOffset: 7 })).errorCode).toBe(kafkaErrors.OFFSET_OUT_OF_RANGE.number);
    expect((await base.fetchOne({ partition: 9 })).errorCode).toBe(kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.number);
    base.brokers.moveLeader({ topic: 't', partition: 0 }, 0);
    expect((await base.fetchOne({ currentLeaderEpoch: 0 })).errorCode).toBe(kafkaErrors.FENCED_LEADER_EPOCH.number);
    expect((await base.fetchOne({ currentLeaderEpoch: 2 })).errorCode).toBe(kafkaErrors.UNKNOWN_LEADER_EPOCH.number);
    base.brokers.moveLeader({ topic: 't', partition: 0 }, 1);
    const moved = await base.fetch([{}]);
    expect(moved.responses[0]?.partitions[0]).toMatchObject({
      errorCode: kafkaErrors.NOT_LEADER_OR_FOLLOWER.number,
      currentLeader: { leaderId: 1, leaderEpoch: 2 },
    });
    expect(moved.nodeEndpoints).toMatchObject([{ nodeId: 1 }]);
  });

  it('tells a topic that was created again by its id', async () => {
    const base = world();
    base.broker.cluster.topics.delete('t');
    base.broker.createTopic('t');
    expect((await base.fetchOne({})).errorCode).toBe(kafkaErrors.UNKNOWN_TOPIC_ID.number);
  });

  it('answers a waiting reader when the leader moves', async () => {
    const base = world({ nodes: 2 });
    const waiting = base.fetchOne({}, { maxWaitMs: 10_000 });
    await base.clock.advance(10);
    base.brokers.moveLeader({ topic: 't', partition: 0 }, 1);
    expect((await waiting).errorCode).toBe(kafkaErrors.NOT_LEADER_OR_FOLLOWER.number);
  });

  it('tells a reader that read more of an epoch than there is', async () => {
    const base = world({ nodes: 2 });
    base.write(0, 'a', 'b');
    base.brokers.moveLeader({ topic: 't', partition: 0 }, 0);
    const found = await base.fetchOne({ fetchOffset: 5, lastFetchedEpoch: 0, currentLeaderEpoch: 1 });
    expect(found).toMatchObject({ errorCode: 0, divergingEpoch: { epoch: 0, endOffset: 2 } });
    expect(found.records).toHaveLength(0);
  });
});

describe('a fetch session', () => {
  it('names only partitions with news, and knows what was asked before', async () => {
    const base = world({ partitions: 3 });
    const opened = await base.fetch([{}, { partition: 1 }, { partition: 2 }], { session: [0, 0] });
    expect(opened.responses[0]?.partitions).toHaveLength(3);
    const { sessionId } = opened;
    expect(sessionId).toBeGreaterThan(0);
    base.write(1, 'a');
    const first = await base.fetch([], { session: [sessionId, 1] });
    expect(first.responses[0]?.partitions.map(({ partitionIndex }) => partitionIndex)).toEqual([1]);
    const moved = await base.fetch([{ partition: 1, fetchOffset: 1 }], { session: [sessionId, 2], maxWaitMs: 0 });
    expect(moved.responses).toEqual([]);
    base.write(0, 'b');
    base.write(2, 'c');
    const forgotten = await base.fetch([], { session: [sessionId, 3], forgotten: [0] });
    expect(forgotten.responses[0]?.partitions.map(({ partitionIndex }) => partitionIndex)).toEqual([2]);
  });

  it('lets nobody starve: what brought records stands behind the others', async () => {
    const base = world({ partitions: 2 });
    base.write(0, 'a');
    base.write(0, 'b');
    base.write(1, 'c');
    const opened = await base.fetch([{}, { partition: 1 }], { session: [0, 0], maxBytes: 1 });
    const withRecords = (response: typeof opened) =>
      response.responses[0]?.partitions.filter(({ records }) => records?.length).map((each) => each.partitionIndex);
    expect(withRecords(opened)).toEqual([0]);
    const next = await base.fetch([{ fetchOffset: 1 }], { session: [opened.sessionId, 1], maxBytes: 1 });
    expect(withRecords(next)).toEqual([1]);
  });

  it('that is not known, or goes on elsewhere, is refused', async () => {
    const base = world();
    const { sessionId } = await base.fetch([{}], { session: [0, 0] });
    const known = await base.fetch([], { session: [sessionId, 7] });
    expect(known.errorCode).toBe(kafkaErrors.INVALID_FETCH_SESSION_EPOCH.number);
    base.brokers.fetchSessions[0]?.clear();
    const unknown = await base.fetch([], { session: [sessionId, 1] });
    expect(unknown.errorCode).toBe(kafkaErrors.FETCH_SESSION_ID_NOT_FOUND.number);
  });

  it('is closed by its last request', async () => {
    const base = world();
    const { sessionId } = await base.fetch([{}], { session: [0, 0] });
    expect(base.brokers.fetchSessions[0]?.size).toBe(1);
    await base.fetch([{}], { session: [sessionId, -1] });
    expect(base.brokers.fetchSessions[0]?.size).toBe(0);
  });
});
