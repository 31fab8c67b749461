import { AbortedFilter } from '../../../broker/aborted-filter.ts';
import { batchLayout } from '../../../broker/batch-layout.ts';
import { RecordBatch } from '../../../broker/record-batch.ts';
import type { RecordCursor } from '../../../broker/record-cursor.ts';
import { lastingCopy, writeInt64 } from '../../../common/bytes.ts';
import type { AbortedTransaction } from './aborted-transactions.ts';
import { LogSegment } from './log-segments.ts';

export interface CompactionInput {
  /** The segments to clean, from the start of the log on. */
  readonly segments: readonly LogSegment[];
  /** Below this offset every key was the latest one when the cleaner came last. */
  readonly dirtyFrom: number;
  readonly aborted: readonly AbortedTransaction[];
  readonly now: number;
  readonly deleteRetentionMs: number;
  /** When the tombstones and markers of a batch may go: set by the first cleaning that met them (KIP-534). */
  readonly deleteHorizons: WeakMap<RecordBatch, number>;
  /** Small segments are joined until they have this size. */
  readonly segmentBytes: number;
}

export interface CompactionResult {
  readonly segments: readonly LogSegment[];
  /** The offsets of the markers that are gone, with all that they marked. */
  readonly droppedMarkers: ReadonlySet<number>;
}

const keyText = (cursor: RecordCursor): string =>
  cursor.bytes.toString('latin1', cursor.keyStart, cursor.keyStart + cursor.keyLength);

/** The last offset of each key in the part of the log that was not cleaned yet. */
const latestOffsets = (input: CompactionInput): Map<string, number> => {
  const latest = new Map<string, number>();
  const filter = new AbortedFilter(input.aborted);
  for (const { batches } of input.segments) {
    for (const batch of batches) {
      // A compressed batch is kept whole, so nothing may be dropped in its favour either.
      const counts = filter.kindOf(batch) === 'data' && batch.compression === 0;
      if (counts && batch.lastOffset >= input.dirtyFrom) addKeys(latest, batch, input.dirtyFrom);
    }
  }
  return latest;
};

const addKeys = (latest: Map<string, number>, batch: RecordBatch, fromOffset: number): void => {
  const cursor = batch.cursor(fromOffset);
  while (cursor.next()) {
    if (cursor.keyLength >= 0) latest.set(keyText(cursor), cursor.offset);
  }
};

/**
 * Cleans a log as Kafka's LogCleaner does: of each key the latest record stays, at its offset. Tombstones, and markers
 * of transactions of which nothing is left, stay for `delete.retention.ms` longer. Aborted data and records without a
 * key go.
 */
export const compact = (input: CompactionInput): CompactionResult => new Cleaner(input).run();

class Cleaner {
  readonly #input: CompactionInput;
  readonly #latest: ReadonlyMap<string, number>;
  readonly #filter: AbortedFilter;
  /** Producers whose transaction, as far as it was passed, has data that stays. */
  readonly #withData = new Set<number>();
  readonly #droppedMarkers = new Set<number>();
  readonly #cleaned: LogSegment[] = [];

  constructor(input: CompactionInput) {
    this.#input = input;
    this.#latest = latestOffsets(input);
    this.#filter = new AbortedFilter(input.aborted);
  }

  run(): CompactionResult {
    for (const segment of this.#input.segments) {
      for (const batch of segment.batches) {
        const kept = this.#clean(batch);
        if (kept !== null) this.#add(kept, segment);
      }
    }
    return { segments: this.#cleaned, droppedMarkers: this.#droppedMarkers };
  }

  #add(batch: RecordBatch, from: LogSegment): void {
    let target = this.#cleaned.at(-1);
    if (target === undefined || target.sizeInBytes + batch.sizeInBytes > this.#input.segmentBytes) {
      // The first segment keeps its place, so that the log still begins where it began.
      const baseOffset = target === undefined ? (this.#input.segments[0]?.baseOffset ?? 0) : batch.baseOffset;
      target = new LogSegment(baseOffset);
      this.#cleaned.push(target);
    }
    target.add(batch, from.openedAt ?? this.#input.now);
  }

  /** What stays of a batch: itself, a smaller copy, or null. */
  #clean(batch: RecordBatch): RecordBatch | null {
    const kind = this.#filter.kindOf(batch);
    if (kind === 'control') return this.#keepsMarker(batch) ? batch : null;
    if (kind === 'aborted') return null;
    const kept = batch.compression === 0 ? this.#keepLatest(batch) : batch;
    if (kept !== null && batch.isTransactional) this.#withData.add(batch.producerId);
    return kept;
  }

  #keepsMarker(batch: RecordBatch): boolean {
    if (this.#withData.delete(batch.producerId)) return true;
    if (this.#horizonOf(batch) > this.#input.now) return true;
    this.#droppedMarkers.add(batch.baseOffset);
    return false;
  }

  /** The delete horizon of a batch; the first cleaning sets it, and takes nothing away itself. */
  #horizonOf(batch: RecordBatch): number {
    const horizon = this.#input.deleteHorizons.get(batch);
    if (horizon !== undefined) return horizon;
    this.#input.deleteHorizons.set(batch, this.#input.now + this.#input.deleteRetentionMs);
    return Number.POSITIVE_INFINITY;
  }

  #keepLatest(batch: RecordBatch): RecordBatch | null {
    const cursor = batch.cursor();
    const kept: Uint8Array[] = [];
    let start: number = batchLayout.records;
    let maxTimestamp = -1;
    let keptTombstone = false;
    while (cursor.next()) {
      const end = cursor.keyStart + cursor.recordSize;
      if (this.#keepsRecord(batch, cursor)) {
        kept.push(batch.bytes.subarray(start, end));
        maxTimestamp = Math.max(maxTimestamp, cursor.timestamp);
        keptTombstone ||= cursor.valueLength < 0;
      }
      start = end;
    }
    if (kept.length === batch.recordCount) return batch;
    if (kept.length === 0) return null;
    const smaller = rewrite(batch, kept, maxTimestamp);
    const horizon = this.#input.deleteHorizons.get(batch);
    if (horizon !== undefined && keptTombstone) this.#input.deleteHorizons.set(smaller, horizon);
    return smaller;
  }

  #keepsRecord(batch: RecordBatch, cursor: RecordCursor): boolean {
    if (cursor.keyLength < 0) return false;
    const latest = this.#latest.get(keyText(cursor));
    if (latest !== undefined && cursor.offset < latest) return false;
    return cursor.valueLength >= 0 || this.#horizonOf(batch) > this.#input.now;
  }
}

/** A batch with some of the records of another one. Its offsets, sequences and base timestamp stay as they were. */
const rewrite = (batch: RecordBatch, records: readonly Uint8Array[], maxTimestamp: number): RecordBatch => {
  const bytes = lastingCopy(Buffer.concat([batch.bytes.subarray(0, batchLayout.records), ...records]));
  bytes.writeInt32BE(bytes.length - batchLayout.partitionLeaderEpoch, batchLayout.length);
  bytes.writeInt32BE(records.length, batchLayout.recordCount);
  if (!batch.hasLogAppendTime) writeInt64(bytes, maxTimestamp, batchLayout.maxTimestamp);
  const smaller = RecordBatch.at(bytes);
  smaller.seal();
  return smaller;
};
