import type { RecordBatch } from '../../../broker/record-batch.ts';
import { RecordBatchBuilder } from '../../../broker/record-batch-builder.ts';

/** A copy of some records of a log, in one batch; null where there are none. */
const copied = (batches: readonly RecordBatch[], isTaken: (offset: number) => boolean): RecordBatch | null => {
  const builder = new RecordBatchBuilder();
  for (const batch of batches) {
    const cursor = batch.cursor();
    while (cursor.next()) {
      if (isTaken(cursor.offset)) builder.append(cursor.key(), cursor.value(), cursor.timestamp, cursor.headers());
    }
  }
  return builder.recordCount === 0 ? null : builder.build();
};

/**
 * What compaction may leave of a part of a log: the records that no later one has replaced.
 *
 * @param part batches of the log that are looked at
 * @param log all batches that compaction looked at
 */
export const withoutSuperseded = (part: readonly RecordBatch[], log: readonly RecordBatch[]): RecordBatch[] => {
  const last = new Map<string, number>();
  for (const batch of log) {
    const cursor = batch.cursor();
    while (cursor.next()) last.set(cursor.key()?.toString('latin1') ?? '', cursor.offset);
  }
  const offsets = new Set(last.values());
  const left = copied(part, (offset) => offsets.has(offset));
  return left === null ? [] : [left];
};
