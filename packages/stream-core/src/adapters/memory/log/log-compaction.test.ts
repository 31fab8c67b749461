import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AbortedFilter } from '../../../broker/aborted-filter.ts';
import { RecordBatchBuilder } from '../../../broker/record-batch-builder.ts';
import { noHeaders } from '../../../common/headers.ts';
import { ManualClock } from '../../../testing/manual-clock.ts';
import { PartitionLog } from './partition-log.ts';
import { resolveTopicConfig } from './topic-config.ts';

const start = 1_000_000_000;

const open = (configs: Record<string, string> = {}, maxSegmentBytes = 250) => {
  const clock = new ManualClock(start);
  const config = resolveTopicConfig({ 'cleanup.policy': 'compact', ...configs }, {});
  const log = new PartitionLog({ topic: 't', partition: 0 }, config, {
    clock,
    maxSegmentBytes,
    retentionCheckIntervalMs: 300_000,
    validateRecords: true,
  });
  return { clock, log };
};

interface Update {
  readonly key: string;
  readonly value: string | null;
}

interface Writer {
  readonly producerId: number;
  epoch: number;
  sequence: number;
}

const write = (log: PartitionLog, updates: readonly Update[], writer: Writer | null = null): void => {
  const builder = new RecordBatchBuilder();
  for (const { key, value } of updates) {
    builder.append(Buffer.from(key), value === null ? null : Buffer.from(value), start, noHeaders);
  }
  const batch = builder.build();
  if (writer !== null) {
    batch.stamp({ producerId: writer.producerId, producerEpoch: writer.epoch, baseSequence: writer.sequence }, true);
    writer.sequence += updates.length;
  }
  log.append(batch);
};

const end = (log: PartitionLog, writer: Writer, committed: boolean): void => {
  writer.epoch++;
  writer.sequence = 0;
  log.appendMarker(writer.producerId, writer.epoch, committed);
};

const readAll = (log: PartitionLog, maxBytes = Number.POSITIVE_INFINITY): (Update & { offset: number })[] => {
  const records: (Update & { offset: number })[] = [];
  for (let position = log.logStartOffset; position < log.lastStableOffset; ) {
    const slice = log.read(position, 'read_committed', maxBytes);
    const filter = new AbortedFilter(slice.aborted);
    for (const batch of slice.batches) {
      if (filter.kindOf(batch) !== 'data') continue;
      expect(batch.isIntact).toBe(true);
      const cursor = batch.cursor(position);
      while (cursor.next()) {
        records.push({ key: `${cursor.key()}`, value: cursor.value()?.toString() ?? null, offset: cursor.offset });
      }
    }
    position = slice.nextPosition;
  }
  return records;
};

const anyUpdate = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd'),
  value: fc.option(fc.stringMatching(/^[a-z]{1,9}$/)),
});
const anyStep = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      writer: fc.nat(2),
      updates: fc.array(anyUpdate, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('end' as const), writer: fc.nat(1), committed: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('compact' as const), roll: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 150 }) }) },
);

const tableOf = (records: readonly Update[]): Map<string, string> => {
  const table = new Map<string, string>();
  for (const { key, value } of records) {
    if (value === null) table.delete(key);
    else table.set(key, value);
  }
  return table;
};

test('a compacted log tells the same table as the whole one, whatever was aborted, cleaned and awaited', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 60 }), async (steps) => {
      const compacted = open({ 'delete.retention.ms': '100' });
      const whole = open({ 'cleanup.policy': 'delete' });
      const writers = [0, 1].map((producerId): Writer => ({ producerId, epoch: 0, sequence: 0 }));
      const both = (act: (log: PartitionLog, writer: Writer | null) => void, index: number): void => {
        const writer = writers[index] ?? null;
        act(whole.log, writer === null ? null : { ...writer });
        act(compacted.log, writer);
      };
      for (const step of steps) {
        if (step.kind === 'write') both((log, writer) => write(log, step.updates, writer), step.writer);
        if (step.kind === 'end') both((log, writer) => end(log, writer!, step.committed), step.writer);
        if (step.kind === 'wait') await compacted.clock.advance(step.ms);
        if (step.kind === 'compact') {
          if (step.roll) compacted.log.rollSegment();
          compacted.log.runCompaction();
        }
        expect(compacted.log.logEndOffset).toBe(whole.log.logEndOffset);
        expect(compacted.log.lastStableOffset).toBe(whole.log.lastStableOffset);
        const expected = readAll(whole.log);
        const kept = readAll(compacted.log, 200);
        // Every record that stayed is the one of its offset, and together they tell the same.
        const byOffset = new Map(expected.map((record) => [record.offset, record]));
        for (const record of kept) expect(record).toEqual(byOffset.get(record.offset));
        expect(tableOf(kept)).toEqual(tableOf(expected));
      }
    }),
    { numRuns: 200 },
  );
});

