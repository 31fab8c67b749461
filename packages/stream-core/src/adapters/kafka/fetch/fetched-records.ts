import type { AbortedRange } from '../../../broker/aborted-filter.ts';
import { AbortedFilter } from '../../../broker/aborted-filter.ts';
import { RecordBatch } from '../../../broker/record-batch.ts';
import { errorMessage, findStreamsError, StreamsError } from '../../../errors/streams-error.ts';
import { decompressBatch } from '../compression/decompress-batch.ts';
import type { RecordsExtent } from './records-extent.ts';
import { recordsExtent } from './records-extent.ts';

/** The pieces that a socket delivers: a slice of one may keep it alive. */
const smallMemoryBytes = 65_536;
const largestWaste = 4;

/**
 * The bytes without much memory around them. The records section of a response is a slice of what the socket delivered;
 * it is copied only where a slice would keep several times its size alive for as long as the caller holds a batch.
 */
const withoutWaste = (bytes: Buffer): Buffer => {
  const memoryBytes = bytes.buffer.byteLength;
  const isCheap = memoryBytes <= smallMemoryBytes || memoryBytes <= bytes.length * largestWaste;
  return isCheap ? bytes : Buffer.from(bytes);
};

/** What is taken at once. */
export interface TakeLimits {
  /** At least one batch is taken, however large. */
  readonly maxBytes: number;
  /** The most bytes that one batch may unpack to. */
  readonly maxBatchBytes: number;
}

/** A batch that the reader sees. */
interface VisibleBatch {
  readonly stored: RecordBatch;
  readonly plain: RecordBatch;
}

/** What one fetch response brought of one partition, waiting to be taken batch by batch. */
export class FetchedRecords {
  readonly extent: RecordsExtent;
  readonly #records: Buffer;
  readonly #filter: AbortedFilter;
  #at = 0;
  #nextOffset: number;
  /** A batch that was looked at and did not fit, as it came and unpacked: it is the next one. */
  #ready: VisibleBatch | null = null;

  /** @throws StreamsError CORRUPT_BATCH, UNSUPPORTED_VERSION */
  constructor(records: Buffer, position: number, aborted: readonly AbortedRange[]) {
    this.extent = recordsExtent(records, position);
    this.#records = withoutWaste(records.subarray(0, this.extent.sizeBytes));
    this.#filter = new AbortedFilter(aborted);
    this.#nextOffset = position;
  }

  get sizeBytes(): number {
    return this.#records.length - this.#at;
  }

  get isTaken(): boolean {
    return this.#at === this.#records.length;
  }

  /** The offset behind what was taken, batches that were left out included. */
  get nextOffset(): number {
    return this.#nextOffset;
  }

  /**
   * Moves batches that the reader sees to the end of `batches`, as long as these keep to the limit. Each is intact, and
   * its records are plain.
   *
   * @returns the bytes added
   * @throws StreamsError CORRUPT_BATCH at a batch that is damaged; the ones before it have been moved
   */
  takeInto(batches: RecordBatch[], limits: TakeLimits): number {
    let taken = 0;
    while (!this.isTaken) {
      this.#ready ??= this.#next(limits);
      if (this.#ready === null) continue;
      const { stored, plain } = this.#ready;
      if (batches.length > 0 && taken + plain.sizeInBytes > limits.maxBytes) break;
      this.#ready = null;
      batches.push(plain);
      taken += plain.sizeInBytes;
      this.#stepOver(stored);
    }
    return taken;
  }

  /** The batch at the current place; null when the reader does not see it, and it was stepped over. */
  #next({ maxBatchBytes }: TakeLimits): VisibleBatch | null {
    const stored = RecordBatch.at(this.#records, this.#at);
    try {
      if (!stored.isIntact) throw new StreamsError('CORRUPT_BATCH', 'its checksum is wrong');
      if (this.#filter.kindOf(stored) === 'data') return { stored, plain: decompressBatch(stored, maxBatchBytes) };
    } catch (cause) {
      const code = findStreamsError(cause)?.code ?? 'CORRUPT_BATCH';
      const context = { offset: stored.baseOffset };
      throw new StreamsError(code, `the batch at offset ${stored.baseOffset}: ${errorMessage(cause)}`, {
        context,
        cause,
      });
    }
    this.#stepOver(stored);
    return null;
  }

  #stepOver(batch: RecordBatch): void {
    this.#at += batch.sizeInBytes;
    this.#nextOffset = batch.nextOffset;
  }
}
