import type { FetchedPartition } from '../broker/fetcher.ts';
import type { RecordBatch } from '../broker/record-batch.ts';
import type { RecordCursor } from '../broker/record-cursor.ts';
import { assert } from '../common/assert.ts';
import type { Headers } from '../common/headers.ts';
import { noHeaders } from '../common/headers.ts';
import type { TopicPartition } from '../common/topic-partition.ts';
import type { ErrorContext } from '../errors/streams-error.ts';
import { errorMessage, StreamsError } from '../errors/streams-error.ts';
import type { TimestampExtractor } from '../processor/timestamp-extractor.ts';
import { keepsValidTimestamps } from '../processor/timestamp-extractor.ts';
import type { Serde } from '../serdes/serde.ts';
import { sliceOf } from '../serdes/slices.ts';
import type { LiveSource } from '../topology/processor-topology.ts';
import type { InputContext, RecordPlace } from './input-context.ts';
import { keyAt, noPlace, valueAt } from './input-context.ts';

/** A record that was read but cannot be processed. */
export interface UnreadableRecord {
  readonly topicPartition: TopicPartition;
  readonly offset: number;
  readonly timestamp: number;
  readonly headers: Headers;
  readonly rawKey: Uint8Array | null;
  readonly rawValue: Uint8Array | null;
  readonly node: string;
  readonly cause: unknown;
}

/** What a queue asks its task about records that it cannot hand on. Each throws when the thread shall stop. */
export interface RecordGate {
  deserializationFailed(record: UnreadableRecord): void;
  timestampRejected(record: UnreadableRecord): void;
}

const extractorFailed = (cause: unknown, context: ErrorContext): StreamsError => {
  if (cause instanceof StreamsError) return cause;
  const { node, topic, partition, offset } = context;
  const message = `The timestamp extractor of ${node} failed on the record at ${topic}-${partition} offset ${offset}: ${errorMessage(cause)}`;
  return new StreamsError('TIMESTAMP_INVALID', message, { context, cause });
};

interface Waiting {
  readonly batch: RecordBatch;
  readonly position: number;
}

/**
 * What was fetched of one partition and is not processed yet. Batches wait as they are; only the first record is
 * decoded, because its timestamp decides when it is taken.
 *
 * @see `org.apache.kafka.streams.processor.internals.RecordQueue`
 */
export class RecordQueue {
  readonly topicPartition: TopicPartition;
  readonly live: LiveSource;
  readonly #extractor: TimestampExtractor;
  readonly #keepsTimestamps: boolean;
  readonly #gate: RecordGate;
  readonly #batches: Waiting[] = [];
  #cursor: RecordCursor | null = null;
  #cursorBatch: RecordBatch | null = null;
  #hasHead = false;
  readonly #headPlace = noPlace();
  readonly #readKey: (start: number, length: number) => unknown;
  readonly #readValue: (start: number, length: number) => unknown;
  /** Where the next fetch begins, as far as batches were added. */
  #fetchedUpTo: number | null = null;
  /** Behind the last record that was taken or passed over. */
  #consumedUpTo: number | null = null;

  /** The first record. */
  headTimestamp = -1;
  headOffset = -1;
  headKey: unknown = null;
  headValue: unknown = null;
  headHeaders: Headers = noHeaders;
  /** The largest timestamp that was taken; -1 at the beginning. */
  partitionTime = -1;
  /** The leader epoch of the last record that was taken. */
  leaderEpoch = -1;
  /** Bytes of batches that still wait, the current one included. */
  bufferedBytes = 0;

  constructor(options: {
    readonly topicPartition: TopicPartition;
    readonly live: LiveSource;
    readonly extractor: TimestampExtractor;
    readonly gate: RecordGate;
  }) {
    this.topicPartition = options.topicPartition;
    this.live = options.live;
    this.#extractor = options.extractor;
    this.#keepsTimestamps = keepsValidTimestamps(options.extractor);
    this.#gate = options.gate;
    this.#readKey = this.#reader(options.live.source.key);
    this.#readValue = this.#reader(options.live.source.value);
  }

  get isEmpty(): boolean {
    return !this.#hasHead;
  }

  /** The next offset to process: that of the first record, or behind all that was fetched. Null before the first fetch. */
  get nextOffset(): number | null {
    return this.#hasHead ? this.headOffset : (this.#fetchedUpTo ?? this.#consumedUpTo);
  }

