import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AbortedFilter } from '../../../broker/aborted-filter.ts';
import type { RecordBatch } from '../../../broker/record-batch.ts';
import { RecordBatchBuilder } from '../../../broker/record-batch-builder.ts';
import { isAbortMarker, transactionMarker } from '../../../broker/transaction-marker.ts';
import { noHeaders } from '../../../common/headers.ts';
import { ManualClock } from '../../../testing/manual-clock.ts';
import { PartitionLog } from './partition-log.ts';
import { resolveTopicConfig } from './topic-config.ts';

type Step =
  | { readonly kind: 'write'; readonly producer: number; readonly records: number }
  | { readonly kind: 'end'; readonly producer: number; readonly committed: boolean }
  | { readonly kind: 'plain' };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      producer: fc.nat(3),
      records: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('end' as const), producer: fc.nat(3), committed: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'plain' as const }) },
);

const newLog = (): PartitionLog =>
  new PartitionLog({ topic: 't', partition: 0 }, resolveTopicConfig({}, {}), {
    clock: new ManualClock(1_000),
    maxSegmentBytes: 400,
    retentionCheckIntervalMs: 300_000,
    validateRecords: true,
  });

const batchOf = (values: readonly string[]): RecordBatch => {
  const builder = new RecordBatchBuilder();
  for (const value of values) builder.append(null, Buffer.from(value), 1_000, noHeaders);
  return builder.build();
};

/** Plays the steps against a log, and says which offsets a read-committed reader must see once everything has ended. */
const play = (log: PartitionLog, steps: readonly Step[]): number[] => {
  const visible: number[] = [];
  const open = new Map<number, number[]>();
  const producers = new Map<number, { epoch: number; sequence: number }>();
  const stateOf = (producer: number) => {
    const state = producers.get(producer) ?? { epoch: 0, sequence: 0 };
    producers.set(producer, state);
    return state;
  };
  const write = (producer: number, records: number): void => {
    const state = stateOf(producer);
    const batch = batchOf(Array.from({ length: records }, () => 'x'));
    batch.stamp({ producerId: producer, producerEpoch: state.epoch, baseSequence: state.sequence }, true);
    const { baseOffset } = log.append(batch);
    state.sequence += records;
    const offsets = Array.from({ length: records }, (_, index) => baseOffset + index);
    open.set(producer, [...(open.get(producer) ?? []), ...offsets]);
  };
  const end = (producer: number, committed: boolean): void => {
    const state = stateOf(producer);
    state.epoch++;
    state.sequence = 0;
    log.appendMarker(producer, state.epoch, committed);
    if (committed) visible.push(...(open.get(producer) ?? []));
    open.delete(producer);
  };
  for (const step of steps) {
    if (step.kind === 'write') write(step.producer, step.records);
    else if (step.kind === 'end') end(step.producer, step.committed);
    else visible.push(log.append(batchOf(['plain'])).baseOffset);
    const firstOpen = Math.min(...[...open.values()].map((offsets) => offsets[0]!), log.logEndOffset);
    expect(log.lastStableOffset).toBe(firstOpen);
  }
  for (const producer of [...open.keys()]) end(producer, producer % 2 === 0);
  return visible.toSorted((left, right) => left - right);
};

/** What a reader sees that fetches `maxBytes` at a time. */
const readCommitted = (log: PartitionLog, from: number, maxBytes: number): number[] => {
  const offsets: number[] = [];
  for (let position = from; position < log.lastStableOffset; ) {
    const slice = log.read(position, 'read_committed', maxBytes);
    const filter = new AbortedFilter(slice.aborted);
    for (const batch of slice.batches) {
      if (filter.kindOf(batch) !== 'data') continue;
      const cursor = batch.cursor(position);
      while (cursor.next()) offsets.push(cursor.offset);
    }
    expect(slice.nextPosition).toBeGreaterThan(position);
    position = slice.nextPosition;
  }
  return offsets;
};

test('shows what was committed and nothing else, wherever a fetch begins and ends', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60 }), fc.integer({ min: 1, max: 600 }), (steps, maxBytes) => {
      const log = newLog();
      const visible = play(log, steps);
      for (let from = 0; from <= log.logEndOffset; from += 1 + Math.floor(log.logEndOffset / 7)) {
        expect(readCommitted(log, from, maxBytes)).toEqual(visible.filter((offset) => offset >= from));
      }
    }),
    { numRuns: 300 },
  );
});

test('a reader that follows the last stable offset never sees too much, nor misses anything', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
      const log = newLog();
      let position = 0;
      const seen: number[] = [];
      log.stableEndMoved.add(() => {
        seen.push(...readCommitted(log, position, 300));
        position = log.lastStableOffset;
      });
      expect(play(log, steps)).toEqual(seen);
    }),
    { numRuns: 300 },
  );
});

test('the marker has the bytes that Kafka writes', () => {
  const marker = transactionMarker({ producerId: 7, producerEpoch: 3, baseSequence: -1 }, false, 1_000);
  marker.place(11, 4);
  // From MemoryRecords.withEndTransactionMarker of Kafka 4.3.1.
  expect(marker.bytes.toString('hex')).toBe(
    '000000000000000b0000004200000004027d3dca6700300000000000000000000003e800000000000003e8' +
      '00000000000000070003ffffffff000000012000000008000000000c00000000000000',
  );
  expect(isAbortMarker(marker)).toBe(true);
  expect(isAbortMarker(transactionMarker({ producerId: 7, producerEpoch: 3, baseSequence: -1 }, true, 1_000))).toBe(
    false,
  );
});