test('only the latest record of each key stays, and the log ends where it ended', () => {
  const { log } = open();
  for (let round = 0; round < 20; round++)
    write(log, [
      { key: 'a', value: `${round}` },
      { key: `${round}`, value: 'x' },
    ]);
  log.rollSegment();
  log.runCompaction();
  const records = readAll(log);
  expect(records.filter((record) => record.key === 'a')).toEqual([{ key: 'a', value: '19', offset: 38 }]);
  expect(records).toHaveLength(21);
  expect(log.logStartOffset).toBe(0);
  expect(log.logEndOffset).toBe(40);
});

test('the active segment and everything behind an open transaction stay untouched', () => {
  const { log } = open();
  write(log, [{ key: 'a', value: '1' }]);
  write(log, [{ key: 'a', value: '2' }]);
  log.runCompaction();
  expect(readAll(log)).toHaveLength(2);

  const writer: Writer = { producerId: 1, epoch: 0, sequence: 0 };
  log.rollSegment();
  write(log, [{ key: 'a', value: '3' }], writer);
  log.rollSegment();
  log.runCompaction();
  expect(readAll(log)).toEqual([{ key: 'a', value: '2', offset: 1 }]);
  end(log, writer, true);
  log.rollSegment();
  log.runCompaction();
  expect(readAll(log)).toEqual([{ key: 'a', value: '3', offset: 2 }]);
});

test('records stay for min.compaction.lag.ms', async () => {
  const { log, clock } = open({ 'min.compaction.lag.ms': '1000' });
  write(log, [{ key: 'a', value: '1' }]);
  write(log, [{ key: 'a', value: '2' }]);
  log.rollSegment();
  log.runCompaction();
  expect(readAll(log)).toHaveLength(2);
  await clock.advance(1_001);
  log.runCompaction();
  expect(readAll(log)).toHaveLength(1);
});

test('a tombstone stays for delete.retention.ms after the first cleaning that met it', async () => {
  const { log, clock } = open({ 'delete.retention.ms': '1000' });
  write(log, [
    { key: 'a', value: '1' },
    { key: 'b', value: '1' },
  ]);
  write(log, [{ key: 'a', value: null }]);
  await clock.advance(5_000);
  log.rollSegment();
  log.runCompaction();
  expect(readAll(log).map(({ key }) => key)).toEqual(['b', 'a']);
  await clock.advance(999);
  log.runCompaction();
  expect(readAll(log).map(({ key }) => key)).toEqual(['b', 'a']);
  await clock.advance(1);
  log.runCompaction();
  expect(readAll(log).map(({ key }) => key)).toEqual(['b']);
});

test('markers go when nothing is left of their transaction, and take their entry of the index along', async () => {
  const { log, clock } = open({ 'delete.retention.ms': '10' });
  const writer: Writer = { producerId: 1, epoch: 0, sequence: 0 };
  for (let round = 0; round < 50; round++) {
    write(log, [{ key: 'a', value: `${round}` }], writer);
    end(log, writer, round % 2 === 1);
  }
  for (let round = 0; round < 3; round++) {
    log.rollSegment();
    log.runCompaction();
    await clock.advance(20);
  }
  expect(readAll(log)).toEqual([{ key: 'a', value: '49', offset: 98 }]);
  expect(log.read(0, 'read_uncommitted', 1e9).batches).toHaveLength(2);
  // With an entry left behind, this one would be taken for aborted.
  write(log, [{ key: 'b', value: 'later' }], writer);
  end(log, writer, true);
  expect(readAll(log).at(-1)).toEqual({ key: 'b', value: 'later', offset: 100 });
});

test('a log that is overwritten again and again stays small by itself', () => {
  const { log } = open({}, 10_000);
  let largest = 0;
  for (let round = 0; round < 5_000; round++) {
    write(log, [{ key: `${round % 10}`, value: 'x'.repeat(50) }]);
    largest = Math.max(largest, log.sizeInBytes);
  }
  expect(log.logEndOffset).toBe(5_000);
  expect(largest).toBeLessThan(40_000);
  expect(tableOf(readAll(log)).size).toBe(10);
});

test('cleaned segments are joined', () => {
  const { log } = open({}, 1_000);
  for (let round = 0; round < 300; round++) write(log, [{ key: `${round % 3}`, value: `${round}` }]);
  log.rollSegment();
  log.runCompaction();
  const { batches } = log.read(0, 'read_uncommitted', 1e9);
  expect(batches.map((batch) => batch.baseOffset)).toEqual([297, 298, 299]);
});
