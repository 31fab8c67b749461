import { describe, expect, test } from 'vitest';

import type { RecordBatch } from '../../../broker/record-batch.ts';
import { RecordBatchBuilder } from '../../../broker/record-batch-builder.ts';
import { noHeaders } from '../../../common/headers.ts';
import { ManualClock } from '../../../testing/manual-clock.ts';
import type { Faults } from '../faults.ts';
import { MemoryBroker } from '../memory-broker.ts';
import type { ProducerIdAndEpoch } from './transaction.ts';

const topicPartition = { topic: 't', partition: 0 };
const transactionalId = 'txn';
const timeoutMs = 60_000;

const open = (faults: Faults = {}) => {
  const clock = new ManualClock();
  const broker = new MemoryBroker({ clock, faults });
  broker.createTopic('t');
  const { cluster } = broker;
  cluster.timers.hold();
  const { transactions } = cluster;
  const init = (): ProducerIdAndEpoch => transactions.initProducerId(transactionalId, timeoutMs);
  const send = (producer: ProducerIdAndEpoch, sequence = 0, implicit = true) => {
    const batch = batchOf(producer, sequence);
    return cluster.produce({ topicPartition, batch, transactionalId, implicit });
  };
  const end = (producer: ProducerIdAndEpoch, committed: boolean): ProducerIdAndEpoch =>
    transactions.endTransaction({ transactionalId, ...producer }, committed);
  const log = cluster.topics.log(topicPartition);
  return { clock, broker, cluster, transactions, init, send, end, log };
};

const batchOf = (producer: ProducerIdAndEpoch, baseSequence: number): RecordBatch => {
  const builder = new RecordBatchBuilder();
  builder.append(null, Buffer.from(`${producer.producerEpoch}`), 0, noHeaders);
  const batch = builder.build();
  batch.stamp({ ...producer, baseSequence }, true);
  return batch;
};

const refusal = (error: string) => expect.objectContaining({ name: 'StreamsError', error });

describe('an epoch', () => {
  test('goes up with every producer and every transaction', () => {
    const { init, send, end } = open();
    const first = init();
    expect(first.producerEpoch).toBe(0);
    const second = init();
    expect(second).toEqual({ producerId: first.producerId, producerEpoch: 1 });
    send(second);
    const third = end(second, true);
    expect(third).toEqual({ producerId: first.producerId, producerEpoch: 2 });
    send(third);
    expect(end(third, false).producerEpoch).toBe(3);
  });

  test('keeps out what an ended transaction still sends', () => {
    const { init, send, end, log, cluster } = open();
    const producer = init();
    send(producer);
    end(producer, true);
    expect(() => send(producer, 1)).toThrow(refusal('INVALID_PRODUCER_EPOCH'));
    // Not even a log that the coordinator's answer did not reach would take it.
    expect(() => log.append(batchOf(producer, 1))).toThrow(refusal('INVALID_PRODUCER_EPOCH'));
    const request = { transactionalId, ...producer, implicit: true };
    const nobody = { groupId: 'g', generationId: -1, memberId: '', groupInstanceId: null };
    expect(() => cluster.commitTransactionalOffsets(request, nobody, [])).toThrow(refusal('PRODUCER_FENCED'));
    expect(log.lastStableOffset).toBe(log.logEndOffset);
  });

  test('moves on to another producer id when it is used up', () => {
    const { init, send, end, broker, log } = open();
    let producer = init();
    const { producerId } = producer;
    for (let epoch = producer.producerEpoch; epoch < 32_766; epoch++) producer = init();
    expect(producer).toEqual({ producerId, producerEpoch: 32_766 });
    send(producer);
    const next = end(producer, true);
    expect(next.producerEpoch).toBe(0);
    expect(next.producerId).not.toBe(producerId);
    expect(() => log.append(batchOf(producer, 1))).toThrow(refusal('INVALID_PRODUCER_EPOCH'));
    send(next);
    end(next, true);
    expect(broker.records('t').map(({ value }) => `${value}`)).toEqual(['32766', '0']);
    expect(() => send(producer, 1)).toThrow(refusal('INVALID_PRODUCER_ID_MAPPING'));
  });

  test('that is the last one can still be fenced', () => {
    const { init, send, log } = open();
    let producer = init();
    while (producer.producerEpoch < 32_766) producer = init();
    send(producer);
    const successor = init();
    expect(successor.producerEpoch).toBe(0);
    expect(log.lastStableOffset).toBe(2);
    expect(() => log.append(batchOf(producer, 1))).toThrow(refusal('INVALID_PRODUCER_EPOCH'));
  });
});

