import { describe, expect, test } from 'vitest';

import { ProduceCluster } from '../../../../test/kafka/produce-cluster.ts';
import { RecordBatchBuilder } from '../../../broker/record-batch-builder.ts';
import { seededChance } from '../../../common/chance.ts';
import { noHeaders } from '../../../common/headers.ts';
import { ManualClock } from '../../../testing/manual-clock.ts';
import type { KafkaErrorName } from '../protocol/error-codes.ts';
import { KafkaProducer } from './kafka-producer.ts';

const first = { topic: 't', partition: 0 };
const second = { topic: 't', partition: 1 };

const batchOf = (value: string) => {
  const builder = new RecordBatchBuilder();
  builder.append(null, Buffer.from(value), 1_000, noHeaders);
  return builder.build();
};

const open = (transactionVersion: number) => {
  const clock = new ManualClock(1_000_000);
  const cluster = new ProduceCluster(clock, transactionVersion);
  const producer = new KafkaProducer({
    cluster,
    clock,
    chance: seededChance(1),
    transactionalId: 'txn',
    transactionTimeoutMs: 10_000,
    compression: 'none',
    maxRequestSizeBytes: 1_000_000,
    deliveryTimeoutMs: 120_000,
    requestTimeoutMs: 30_000,
    backoff: { retryBackoffMs: 20, retryBackoffMaxMs: 1_000 },
    onClose: () => {},
  });
  /** One whole transaction. */
  const transaction = async (...values: readonly string[]) => {
    producer.begin();
    for (const value of values) await clock.settle(producer.send(first, batchOf(value)));
    await clock.settle(producer.commit());
  };
  return { clock, cluster, producer, transaction };
};

const opened = async (transactionVersion: number) => {
  const world = open(transactionVersion);
  await world.clock.settle(world.producer.init());
  world.cluster.seen.length = 0;
  return world;
};

const group = { groupId: 'g', generationId: 7, memberId: 'm', groupInstanceId: 'i' };
const offset = { topicPartition: first, offset: 3, leaderEpoch: 2, metadata: 'kept' };

/** The requests in their order, each with its version. */
const asked = (cluster: ProduceCluster) => cluster.seen.map(({ api, version }) => `${api} ${version}`);

const unavailable = { code: 'BROKER_UNAVAILABLE' };

describe('transactions of version 2', () => {
  test('need no request but the writes and the end, and raise the epoch each time', async () => {
    const { clock, cluster, producer, transaction } = await opened(2);
    for (let round = 0; round < 3; round++) {
      producer.begin();
      await clock.settle(producer.send(first, batchOf(`${round}`)));
      await clock.settle(producer.sendOffsets([offset], group));
      await clock.settle(producer.commit());
    }
    const each = ['Produce 12', 'TxnOffsetCommit 5', 'EndTxn 5'];
    expect(asked(cluster)).toEqual([...each, ...each, ...each]);
    expect(cluster.requests('TxnOffsetCommit')[2]?.request).toMatchObject({
      ...group,
      transactionalId: 'txn',
      producerEpoch: 2,
      topics: [
        {
          name: 't',
          partitions: [{ partitionIndex: 0, committedOffset: 3, committedLeaderEpoch: 2, committedMetadata: 'kept' }],
        },
      ],
    });
    await transaction('x', 'y');
    const stamps = cluster.log(first).batches.map(({ producerEpoch, baseSequence }) => [producerEpoch, baseSequence]);
    expect(stamps).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 0],
      [3, 1],
    ]);
    expect(cluster.log(first).batches.every(({ isTransactional }) => isTransactional)).toBe(true);
  });

  test('go on with the producer id that the end of one names', async () => {
    const { cluster, transaction } = await opened(2);
    await transaction('a');
    cluster.changeProducerId();
    await transaction('b');
    await transaction('c');
    expect(cluster.log(first).batches.map(({ producerId }) => producerId)).toEqual([100, 100, 101]);
    expect(cluster.log(first).batches.at(-1)).toMatchObject({ producerEpoch: 0, baseSequence: 0 });
  });

  test('that are empty ask nobody', async () => {
    const { clock, cluster, producer } = await opened(2);
    producer.begin();
    await clock.settle(producer.commit());
    producer.begin();
    await clock.settle(producer.abort());
    expect(cluster.seen).toEqual([]);
  });

  test('can only be aborted after TRANSACTION_ABORTABLE', async () => {
    const { clock, cluster, producer, transaction } = await opened(2);
    const abortable = { code: 'TRANSACTION_ABORTABLE' };
    for (const api of ['Produce', 'TxnOffsetCommit', 'EndTxn']) {
      producer.begin();
      cluster.script(api, { error: 'TRANSACTION_ABORTABLE' });
      await clock.settle(Promise.allSettled([producer.send(first, batchOf('lost'))]));
      const offsetsSent = clock.settle(producer.sendOffsets([offset], group));
      if (api === 'EndTxn') await offsetsSent;
      else await expect(offsetsSent).rejects.toMatchObject(abortable);
      await expect(clock.settle(producer.commit()), api).rejects.toMatchObject(abortable);
      await expect(producer.send(first, batchOf('late'))).rejects.toMatchObject(abortable);
      await clock.settle(producer.abort());
    }
    await transaction('a');
    expect(cluster.requests('EndTxn').map(({ request }) => (request as { committed: boolean }).committed)).toEqual([
      false,
      false,
      true,
      false,
      true,
    ]);
  });
});

