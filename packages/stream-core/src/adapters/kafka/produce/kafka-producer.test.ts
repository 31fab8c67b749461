import { describe, expect, test } from 'vitest';

import type { ProduceFault } from '../../../../test/kafka/produce-cluster.ts';
import { ProduceCluster } from '../../../../test/kafka/produce-cluster.ts';
import { RecordBatchBuilder } from '../../../broker/record-batch-builder.ts';
import { seededChance } from '../../../common/chance.ts';
import { noHeaders } from '../../../common/headers.ts';
import { ManualClock } from '../../../testing/manual-clock.ts';
import { KafkaProducer } from './kafka-producer.ts';

const first = { topic: 't', partition: 0 };
const second = { topic: 't', partition: 1 };

const batchOf = (...values: readonly string[]) => {
  const builder = new RecordBatchBuilder();
  for (const value of values) builder.append(null, Buffer.from(value), 1_000, noHeaders);
  return builder.build();
};

const open = async ({ maxRequestSizeBytes = 1_000_000, requestTimeoutMs = 30_000 } = {}) => {
  const clock = new ManualClock(1_000_000);
  const cluster = new ProduceCluster(clock);
  const producer = new KafkaProducer({
    cluster,
    clock,
    chance: seededChance(1),
    transactionalId: null,
    transactionTimeoutMs: 1_000,
    compression: 'none',
    maxRequestSizeBytes,
    deliveryTimeoutMs: 120_000,
    requestTimeoutMs,
    backoff: { retryBackoffMs: 20, retryBackoffMaxMs: 1_000 },
    onClose: () => {},
  });
  await clock.settle(producer.init());
  /** Sends batches of one record each, and gives what became of them. */
  const send = (values: string, partition = first) =>
    Promise.allSettled([...values].map((value) => producer.send(partition, batchOf(value))));
  /** Sends one batch and lets it be acknowledged: from then on several are under way at a time. */
  const warmUp = () => clock.settle(producer.send(first, batchOf('0')));
  return { clock, cluster, producer, send, warmUp };
};

const offsets = (outcomes: readonly PromiseSettledResult<{ baseOffset: number | null }>[]) =>
  outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.baseOffset : outcome.reason.code));

