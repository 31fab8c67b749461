import type { AbortedRange } from '../../../broker/aborted-filter.ts';
import type { FetchedPartition } from '../../../broker/fetcher.ts';
import type { RecordBatch } from '../../../broker/record-batch.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import { errorMessage, findStreamsError, StreamsError } from '../../../errors/streams-error.ts';
import type { TakeLimits } from './fetched-records.ts';
import { FetchedRecords } from './fetched-records.ts';

/** The good part of a response for one partition. */
export interface FetchedData {
  readonly records: Buffer | null;
  readonly aborted: readonly AbortedRange[];
  readonly endOffset: number;
}

/**
 * One partition of a fetcher: what the caller has got so far (`position`), what was fetched (up to `fetchOffset`) and
 * waits between them. Whatever is fetched carries the version that the partition had when it was asked for; a seek makes
 * a new version, and older answers count for nothing.
 */
export class AssignedPartition {
  readonly topicPartition: TopicPartition;
  readonly key: string;
  isPaused = false;
  /** The end of what the reader may see, as of the last fetch; null when there was none since the last seek. */
  endOffset: number | null = null;
  /** What the next poll throws. */
  error: Error | null = null;
  /** Attempts in a row that failed. */
  failures = 0;
  /** How often the broker said, one time after the other, that there is no such position. */
  outOfRange = 0;
  /** Not before this time of the monotonic clock. */
  retryAtMs = 0;
  /** Something is being found out without which it cannot be fetched. */
  isBusy = false;
  /** What was fetched has to be taken first: whether the failure behind it counts is found out at its own position. */
  isHeldBack = false;
  /** The id of the topic whose offsets these are; null until it is known. */
  topicId: string | null = null;
  #position: number | null = null;
  #fetchOffset = 0;
  #lastFetchedEpoch = -1;
  #version = 0;
  #waiting: FetchedRecords[] = [];

  constructor(topicPartition: TopicPartition) {
    this.topicPartition = topicPartition;
    this.key = topicPartitionKey(topicPartition);
  }

  /** The next offset to be taken. */
  get position(): number | null {
    return this.#position;
  }

  /** The next offset to be fetched. */
  get fetchOffset(): number {
    return this.#fetchOffset;
  }

  /** The leader epoch of the batch in front of `fetchOffset`; -1 when it was not read. */
  get lastFetchedEpoch(): number {
    return this.#lastFetchedEpoch;
  }

  get version(): number {
    return this.#version;
  }

  get bufferedBytes(): number {
    let bytes = 0;
    for (const records of this.#waiting) bytes += records.sizeBytes;
    return bytes;
  }

  get hasData(): boolean {
    return this.#waiting.length > 0;
  }

  get lag(): number | null {
    if (this.#position === null || this.endOffset === null) return null;
    return Math.max(0, this.endOffset - this.#position);
  }

  seek(offset: number): void {
    this.#position = offset;
    this.endOffset = null;
    this.topicId = null;
    this.refetch();
    this.settle();
  }

  /** Drops what was fetched and not taken; it is fetched again. */
  refetch(): void {
    this.#version++;
    this.#fetchOffset = this.#position ?? 0;
    this.#lastFetchedEpoch = -1;
    this.#waiting = [];
    this.isHeldBack = false;
    this.isBusy = false;
    this.error = null;
  }

  /** The last attempt went well. */
  settle(): void {
    this.failures = 0;
    this.outOfRange = 0;
    this.retryAtMs = 0;
  }

  /** Adds what was fetched at `fetchOffset`. @throws StreamsError CORRUPT_BATCH, UNSUPPORTED_VERSION */
  receive({ records, aborted, endOffset }: FetchedData): void {
    if (records !== null && records.length > 0) {
      const fetched = new FetchedRecords(records, this.#fetchOffset, aborted);
      this.#waiting.push(fetched);
      this.#fetchOffset = fetched.extent.nextOffset;
      this.#lastFetchedEpoch = fetched.extent.leaderEpoch;
    }
    this.endOffset = endOffset;
    this.settle();
  }

  /** Takes an error; it counts only when nothing is left to be taken before it. */
  fail(error: Error): void {
    if (this.hasData) this.isHeldBack = true;
    else this.error = error;
  }

  /**
   * Takes what was fetched, up to the limit; null when there is nothing.
   *
   * @throws StreamsError CORRUPT_BATCH, UNSUPPORTED_VERSION; then the same position is fetched again
   */
  take(limits: TakeLimits): FetchedPartition | null {
    const position = this.#position;
    if (position === null || !this.hasData) return null;
    const batches: RecordBatch[] = [];
    try {
      this.#takeInto(batches, limits);
    } catch (error) {
      // What lies in front of the damage is handed out first; the next take meets it again.
      if (this.#position === position) {
        this.refetch();
        throw this.located(error);
      }
    }
    const nextPosition = this.#position ?? position;
    // The broker notes the end before it reads: what it read may reach further.
    const endOffset = Math.max(this.endOffset ?? 0, nextPosition);
    return { topicPartition: this.topicPartition, position, batches, nextPosition, endOffset };
  }

  /** What is wrong with fetched bytes, with the place where they are. */
  located(error: unknown): StreamsError {
    const { topic, partition } = this.topicPartition;
    const code = findStreamsError(error)?.code ?? 'CORRUPT_BATCH';
    const offset = findStreamsError(error)?.context.offset ?? this.#position ?? 0;
    const remedy = code === 'CORRUPT_BATCH' ? '; seek past it to go on without its records' : '';
    return new StreamsError(code, `${this.key}: ${errorMessage(error)}${remedy}`, {
      context: { topic, partition, offset },
      cause: error,
    });
  }

  #takeInto(batches: RecordBatch[], { maxBytes, maxBatchBytes }: TakeLimits): void {
    let left = maxBytes;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      try {
        left -= first.takeInto(batches, { maxBytes: left, maxBatchBytes });
      } finally {
        this.#position = Math.max(this.#position ?? 0, first.nextOffset);
      }
      if (!first.isTaken) return;
      this.#waiting.shift();
    }
    this.isHeldBack = false;
  }
}