describe('transactions of version 1', () => {
  test('name partitions and groups before they are written to', async () => {
    const { clock, cluster, producer } = await opened(1);
    for (let round = 0; round < 2; round++) {
      producer.begin();
      await clock.settle(Promise.all([producer.send(first, batchOf('a')), producer.send(first, batchOf('b'))]));
      await clock.settle(producer.sendOffsets([offset], group));
      await clock.settle(producer.sendOffsets([offset], group));
      await clock.settle(producer.commit());
    }
    const offsets = ['AddOffsetsToTxn 4', 'TxnOffsetCommit 4', 'TxnOffsetCommit 4', 'EndTxn 4'];
    const firstRound = ['AddPartitionsToTxn 3', 'Produce 11', 'Produce 11', ...offsets];
    expect(asked(cluster).slice(0, firstRound.length)).toEqual(firstRound);
    expect(cluster.requests('AddPartitionsToTxn')).toHaveLength(2);
    // One epoch, in which the sequence goes on.
    const stamps = cluster.log(first).batches.map(({ producerEpoch, baseSequence }) => [producerEpoch, baseSequence]);
    expect(stamps).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [0, 3],
    ]);
  });

  test('get a new epoch when a request got lost that could count for the next one', async () => {
    const { cluster, transaction } = await opened(1);
    cluster.script('EndTxn', 'answer lost');
    await transaction('a');
    expect(cluster.seen.at(-1)).toMatchObject({
      api: 'InitProducerId',
      request: { producerId: 100, producerEpoch: 0 },
    });
    await transaction('b');
    expect(cluster.log(first).batches.at(-1)).toMatchObject({ producerEpoch: 1, baseSequence: 0 });
    expect(cluster.requests('InitProducerId')).toHaveLength(1);
  });

  test('get a new epoch after a batch was refused, whose number is missing', async () => {
    const { clock, cluster, producer, transaction } = await opened(1);
    await transaction('a');
    cluster.script('Produce', { error: 'MESSAGE_TOO_LARGE' });
    producer.begin();
    const outcomes = await clock.settle(
      Promise.allSettled([...'bcd'].map((value) => producer.send(first, batchOf(value)))),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await clock.settle(producer.abort());
    await transaction('e');
    expect(cluster.log(first).values).toEqual(['a', 'e']);
    expect(cluster.log(first).batches.at(-1)).toMatchObject({ producerEpoch: 1, baseSequence: 0 });
  });

  test('fail with the partition that the coordinator refuses', async () => {
    const { clock, cluster, producer, transaction } = await opened(1);
    cluster.script('AddPartitionsToTxn', { error: 'TOPIC_AUTHORIZATION_FAILED' });
    producer.begin();
    const denied = { code: 'AUTHORIZATION_FAILED' };
    await expect(clock.settle(producer.send(second, batchOf('a')))).rejects.toMatchObject(denied);
    await expect(clock.settle(producer.commit())).rejects.toMatchObject(denied);
    await clock.settle(producer.abort());
    await transaction('b');
    expect(cluster.log(first).values).toEqual(['b']);
  });
});