describe('sending', () => {
  test('has one request with the batches of all partitions of a leader', async () => {
    const { clock, cluster, producer } = await open();
    await Promise.all([first, second].map((partition) => clock.settle(cluster.leader(partition))));
    for (const [a, b] of ['ab', 'cd']) {
      const sends = [producer.send(first, batchOf(a!)), producer.send(second, batchOf(b!))];
      await clock.settle(Promise.all(sends));
    }
    expect(cluster.requests('Produce')).toHaveLength(2);
    expect(cluster.requests('Produce')[0]).toMatchObject({ version: 12, request: { acks: -1, transactionalId: null } });
    expect(cluster.log(first).values).toEqual(['a', 'c']);
    expect(cluster.log(second).values).toEqual(['b', 'd']);
  });

  test('has five requests under way to a node, and no more', async () => {
    const { clock, cluster, send, warmUp } = await open();
    await warmUp();
    const sent = send('abcdefgh');
    await clock.advance(0);
    expect(cluster.requests('Produce')).toHaveLength(1 + 5);
    expect(offsets(await clock.settle(sent))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(cluster.log(first).batches.map(({ baseSequence }) => baseSequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('begins with one batch alone, since a broker that knows nothing would take the second without it', async () => {
    const { clock, cluster, send } = await open();
    cluster.script('Produce', { error: 'NOT_ENOUGH_REPLICAS' });
    expect(offsets(await clock.settle(send('abc')))).toEqual([0, 1, 2]);
    expect(cluster.log(first).values).toEqual(['a', 'b', 'c']);
  });

  test('splits what is too much for one request', async () => {
    const { clock, cluster, producer } = await open({ maxRequestSizeBytes: 200 });
    const big = 'x'.repeat(80);
    await clock.settle(Promise.all([producer.send(first, batchOf(big)), producer.send(second, batchOf(big))]));
    expect(cluster.requests('Produce')).toHaveLength(2);
    const tooLarge = producer.send(first, batchOf('x'.repeat(300)));
    await expect(tooLarge).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' });
    expect(await clock.settle(producer.send(first, batchOf('y')))).toEqual({ baseOffset: 1 });
  });
});

describe('each batch is there once and in order', () => {
  const faults: Record<string, readonly ProduceFault[]> = {
    'a lost request': ['lost'],
    'a lost answer': ['answer lost'],
    'lost answers of all that are under way': [
      'answer lost',
      'answer lost',
      'answer lost',
      'answer lost',
      'answer lost',
    ],
    'a lost request among others': [
      { error: 'REQUEST_TIMED_OUT' },
      'lost',
      'answer lost',
      { error: 'NOT_ENOUGH_REPLICAS' },
    ],
    'missing replicas': [{ error: 'NOT_ENOUGH_REPLICAS' }, { error: 'NOT_ENOUGH_REPLICAS' }],
    'an unknown server error': [{ error: 'UNKNOWN_SERVER_ERROR' }],
    'a leader that is being elected': [{ error: 'LEADER_NOT_AVAILABLE' }, { error: 'NOT_LEADER_OR_FOLLOWER' }],
    'a coordinator that is not ready': [{ error: 'CONCURRENT_TRANSACTIONS' }],
  };
  test.each(Object.entries(faults))('after %s', async (_, script) => {
    const { clock, cluster, send, warmUp } = await open();
    await warmUp();
    cluster.script('Produce', ...script);
    expect(offsets(await clock.settle(send('abcdefgh')))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(cluster.log(first).values.join('')).toBe('0abcdefgh');
  });

  test('after the leader has moved, as its answer says', async () => {
    const { clock, cluster, send, warmUp } = await open();
    await warmUp();
    cluster.move(first, 2);
    const moved = { error: 'NOT_LEADER_OR_FOLLOWER', leader: 2 } as const;
    cluster.script('Produce', moved, moved, moved, moved, moved);
    const startMs = clock.now();
    expect(offsets(await clock.settle(send('abcdefgh')))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    // The hint leaves nothing to wait for.
    expect(clock.now() - startMs).toBeLessThan(20);
    expect(cluster.log(first).values.join('')).toBe('0abcdefgh');
  });

  test('after the leader has moved, while the other partition goes on', async () => {
    const { clock, cluster, send, warmUp } = await open();
    await warmUp();
    await clock.settle(send('0', second));
    cluster.move(first, 2);
    const sent = [send('abcdefgh'), send('klmnopqr', second)];
    const [moved, stayed] = await clock.settle(Promise.all(sent));
    expect(offsets(moved!)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(offsets(stayed!)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(cluster.log(first).values.join('')).toBe('0abcdefgh');
    expect(cluster.log(second).values.join('')).toBe('0klmnopqr');
  });

  test('when chance decides about every request', async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { clock, cluster, send, warmUp } = await open({ requestTimeoutMs: 500 });
      await warmUp();
      const chance = seededChance(seed);
      const kinds: ProduceFault[] = [
        'lost',
        'answer lost',
        { error: 'NOT_ENOUGH_REPLICAS', key: 't-0' },
        { error: 'NOT_LEADER_OR_FOLLOWER' },
        { error: 'REQUEST_TIMED_OUT' },
      ];
      const harmless: ProduceFault = { error: 'REQUEST_TIMED_OUT', key: 'none' };
      const script = Array.from({ length: 30 }, () => kinds[Math.floor(chance() * 10)] ?? harmless);
      cluster.script('Produce', ...script);
      const sends = [send('abcdefghijklm'), send('nopqrstuvwxyz', second)];
      await clock.advance(3);
      cluster.move(first, 2);
      await clock.advance(200);
      cluster.move(first, 1);
      cluster.move(second, 2);
      const outcomes = (await clock.settle(Promise.all(sends))).flat();
      expect(
        outcomes.filter(({ status }) => status === 'rejected'),
        `seed ${seed}`,
      ).toEqual([]);
      expect(cluster.log(first).values.join(''), `seed ${seed}`).toBe('0abcdefghijklm');
      expect(cluster.log(second).values.join(''), `seed ${seed}`).toBe('nopqrstuvwxyz');
    }
  });

  test('when it is a duplicate whose offset nobody knows any more', async () => {
    const { clock, cluster, send, warmUp } = await open();
    await warmUp();
    cluster.script('Produce', { error: 'DUPLICATE_SEQUENCE_NUMBER' });
    expect(offsets(await clock.settle(send('a')))).toEqual([null]);
  });
});

describe('a refused batch', () => {
  test('fails alone, and those behind it close up', async () => {
    const { clock, cluster, send, warmUp } = await open();
    await warmUp();
    cluster.script('Produce', { error: 'REQUEST_TIMED_OUT', key: 'none' }, { error: 'MESSAGE_TOO_LARGE' });
    expect(offsets(await clock.settle(send('abcdefgh')))).toEqual([1, 'RECORD_TOO_LARGE', 2, 3, 4, 5, 6, 7]);
    expect(cluster.log(first).values.join('')).toBe('0acdefgh');
    expect(cluster.log(first).batches.map(({ baseSequence }) => baseSequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('does not lend its number to one that could still arrive under it', async () => {
    const { clock, cluster, send, warmUp } = await open();
    await warmUp();
    cluster.script('Produce', { error: 'MESSAGE_TOO_LARGE' }, 'lost');
    expect(offsets(await clock.settle(send('abc')))).toEqual(['RECORD_TOO_LARGE', 1, 2]);
    expect(cluster.log(first).batches.map(({ producerEpoch }) => producerEpoch)).toEqual([0, 1, 1]);
  });

  test('ends the producer when an attempt before it may have worked', async () => {
    const { clock, cluster, send, producer, warmUp } = await open();
    await warmUp();
    cluster.script('Produce', 'answer lost', { error: 'MESSAGE_TOO_LARGE' });
    const outcomes = await clock.settle(send('a'));
    expect(offsets(outcomes)).toEqual(['RECORD_TOO_LARGE']);
    await expect(producer.send(first, batchOf('b'))).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' });
  });

  test('meets a topic that does not exist', async () => {
    const { clock, producer } = await open();
    const sent = producer.send({ topic: 'missing', partition: 0 }, batchOf('a'));
    await expect(clock.settle(sent)).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' });
    expect(await clock.settle(producer.send(first, batchOf('b')))).toEqual({ baseOffset: 0 });
  });
});

describe('a broker that lost the sequence', () => {
  test('gets a new epoch, in which all begins anew (KIP-360)', async () => {
    const { clock, cluster, send, warmUp } = await open();
    await warmUp();
    await clock.settle(send('ab'));
    cluster.log(first).truncateProducers(1);
    expect(offsets(await clock.settle(send('cdef')))).toEqual([3, 4, 5, 6]);
    expect(cluster.log(first).values.join('')).toBe('0abcdef');
    expect(cluster.log(first).batches.at(-1)).toMatchObject({ producerEpoch: 1, baseSequence: 3 });
  });

  test('ends the producer when nobody knows whether a batch is in the log', async () => {
    const { clock, cluster, send, producer, warmUp } = await open();
    await warmUp();
    await clock.settle(send('ab'));
    cluster.script('Produce', 'answer lost', { error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' });
    expect(offsets(await clock.settle(send('c')))).toEqual(['OUT_OF_ORDER_SEQUENCE']);
    await expect(producer.send(second, batchOf('d'))).rejects.toMatchObject({ code: 'OUT_OF_ORDER_SEQUENCE' });
  });
});

describe('a broker that is away', () => {
  test('ends the producer: what follows would leave a gap', async () => {
    const { clock, cluster, producer, send, warmUp } = await open();
    await warmUp();
    cluster.script('Produce', ...Array.from({ length: 1_000 }, () => 'lost' as const));
    const away = 'BROKER_UNAVAILABLE';
    const startMs = clock.now();
    expect(offsets(await clock.settle(send('abc')))).toEqual([away, away, away]);
    expect(clock.now() - startMs).toBeLessThanOrEqual(180_000);
    cluster.script('Produce');
    await expect(producer.send(first, batchOf('d'))).rejects.toMatchObject({ code: away });
    await clock.advance(500_000);
    expect(cluster.log(first).values).toEqual(['0']);
    expect(clock.pendingTimers).toBe(0);
  });

  test('gives up what was not sent when the producer is closed', async () => {
    const { clock, cluster, producer, send, warmUp } = await open();
    await warmUp();
    cluster.script('Produce', ...Array.from({ length: 1_000 }, () => 'lost' as const));
    const outcomes = send('abcdefgh');
    await clock.advance(100);
    await clock.settle(producer.close(), 2_000);
    expect(new Set(offsets(await outcomes))).toEqual(new Set(['CLOSED']));
    cluster.script('Produce');
    await clock.advance(200_000);
    expect(cluster.log(first).values).toEqual(['0']);
  });
});