  /** Adds what a fetch brought, and decodes the first record if there was none. */
  add(fetched: FetchedPartition): void {
    for (const batch of fetched.batches) {
      this.#batches.push({ batch, position: fetched.position });
      this.bufferedBytes += batch.sizeInBytes;
    }
    this.#fetchedUpTo = fetched.nextPosition;
    if (!this.#hasHead) this.advance();
  }

  /** Says of the first record where it comes from, and what its bytes are. */
  describeHead(context: InputContext): void {
    context.topic = this.topicPartition.topic;
    context.partition = this.topicPartition.partition;
    context.offset = this.headOffset;
    context.timestamp = this.headTimestamp;
    context.headers = this.headHeaders;
    copyPlace(this.#headPlace, context.place);
  }

  /** Takes the first record: its fields stay readable until `advance`. */
  take(): void {
    assert(this.#hasHead, 'a record is taken only from a queue that has one');
    this.#hasHead = false;
    this.#consumedUpTo = this.headOffset + 1;
    if (this.headTimestamp > this.partitionTime) this.partitionTime = this.headTimestamp;
    if (this.#cursorBatch !== null) this.leaderEpoch = this.#cursorBatch.partitionLeaderEpoch;
  }

  /**
   * Decodes the next record that can be processed. Those that cannot are passed over, if the handlers say so.
   *
   * @returns whether there is one
   */
  advance(): boolean {
    while (this.#nextRecord()) {
      if (this.#decode()) {
        this.#hasHead = true;
        return true;
      }
    }
    return false;
  }

  clear(): void {
    this.#batches.length = 0;
    this.#cursor = null;
    this.#cursorBatch = null;
    this.#hasHead = false;
    this.bufferedBytes = 0;
  }

  /** Moves the cursor to the next record of any batch. */
  #nextRecord(): boolean {
    for (;;) {
      if (this.#cursor?.next() === true) return true;
      if (this.#cursorBatch !== null) this.bufferedBytes -= this.#cursorBatch.sizeInBytes;
      const next = this.#batches.shift();
      this.#cursorBatch = next?.batch ?? null;
      this.#cursor = next === undefined ? null : next.batch.cursor(next.position);
      if (next === undefined) return false;
    }
  }

  #decode(): boolean {
    const cursor = this.#cursor as RecordCursor;
    const { name } = this.live.source;
    this.headOffset = cursor.offset;
    this.headHeaders = cursor.headers();
    copyPlace(cursor, this.#headPlace);
    try {
      this.headKey = this.#readKey(cursor.keyStart, cursor.keyLength);
      this.headValue = this.#readValue(cursor.valueStart, cursor.valueLength);
    } catch (cause) {
      this.#gate.deserializationFailed(this.#unreadable(name, cause));
      this.#passOver();
      return false;
    }
    return this.#stamp(cursor.timestamp, name);
  }

  /** Reads what lies in the bytes of the first record; null where nothing does. */
  #reader<T>(serde: Serde<T>): (start: number, length: number) => T | null {
    const slice = sliceOf(serde);
    return (start, length) => {
      if (length < 0) return null;
      const { bytes } = this.#headPlace;
      if (slice !== null) return slice(bytes, start, start + length);
      return serde.deserialize(bytes.subarray(start, start + length), this.topicPartition.topic, this.headHeaders);
    };
  }

  #stamp(timestamp: number, node: string): boolean {
    if (timestamp >= 0 && this.#keepsTimestamps) {
      this.headTimestamp = timestamp;
      return true;
    }
    const { topic, partition } = this.topicPartition;
    const record = {
      topic,
      partition,
      offset: this.headOffset,
      timestamp,
      key: this.headKey,
      value: this.headValue,
      headers: this.headHeaders,
    };
    try {
      this.headTimestamp = this.#extractor(record, this.partitionTime);
    } catch (cause) {
      throw extractorFailed(cause, { node, topic, partition, offset: this.headOffset });
    }
    if (this.headTimestamp >= 0) return true;
    this.#gate.timestampRejected(this.#unreadable(node, null));
    this.#passOver();
    return false;
  }

  #passOver(): void {
    this.#consumedUpTo = this.headOffset + 1;
  }

  #unreadable(node: string, cause: unknown): UnreadableRecord {
    return {
      topicPartition: this.topicPartition,
      offset: this.headOffset,
      timestamp: (this.#cursor as RecordCursor).timestamp,
      headers: this.headHeaders,
      rawKey: keyAt(this.#headPlace),
      rawValue: valueAt(this.#headPlace),
      node,
      cause,
    };
  }
}

const copyPlace = (from: Readonly<RecordPlace>, to: RecordPlace): void => {
  to.bytes = from.bytes;
  to.keyStart = from.keyStart;
  to.keyLength = from.keyLength;
  to.valueStart = from.valueStart;
  to.valueLength = from.valueLength;
};
