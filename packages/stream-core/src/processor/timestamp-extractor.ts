import type { Headers } from '../common/headers.ts';
import { StreamsError } from '../errors/streams-error.ts';

/** A record as it was read, before it is stamped. */
export interface ConsumedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** The timestamp of the record in the log, epoch ms; -1 when it has none. */
  readonly timestamp: number;
  readonly key: unknown;
  readonly value: unknown;
  readonly headers: Headers;
}

/**
 * Gives a record its timestamp in epoch ms. A negative result drops the record.
 *
 * @param partitionTime the largest timestamp seen in the partition so far; -1 at the beginning
 */
export type TimestampExtractor = (record: ConsumedRecord, partitionTime: number) => number;

/** Whether an extractor always takes the timestamp of the record where that is not negative, and need not be asked. */
export const keepsValidTimestamps = (extractor: TimestampExtractor): boolean => ownExtractors.has(extractor);

/** The timestamp of the record; a negative one is an error: the default. */
export const failOnInvalidTimestamp: TimestampExtractor = (record) => {
  if (record.timestamp < 0) {
    const { topic, partition, offset, timestamp } = record;
    throw new StreamsError(
      'TIMESTAMP_INVALID',
      `The record at ${topic}-${partition} offset ${offset} has the timestamp ${timestamp}; ` +
        'use another timestamp extractor if such records are expected',
      { context: { topic, partition, offset } },
    );
  }
  return record.timestamp;
};

/** The timestamp of the record; a negative one drops it. */
export const logAndSkipOnInvalidTimestamp: TimestampExtractor = (record) => record.timestamp;

/** The timestamp of the record, or the partition time when that is negative. */
export const usePartitionTimeOnInvalidTimestamp: TimestampExtractor = (record, partitionTime) => {
  if (record.timestamp >= 0) return record.timestamp;
  if (partitionTime < 0) {
    const { topic, partition, offset } = record;
    throw new StreamsError(
      'TIMESTAMP_INVALID',
      `The record at ${topic}-${partition} offset ${offset} has no valid timestamp, and none came before it to use instead; ` +
        'use another timestamp extractor if such records are expected',
      { context: { topic, partition, offset } },
    );
  }
  return partitionTime;
};

const ownExtractors: ReadonlySet<TimestampExtractor> = new Set([
  failOnInvalidTimestamp,
  logAndSkipOnInvalidTimestamp,
  usePartitionTimeOnInvalidTimestamp,
]);
