import { describe, expect, test } from 'vitest';
import { batchLayout } from '../../../broker/batch-layout.ts';
import type { RecordBatch } from '../../../broker/record-batch.ts';
import { batchAttributes } from '../../../broker/record-batch.ts';
import { RecordBatchBuilder } from '../../../broker/record-batch-builder.ts';
import { noHeaders } from '../../../common/headers.ts';
import { ManualClock } from '../../../testing/manual-clock.ts';
import { PartitionLog } from './partition-log.ts';
import { resolveTopicConfig } from './topic-config.ts';

const start = 1_000_000_000;

const open = (configs: Record<string, string> = {}, options: { maxSegmentBytes?: number } = {}) => {
  const clock = new ManualClock(start);
  const log = new PartitionLog({ topic: 't', partition: 3 }, resolveTopicConfig(configs, {}), {
    clock,
    maxSegmentBytes: options.maxSegmentBytes ?? 1_000_000,
    retentionCheckIntervalMs: 300_000,
    validateRecords: true,
  });
  return { clock, log };
};

const batchOf = (count: number, timestamp = start, key: string | null = null): RecordBatch => {
  const builder = new RecordBatchBuilder();
  for (let index = 0; index < count; index++) {
    builder.append(key === null ? null : Buffer.from(key), Buffer.from(`${index}`), timestamp, noHeaders);
  }
  return builder.build();
};

const idempotent = (baseSequence: number, count = 1, producerEpoch = 0, producerId = 7): RecordBatch => {
  const batch = batchOf(count);
  batch.stamp({ producerId, producerEpoch, baseSequence }, false);
  return batch;
};

const refusal = (error: string) => expect.objectContaining({ name: 'StreamsError', error });

describe('append', () => {
  test('keeps a copy, so that nobody outside can change the log', () => {
    const { log } = open();
    const batch = batchOf(2);
    log.append(batch);
    batch.bytes.fill(0);
    const [kept] = log.read(0, 'read_uncommitted', 1).batches;
    expect(kept?.isIntact).toBe(true);
    expect(kept?.recordCount).toBe(2);
  });

  test('does not copy what is read', () => {
    const { log } = open();
    log.append(batchOf(2));
    const read = () => log.read(0, 'read_uncommitted', 1).batches[0];
    expect(read()).toBe(read());
  });

  test('gives offsets and the leader epoch', () => {
    const { log } = open();
    expect(log.append(batchOf(3))).toEqual({ baseOffset: 0, lastOffset: 2, logAppendTime: -1, duplicate: false });
    log.leaderEpoch = 5;
    expect(log.append(batchOf(2))).toMatchObject({ baseOffset: 3, lastOffset: 4 });
    const [first, second] = log.read(0, 'read_uncommitted', 1_000).batches;
    expect(first).toMatchObject({ baseOffset: 0, partitionLeaderEpoch: 0, isIntact: true });
    expect(second).toMatchObject({ baseOffset: 3, partitionLeaderEpoch: 5, isIntact: true });
  });

  test('refuses what Kafka refuses, and stays as it was', () => {
    const { log } = open({ 'cleanup.policy': 'compact', 'max.message.bytes': '200' });
    const damaged = batchOf(1, start, 'k');
    damaged.bytes[damaged.bytes.length - 1] = 9;
    expect(() => log.append(damaged)).toThrow(refusal('CORRUPT_MESSAGE'));
    expect(() => log.append(batchOf(100, start, 'k'))).toThrow(refusal('MESSAGE_TOO_LARGE'));
    expect(() => log.append(batchOf(1))).toThrow(refusal('INVALID_RECORD'));
    const future = batchOf(1, start + 3_600_001, 'k');
    expect(() => log.append(future)).toThrow(refusal('INVALID_TIMESTAMP'));
    const control = batchOf(1, start, 'k');
    control.bytes.writeInt16BE(batchAttributes.control, batchLayout.attributes);
    control.seal();
    expect(() => log.append(control)).toThrow(refusal('INVALID_RECORD'));
    const gap = batchOf(2, start, 'k');
    gap.bytes.writeInt32BE(5, batchLayout.lastOffsetDelta);
    gap.seal();
    expect(() => log.append(gap)).toThrow(refusal('INVALID_RECORD'));
    expect(log.logEndOffset).toBe(0);
  });

  test('puts its own time where the topic says so', () => {
    const { log, clock } = open({ 'message.timestamp.type': 'LogAppendTime' });
    expect(log.append(batchOf(1, 5)).logAppendTime).toBe(clock.now());
    const [batch] = log.read(0, 'read_uncommitted', 1).batches;
    expect(batch).toMatchObject({ hasLogAppendTime: true, maxTimestamp: start, isIntact: true });
  });
});