describe('the end of a transaction', () => {
  test('can be asked for again, with the same answer', () => {
    const { init, send, end, log } = open();
    const producer = init();
    send(producer);
    const next = end(producer, true);
    expect(end(producer, true)).toEqual(next);
    expect(() => end(producer, false)).toThrow(refusal('INVALID_TXN_STATE'));
    expect(log.logEndOffset).toBe(2);
  });

  test('asked for again never ends the next transaction', () => {
    const { init, send, end, log } = open();
    const producer = init();
    send(producer);
    const next = end(producer, true);
    send(next);
    expect(() => end(producer, true)).toThrow(refusal('PRODUCER_FENCED'));
    expect(log.lastStableOffset).toBe(2);
  });

  test('asked for again gives no new life to a producer whose next transaction timed out', async () => {
    const { clock, init, send, end } = open();
    const producer = init();
    send(producer);
    send(end(producer, true));
    await clock.advance(timeoutMs);
    expect(() => end(producer, true)).toThrow(refusal('PRODUCER_FENCED'));
  });

  test('asked for again is refused once a successor is there', () => {
    const { init, send, end } = open();
    const producer = init();
    send(producer);
    end(producer, true);
    init();
    expect(() => end(producer, true)).toThrow(refusal('PRODUCER_FENCED'));
  });

  test('needs a beginning, to be a commit', () => {
    const { init, end } = open();
    const producer = init();
    expect(() => end(producer, true)).toThrow(refusal('INVALID_TXN_STATE'));
    expect(end(producer, false).producerEpoch).toBe(1);
  });

  test('comes by itself after the timeout, and the producer is told', async () => {
    const { clock, init, send, end, log } = open();
    const producer = init();
    send(producer);
    await clock.advance(timeoutMs - 1);
    expect(log.lastStableOffset).toBe(0);
    await clock.advance(1);
    expect(log.lastStableOffset).toBe(2);
    expect(() => send(producer, 1)).toThrow(refusal('INVALID_PRODUCER_EPOCH'));
    expect(() => end(producer, true)).toThrow(refusal('PRODUCER_FENCED'));
    expect(() => end(producer, false)).toThrow(refusal('PRODUCER_FENCED'));
    const successor = init();
    send(successor);
    end(successor, true);
    expect(log.lastStableOffset).toBe(log.logEndOffset);
  });

  test('in time leaves no timer behind', async () => {
    const { clock, init, send, end, log } = open();
    let producer = init();
    for (let round = 0; round < 200; round++) {
      send(producer);
      producer = end(producer, true);
    }
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(timeoutMs * 2);
    expect(log.logEndOffset).toBe(400);
  });
});

describe('slow markers', () => {
  test('hold back readers and the next transaction, and nothing else', async () => {
    const { clock, init, send, end, log, cluster } = open({ markerDelayMs: () => 50 });
    const producer = init();
    send(producer);
    const next = end(producer, true);
    expect(log.lastStableOffset).toBe(0);
    expect(() => send(next)).toThrow(refusal('CONCURRENT_TRANSACTIONS'));
    expect(() => init()).toThrow(refusal('CONCURRENT_TRANSACTIONS'));
    expect(end(producer, true)).toEqual(next);
    await clock.advance(50);
    expect(log.lastStableOffset).toBe(2);
    send(next);
    expect(cluster.transactions.describe(transactionalId)?.state).toBe('Ongoing');
  });

  test('of a fenced transaction are waited for by the successor', async () => {
    const { clock, init, send } = open({ markerDelayMs: () => 50 });
    const producer = init();
    send(producer);
    expect(() => init()).toThrow(refusal('CONCURRENT_TRANSACTIONS'));
    expect(() => send(producer, 1)).toThrow(refusal('INVALID_PRODUCER_EPOCH'));
    await clock.advance(50);
    expect(init().producerEpoch).toBe(2);
  });

  test('pass by a topic that was deleted meanwhile', async () => {
    const { clock, init, send, end, cluster, broker } = open({ markerDelayMs: () => 50 });
    const producer = init();
    send(producer);
    end(producer, true);
    cluster.topics.delete('t');
    broker.createTopic('t');
    await clock.advance(50);
    expect(cluster.transactions.describe(transactionalId)?.state).toBe('CompleteCommit');
    expect(broker.endOffsets('t')).toEqual([0]);
  });
});

describe('producers', () => {
  test('are refused when their id is not known, or not theirs', () => {
    const { init, send, transactions } = open();
    const producer = init();
    const stranger = { producerId: producer.producerId + 1, producerEpoch: 0 };
    expect(() => send(stranger)).toThrow(refusal('INVALID_PRODUCER_ID_MAPPING'));
    transactions.expire(transactionalId);
    expect(() => send(producer)).toThrow(refusal('INVALID_PRODUCER_ID_MAPPING'));
  });

  test('need a transactional id for a transactional batch', () => {
    const { init, cluster } = open();
    const batch = batchOf(init(), 0);
    const request = { topicPartition, batch, transactionalId: null, implicit: true };
    expect(() => cluster.produce(request)).toThrow(refusal('INVALID_TXN_STATE'));
  });

  test('that add partitions themselves are refused where they did not', () => {
    const { init, send, transactions, log } = open();
    const producer = init();
    expect(() => send(producer, 0, false)).toThrow(refusal('INVALID_TXN_STATE'));
    transactions.addPartition({ transactionalId, ...producer, implicit: true }, log);
    expect(send(producer, 0, false)).toMatchObject({ baseOffset: 0 });
  });

  test('may ask for another epoch only as whom they are (KIP-360)', () => {
    const { init, transactions } = open();
    const producer = init();
    const again = transactions.initProducerId(transactionalId, timeoutMs, producer);
    expect(again.producerEpoch).toBe(1);
    const { producerId } = producer;
    expect(() => transactions.initProducerId(transactionalId, timeoutMs, { producerId, producerEpoch: 7 })).toThrow(
      refusal('PRODUCER_FENCED'),
    );
  });

  test('get the same epoch when they ask once more, since the answer may have been lost (KIP-360)', () => {
    const { init, transactions } = open();
    const producer = init();
    const again = transactions.initProducerId(transactionalId, timeoutMs, producer);
    expect(transactions.initProducerId(transactionalId, timeoutMs, producer)).toEqual(again);
    transactions.initProducerId(transactionalId, timeoutMs, again);
    expect(() => transactions.initProducerId(transactionalId, timeoutMs, producer)).toThrow(refusal('PRODUCER_FENCED'));
  });

  test('get no longer timeout than the broker allows', () => {
    const { transactions } = open();
    expect(() => transactions.initProducerId('x', 900_001)).toThrow(refusal('INVALID_TRANSACTION_TIMEOUT'));
  });
});