describe.each([1, 2])('a transaction of version %i', (version) => {
  test('waits for the one before it, whose markers are being written', async () => {
    const { clock, cluster, producer } = open(version);
    cluster.script('InitProducerId', { error: 'CONCURRENT_TRANSACTIONS' }, { error: 'NOT_COORDINATOR' }, 'answer lost');
    await clock.settle(producer.init());
    producer.begin();
    cluster.script('EndTxn', { error: 'CONCURRENT_TRANSACTIONS' }, { error: 'COORDINATOR_LOAD_IN_PROGRESS' });
    cluster.script('TxnOffsetCommit', { error: 'CONCURRENT_TRANSACTIONS' }, { error: 'COORDINATOR_NOT_AVAILABLE' });
    cluster.script('AddPartitionsToTxn', { error: 'CONCURRENT_TRANSACTIONS' }, { error: 'NOT_COORDINATOR' });
    cluster.script('Produce', { error: 'CONCURRENT_TRANSACTIONS' });
    await clock.settle(producer.send(first, batchOf('a')));
    await clock.settle(producer.sendOffsets([offset], group));
    await clock.settle(producer.commit());
    expect(cluster.log(first).values).toEqual(['a']);
  });

  test.each<[KafkaErrorName, string]>([
    ['ILLEGAL_GENERATION', 'ILLEGAL_GENERATION'],
    ['UNKNOWN_MEMBER_ID', 'UNKNOWN_MEMBER_ID'],
    ['FENCED_INSTANCE_ID', 'FENCED_INSTANCE_ID'],
    ['GROUP_AUTHORIZATION_FAILED', 'AUTHORIZATION_FAILED'],
  ])('is aborted when its offsets meet %s, and the producer goes on', async (error, code) => {
    const { clock, cluster, producer, transaction } = await opened(version);
    cluster.script('TxnOffsetCommit', { error });
    producer.begin();
    await expect(clock.settle(producer.sendOffsets([offset], group))).rejects.toMatchObject({ code });
    await expect(clock.settle(producer.commit())).rejects.toMatchObject({ code });
    await clock.settle(producer.abort());
    await transaction('a');
    expect(cluster.log(first).values).toEqual(['a']);
  });

  test.each<[string, KafkaErrorName]>([
    ['Produce', 'INVALID_PRODUCER_EPOCH'],
    ['Produce', 'PRODUCER_FENCED'],
    ['Produce', 'INVALID_PRODUCER_ID_MAPPING'],
    ['TxnOffsetCommit', 'INVALID_PRODUCER_EPOCH'],
    ['TxnOffsetCommit', 'PRODUCER_FENCED'],
    ['TxnOffsetCommit', 'INVALID_PRODUCER_ID_MAPPING'],
    ['EndTxn', 'PRODUCER_FENCED'],
    ['EndTxn', 'INVALID_PRODUCER_ID_MAPPING'],
    ['EndTxn', 'INVALID_TXN_STATE'],
  ])('ends its producer when %s meets %s', async (api, error) => {
    const { clock, cluster, producer } = await opened(version);
    cluster.script(api, { error });
    producer.begin();
    const ended = { code: error };
    const attempts = async () => {
      await producer.send(first, batchOf('a'));
      await producer.sendOffsets([offset], group);
      await producer.commit();
    };
    await expect(clock.settle(attempts())).rejects.toMatchObject(ended);
    await expect(clock.settle(producer.abort())).rejects.toMatchObject(ended);
    await expect(clock.settle(producer.commit())).rejects.toMatchObject(ended);
    await expect(producer.send(second, batchOf('b'))).rejects.toMatchObject(ended);
    expect(() => producer.begin()).toThrow(expect.objectContaining(ended));
  });

  test('whose end nobody answered ends its producer, which asks nothing more', async () => {
    const { clock, cluster, producer } = await opened(version);
    cluster.script('EndTxn', ...Array.from({ length: 1_000 }, () => 'answer lost' as const));
    producer.begin();
    await clock.settle(producer.send(first, batchOf('a')));
    const startMs = clock.now();
    await expect(clock.settle(producer.commit())).rejects.toMatchObject(unavailable);
    expect(clock.now() - startMs).toBeLessThanOrEqual(150_000);
    const { length } = cluster.seen;
    await expect(producer.abort()).rejects.toMatchObject(unavailable);
    await expect(producer.send(first, batchOf('b'))).rejects.toMatchObject(unavailable);
    expect(() => producer.begin()).toThrow(expect.objectContaining(unavailable));
    expect(cluster.seen).toHaveLength(length);
  });

  test('cannot be committed without a batch that nobody answered for', async () => {
    const { clock, cluster, producer } = await opened(version);
    cluster.script('Produce', ...Array.from({ length: 1_000 }, () => 'lost' as const));
    producer.begin();
    await expect(clock.settle(producer.send(first, batchOf('a')))).rejects.toMatchObject(unavailable);
    await expect(clock.settle(producer.commit())).rejects.toMatchObject(unavailable);
    expect(cluster.requests('EndTxn')).toEqual([]);
  });

  test('that is committed waits for what is being sent', async () => {
    const { clock, cluster, producer } = await opened(version);
    producer.begin();
    cluster.script('Produce', 'answer lost', { error: 'NOT_ENOUGH_REPLICAS' });
    const sends = [...'abcdefgh'].map((value) => producer.send(first, batchOf(value)));
    await clock.settle(Promise.all([...sends, producer.commit()]));
    expect(cluster.log(first).values.join('')).toBe('abcdefgh');
    expect(cluster.seen.findLastIndex(({ api }) => api === 'Produce')).toBeLessThan(
      cluster.seen.findIndex(({ api }) => api === 'EndTxn'),
    );
  });
});