describe('sequences', () => {
  test('let each batch in once', () => {
    const { log } = open();
    expect(log.append(idempotent(0, 3))).toMatchObject({ baseOffset: 0, duplicate: false });
    expect(log.append(idempotent(3))).toMatchObject({ baseOffset: 3 });
    expect(log.append(idempotent(0, 3))).toMatchObject({ baseOffset: 0, lastOffset: 2, duplicate: true });
    expect(log.append(idempotent(3))).toMatchObject({ baseOffset: 3, duplicate: true });
    expect(log.append(idempotent(4))).toMatchObject({ baseOffset: 4, duplicate: false });
    expect(log.logEndOffset).toBe(5);
  });

  test('are remembered for five batches', () => {
    const { log } = open();
    for (let sequence = 0; sequence < 6; sequence++) log.append(idempotent(sequence));
    expect(log.append(idempotent(1)).duplicate).toBe(true);
    expect(() => log.append(idempotent(0))).toThrow(refusal('OUT_OF_ORDER_SEQUENCE_NUMBER'));
  });

  test('have no gaps', () => {
    const { log } = open();
    log.append(idempotent(0));
    expect(() => log.append(idempotent(2))).toThrow(refusal('OUT_OF_ORDER_SEQUENCE_NUMBER'));
    // The same beginning with another length is no retry either.
    expect(() => log.append(idempotent(0, 2))).toThrow(refusal('OUT_OF_ORDER_SEQUENCE_NUMBER'));
  });

  test('go on where an unknown producer is, and begin anew with an epoch', () => {
    const { log } = open();
    log.append(idempotent(17));
    log.append(idempotent(18));
    expect(() => log.append(idempotent(1, 1, 1))).toThrow(refusal('OUT_OF_ORDER_SEQUENCE_NUMBER'));
    log.append(idempotent(0, 1, 1));
    expect(() => log.append(idempotent(19))).toThrow(refusal('INVALID_PRODUCER_EPOCH'));
    expect(log.logEndOffset).toBe(3);
  });

  test('wrap at 2^31', () => {
    const { log } = open();
    log.append(idempotent(2 ** 31 - 2, 3));
    log.append(idempotent(1));
    expect(log.append(idempotent(2 ** 31 - 2, 3)).duplicate).toBe(true);
    expect(log.logEndOffset).toBe(4);
  });

  test('are forgotten a day after the last batch', async () => {
    const { log, clock } = open({ 'retention.ms': '-1' });
    log.append(idempotent(0));
    await clock.advance(86_400_001);
    log.runRetention();
    expect(log.append(idempotent(5))).toMatchObject({ duplicate: false });
  });
});

describe('transactions', () => {
  const transactional = (baseSequence: number, producerEpoch = 0): RecordBatch => {
    const batch = batchOf(1);
    batch.stamp({ producerId: 7, producerEpoch, baseSequence }, true);
    return batch;
  };

  test('hold the last stable offset until the oldest of them ends', () => {
    const { log } = open();
    log.append(transactional(0));
    const other = batchOf(1);
    other.stamp({ producerId: 8, producerEpoch: 0, baseSequence: 0 }, true);
    log.append(other);
    expect(log.lastStableOffset).toBe(0);
    log.appendMarker(8, 1, true);
    expect(log.lastStableOffset).toBe(0);
    log.appendMarker(7, 1, false);
    expect(log.lastStableOffset).toBe(4);
  });

  test('take no batch that arrives after their end', () => {
    const { log } = open();
    log.append(transactional(0));
    log.appendMarker(7, 1, false);
    expect(() => log.append(transactional(1))).toThrow(refusal('INVALID_PRODUCER_EPOCH'));
    expect(() => log.append(transactional(0))).toThrow(refusal('INVALID_PRODUCER_EPOCH'));
    expect(log.append(transactional(0, 1))).toMatchObject({ baseOffset: 2, duplicate: false });
    expect(() => log.appendMarker(7, 0, true)).toThrow(refusal('INVALID_PRODUCER_EPOCH'));
    expect(log.lastStableOffset).toBe(2);
  });

  test('go on with their sequence where the epoch stays the same, as older clients have it', () => {
    const { log } = open();
    log.append(transactional(0));
    log.appendMarker(7, 0, true);
    log.append(transactional(1));
    expect(log.lastStableOffset).toBe(2);
  });

  test('admit no batch outside of them', () => {
    const { log } = open();
    log.append(transactional(0));
    expect(() => log.append(idempotent(1))).toThrow(refusal('INVALID_TXN_STATE'));
  });
});

