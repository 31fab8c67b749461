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
  /** Takes a record that cannot be written yet. It is before the next commit, in the order of the calls. */
  defer(record: DeferredRecord): void;
  /** The partition of a record without a key. */
  nextPartition(topic: string): number;
  /** Sends what waits for more to go with it. */
  drain(): void;
}

/** A record whose topic has to be asked for first, or whose serdes have to be prepared to write to it. */
export interface DeferredRecord {
  readonly topic: string;
  /** Lets the serdes fetch what they need, when the topic is known. */
  readonly prepare: () => Promise<void>;
  readonly write: () => void;
  /** Hands the record to the production handler. @throws when that says fail */
  readonly fail: (error: unknown) => void;
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
