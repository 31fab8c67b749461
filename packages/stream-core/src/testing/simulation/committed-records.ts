import type { PartitionLog } from '../../adapters/memory/log/partition-log.ts';
import type { RecordBatch } from '../../broker/record-batch.ts';
import { isAbortMarker } from '../../broker/transaction-marker.ts';

/** A record of a log. */
export interface CommittedRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  /** In hexadecimal digits; null for a tombstone. */
  readonly value: string | null;
}

const decode = (partition: number, batch: RecordBatch): CommittedRecord[] => {
  const records: CommittedRecord[] = [];
  const cursor = batch.cursor();
  while (cursor.next()) {
    const key = cursor.key()?.toString('latin1') ?? '';
    records.push({ partition, offset: cursor.offset, key, value: cursor.value()?.toString('hex') ?? null });
  }
  return records;
};

/**
 * What of a log counts, by its markers alone: written without a transaction, or in one that was committed. It shares
 * nothing with the filters of the clients, which are judged by it.
 */
export const committedRecords = (log: PartitionLog): CommittedRecord[] => {
  const { partition } = log.topicPartition;
  const open = new Map<number, RecordBatch[]>();
  const counted: RecordBatch[] = [];
  for (const batch of log.read(log.logStartOffset, 'read_uncommitted', Number.POSITIVE_INFINITY).batches) {
    const { producerId } = batch;
    if (batch.isControl) {
      if (!isAbortMarker(batch)) counted.push(...(open.get(producerId) ?? []));
      open.delete(producerId);
    } else if (batch.isTransactional) open.set(producerId, [...(open.get(producerId) ?? []), batch]);
    else counted.push(batch);
  }
  return counted.sort((a, b) => a.baseOffset - b.baseOffset).flatMap((batch) => decode(partition, batch));
};

/** How many transactions of a log were aborted. */
export const abortedTransactions = (log: PartitionLog): number =>
  log
    .read(log.logStartOffset, 'read_uncommitted', Number.POSITIVE_INFINITY)
    .batches.filter((batch) => batch.isControl && isAbortMarker(batch)).length;
