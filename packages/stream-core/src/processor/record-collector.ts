import type { Headers } from '../common/headers.ts';

/** Where the output of a task goes, in bytes. */
export interface RecordCollector {
  /**
   * Adds a record to what is sent. Key, value and headers are copied at once.
   *
   * @throws StreamsError RECORD_TOO_LARGE
   */
  send(record: OutputRecord): void;
  /** How many partitions a topic has; null while that has to be asked for. */
  partitionCount(topic: string): number | null;
  /** Calls `retry` once the partitions of the topic are known: before the next commit, in the order of the calls. */
  defer(topic: string, retry: () => void): void;
  /** The partition of a record without a key. */
  nextPartition(topic: string): number;
}

/** A record on its way out. One object is reused for all of them: keep nothing of it. */
export interface OutputRecord {
  topic: string;
  partition: number;
  key: Uint8Array | null;
  value: Uint8Array | null;
  timestamp: number;
  headers: Headers;
}
