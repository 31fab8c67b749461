import type { TopicPartition } from '../common/topic-partition.ts';
import type { RecordBatch } from './record-batch.ts';

/** Which records of open and aborted transactions a reader sees. */
export type IsolationLevel = 'read_uncommitted' | 'read_committed';

/** What one fetch brought of one partition; `batches` is empty when there was nothing to read. */
export interface FetchedPartition {
  readonly topicPartition: TopicPartition;
  /** Where the fetch began. The first batch may start earlier: pass it to `cursor(position)`. */
  readonly position: number;
  /** Data batches in offset order. Control batches and, under read_committed, aborted and open ones are left out. */
  readonly batches: readonly RecordBatch[];
  /** Where the next fetch begins: behind everything that was read, also what was left out. */
  readonly nextPosition: number;
  /** The end of what this reader may see: the high watermark, or the last stable offset under read_committed. */
  readonly endOffset: number;
}

/** What a fetcher may see, and how much of a partition it takes at once. */
export interface FetcherOptions {
  readonly isolationLevel: IsolationLevel;
  /** The most bytes of batches that one poll returns a partition; at least one batch is always returned. */
  readonly maxPartitionBytes: number;
}

/**
 * Reads assigned partitions from given positions. Positions are never reset in silence: one that is not in the log
 * makes `poll` reject with OFFSET_OUT_OF_RANGE (its context names the partition).
 */
export interface Fetcher {
  /** Replaces the set of partitions to read. A partition that stays keeps its position and its pause. */
  assign(partitions: readonly TopicPartition[]): void;
  seek(partition: TopicPartition, offset: number): void;
  /** The next offset to be returned, or null when it was never set. */
  position(partition: TopicPartition): number | null;
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /**
   * How many offsets lie between the position and the end, as of the last fetch, empty ones included; null while
   * nothing was fetched since the assignment or the last seek.
   */
  lag(partition: TopicPartition): number | null;
  /** What has been fetched; waits up to `timeoutMs` for the first data. */
  poll(timeoutMs: number): Promise<readonly FetchedPartition[]>;
  /** Makes a waiting `poll` return now. */
  wakeup(): void;
  close(): Promise<void>;
}
