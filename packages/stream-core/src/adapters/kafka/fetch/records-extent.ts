import { batchLayout } from '../../../broker/batch-layout.ts';
import { readInt64 } from '../../../common/bytes.ts';
import { StreamsError } from '../../../errors/streams-error.ts';

const lengthOverhead = batchLayout.length + 4;

/** How far the whole batches of a fetch response reach. */
export interface RecordsExtent {
  /** The bytes of whole batches; what is behind was cut off by the broker. */
  readonly sizeBytes: number;
  /** The offset behind the last whole batch. */
  readonly nextOffset: number;
  /** The leader epoch that the last whole batch was written in. */
  readonly leaderEpoch: number;
}

const corrupt = (problem: string): StreamsError => new StreamsError('CORRUPT_BATCH', problem);

/** The size of the batch at `at`; null when it is cut off. */
const batchSize = (records: Buffer, at: number): number | null => {
  const left = records.length - at;
  if (left <= batchLayout.magic) return null;
  const magic = records.readInt8(at + batchLayout.magic);
  if (magic === 0 || magic === 1) {
    throw new StreamsError(
      'UNSUPPORTED_VERSION',
      `the log has messages of format ${magic}, from before Kafka 0.11; only format 2 is read: copy them to a new topic`,
    );
  }
  if (magic !== 2) throw corrupt(`a record batch has format ${magic}, which does not exist`);
  const size = records.readInt32BE(at + batchLayout.length) + lengthOverhead;
  if (size < batchLayout.records) throw corrupt(`a record batch claims ${size} bytes`);
  return size > left ? null : size;
};

/** Steps over the batch at `at`, of `size` bytes, that has to lie behind `previous`. */
const nextOffsetOf = (records: Buffer, at: number, previous: number): number => {
  const baseOffset = readInt64(records, at + batchLayout.baseOffset);
  const lastOffsetDelta = records.readInt32BE(at + batchLayout.lastOffsetDelta);
  if (lastOffsetDelta < 0) throw corrupt(`a record batch claims ${lastOffsetDelta} as its last offset delta`);
  if (baseOffset < previous)
    throw corrupt(`a record batch begins at ${baseOffset}, before the end of the one before it`);
  return baseOffset + lastOffsetDelta + 1;
};

/**
 * Looks at the headers of the batches that a fetch from `position` brought. The checksums are left to whoever takes the
 * batches. Damage behind a whole batch ends the extent: the next fetch begins with it, and meets it as its first batch.
 *
 * @throws StreamsError CORRUPT_BATCH or UNSUPPORTED_VERSION when the first batch cannot be read
 */
export const recordsExtent = (records: Buffer, position: number): RecordsExtent => {
  let at = 0;
  let nextOffset = 0;
  let leaderEpoch = -1;
  try {
    for (let size = batchSize(records, at); size !== null; size = batchSize(records, at)) {
      nextOffset = nextOffsetOf(records, at, nextOffset);
      leaderEpoch = records.readInt32BE(at + batchLayout.partitionLeaderEpoch);
      at += size;
    }
  } catch (error) {
    if (at === 0) throw error;
  }
  // Brokers send nothing rather than a part of the first batch, so it is its length that is wrong.
  if (at === 0) throw corrupt('the first record batch is longer than what the broker sent');
  if (nextOffset <= position) throw corrupt(`the record batches end at ${nextOffset}, before the position ${position}`);
  return { sizeBytes: at, nextOffset, leaderEpoch };
};