describe('reading', () => {
  test('stops at the size, after one batch at least', () => {
    const { log } = open();
    for (let index = 0; index < 5; index++) log.append(batchOf(2));
    const [{ sizeInBytes } = batchOf(2)] = log.read(0, 'read_uncommitted', 1).batches;
    expect(log.read(0, 'read_uncommitted', 1)).toMatchObject({ nextPosition: 2, endOffset: 10 });
    expect(log.read(3, 'read_uncommitted', sizeInBytes * 2).batches.map((batch) => batch.baseOffset)).toEqual([2, 4]);
    expect(log.read(3, 'read_uncommitted', sizeInBytes * 2).nextPosition).toBe(6);
    expect(log.read(10, 'read_uncommitted', 1)).toMatchObject({ batches: [], nextPosition: 10 });
  });

  test('finds any position over many segments', () => {
    const { log } = open({}, { maxSegmentBytes: 150 });
    for (let index = 0; index < 50; index++) log.append(batchOf(1 + (index % 3)));
    for (let position = 0; position < log.logEndOffset; position++) {
      const [batch] = log.read(position, 'read_uncommitted', 1).batches;
      expect(batch?.baseOffset).toBeLessThanOrEqual(position);
      expect(batch?.lastOffset).toBeGreaterThanOrEqual(position);
    }
  });

  test('is refused outside of the log', () => {
    const { log } = open();
    log.append(batchOf(4));
    log.deleteRecords(2);
    const outOfRange = { error: 'OFFSET_OUT_OF_RANGE' };
    expect(() => log.read(1, 'read_committed', 1)).toThrow(
      expect.objectContaining({ ...outOfRange, context: { topic: 't', partition: 3, offset: 1 } }),
    );
    expect(() => log.read(5, 'read_committed', 1)).toThrow(expect.objectContaining(outOfRange));
    expect(() => log.deleteRecords(5)).toThrow(expect.objectContaining(outOfRange));
    log.deleteRecords(-1);
    expect(log.logStartOffset).toBe(4);
  });
});

describe('retention', () => {
  test('by size frees whole segments, oldest first, and keeps the rest', () => {
    const { log } = open({ 'retention.bytes': '1000' }, { maxSegmentBytes: 200 });
    for (let index = 0; index < 100; index++) log.append(batchOf(1));
    expect(log.sizeInBytes).toBeLessThan(1_400);
    expect(log.sizeInBytes).toBeGreaterThan(1_000);
    expect(log.logEndOffset).toBe(100);
    expect(log.read(log.logStartOffset, 'read_uncommitted', 1).batches[0]?.baseOffset).toBe(log.logStartOffset);
  });

  test('by time looks at the youngest record of a segment, also of the active one', async () => {
    const { log, clock } = open({ 'retention.ms': '1000' }, { maxSegmentBytes: 80 });
    log.append(batchOf(1, start - 5_000));
    log.append(batchOf(1, start));
    log.append(batchOf(1, start + 500));
    log.runRetention();
    expect(log.logStartOffset).toBe(1);
    await clock.advance(1_200);
    log.runRetention();
    expect(log.logStartOffset).toBe(2);
    await clock.advance(1_000);
    log.runRetention();
    expect(log.logStartOffset).toBe(3);
    expect(log.sizeInBytes).toBe(0);
    expect(log.append(batchOf(1, clock.now()))).toMatchObject({ baseOffset: 3 });
    log.runRetention();
    expect(log.logStartOffset).toBe(3);
  });

  test('by time comes by itself with an append, as seldom as a broker looks', async () => {
    const { log, clock } = open({ 'retention.ms': '1000' });
    log.append(batchOf(1, start));
    await clock.advance(299_999);
    log.append(batchOf(1, clock.now()));
    expect(log.logStartOffset).toBe(0);
    log.rollSegment();
    await clock.advance(1_500);
    log.append(batchOf(1, clock.now()));
    expect(log.logStartOffset).toBe(2);
  });

  test('leaves a compacted topic alone', async () => {
    const { log, clock } = open({ 'cleanup.policy': 'compact', 'retention.ms': '1', 'retention.bytes': '1' });
    log.append(batchOf(1, start, 'k'));
    log.rollSegment();
    await clock.advance(1_000_000);
    log.runRetention();
    expect(log.logStartOffset).toBe(0);
  });
});

test('timestamps are found across segments, deleted records left out', () => {
  const { log } = open({}, { maxSegmentBytes: 100 });
  for (const timestamp of [10, 30, 20, 40]) log.append(batchOf(2, timestamp));
  expect(log.findTimestamp(0, 8)).toEqual({ offset: 0, timestamp: 10 });
  expect(log.findTimestamp(11, 8)).toEqual({ offset: 2, timestamp: 30 });
  expect(log.findTimestamp(31, 8)).toEqual({ offset: 6, timestamp: 40 });
  expect(log.findTimestamp(31, 6)).toBeNull();
  expect(log.findTimestamp(41, 8)).toBeNull();
  log.deleteRecords(3);
  expect(log.findTimestamp(0, 8)).toEqual({ offset: 3, timestamp: 30 });
});
