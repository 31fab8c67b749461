import { batchLayout } from '../../../broker/batch-layout.ts';
import type { IsolationLevel } from '../../../broker/fetcher.ts';
import type { BatchProducer } from '../../../broker/record-batch.ts';
import { batchAttributes, RecordBatch } from '../../../broker/record-batch.ts';
import { transactionMarker } from '../../../broker/transaction-marker.ts';
import { lastingCopy, writeInt64 } from '../../../common/bytes.ts';
import type { Clock } from '../../../common/clock.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import { BrokerError } from '../broker-error.ts';
import { Signal } from '../signal.ts';
import type { AbortedTransaction } from './aborted-transactions.ts';
import { AbortedTransactions } from './aborted-transactions.ts';
import { LogCleaner } from './log-cleaner.ts';
import { LogSegments } from './log-segments.ts';
import type { AppendedBatch } from './producer-states.ts';
import { ProducerStates } from './producer-states.ts';
import type { TopicConfig } from './topic-config.ts';
import { validateBatch } from './validate-batch.ts';

export interface PartitionLogOptions {
  readonly clock: Clock;
  /** A segment is closed at this size even when `segment.bytes` is larger. */
  readonly maxSegmentBytes: number;
  readonly retentionCheckIntervalMs: number;
  readonly validateRecords: boolean;
}

/** Where a batch lies. */
export interface AppendResult {
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** The broker's time when the topic stamps records with it; -1 otherwise. */
  readonly logAppendTime: number;
  /** The batch was there already: a retry. */
  readonly duplicate: boolean;
}

/** What a fetch reads: raw batches, with what a read-committed reader needs to see through them. */
export interface LogSlice {
  /** Every batch from the position on, also control batches and aborted ones. Shared bytes: never write to them. */
  readonly batches: readonly RecordBatch[];
  readonly aborted: readonly AbortedTransaction[];
  /** Behind what was read, and behind gaps that compaction left. */
  readonly nextPosition: number;
  /** The end of what the isolation level may see. */
  readonly endOffset: number;
}

export interface OffsetAndTimestamp {
  readonly offset: number;
  readonly timestamp: number;
}

/** The log of one partition: v2 record batches as Kafka keeps them, in memory. */
export class PartitionLog {
  readonly topicPartition: TopicPartition;
  /** A single broker leads for ever; a front that simulates elections may raise it. */
  leaderEpoch = 0;
  /** Fired when the log end moved or the log changed otherwise. */
  readonly endMoved: Signal = new Signal();
  /** Fired when the last stable offset moved or the log changed otherwise. */
  readonly stableEndMoved: Signal = new Signal();
  /** The settings of the topic; replaced when they are altered. */
  config: TopicConfig;
  /** True once the topic is gone. */
  isDeleted = false;

  readonly #options: PartitionLogOptions;
  readonly #segments = new LogSegments();
  readonly #producers = new ProducerStates();
  readonly #aborted = new AbortedTransactions();
  readonly #cleaner: LogCleaner;
  #logStartOffset = 0;
  #logEndOffset = 0;

  constructor(topicPartition: TopicPartition, config: TopicConfig, options: PartitionLogOptions) {
    this.topicPartition = topicPartition;
    this.config = config;
    this.#options = options;
    this.#cleaner = new LogCleaner(this.#segments, this.#aborted, options);
  }

  get logStartOffset(): number {
    return this.#logStartOffset;
  }

  /** The offset that the next record gets. With one replica it is the high watermark too. */
  get logEndOffset(): number {
    return this.#logEndOffset;
  }

  /** Below it every transaction has ended. */
  get lastStableOffset(): number {
    const unstable = this.#producers.firstUnstableOffset;
    return unstable === null ? this.#logEndOffset : Math.max(unstable, this.#logStartOffset);
  }

  get sizeInBytes(): number {
    return this.#segments.sizeInBytes;
  }

  /** Of data and of markers. */
  get batchCount(): number {
    return this.#segments.batchCount;
  }

  /** The end of what a reader of that isolation level may see. */
  endOffset(isolationLevel: IsolationLevel): number {
    return isolationLevel === 'read_committed' ? this.lastStableOffset : this.#logEndOffset;
  }

  /**
   * Appends a batch of a client. Its bytes are copied; the caller keeps its own.
   *
   * @throws BrokerError MESSAGE_TOO_LARGE, CORRUPT_MESSAGE, INVALID_RECORD, INVALID_TIMESTAMP, INVALID_PRODUCER_EPOCH,
   * OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_TXN_STATE
   */
  append(batch: RecordBatch): AppendResult {
    const { clock, validateRecords } = this.#options;
    const now = clock.now();
    validateBatch(batch, { config: this.config, now, everyRecord: validateRecords });
    const earlier = this.#producers.check(batch);
    if (earlier !== null) return this.#duplicateOf(earlier);
    const placed = this.#place(batch, now);
    const stableBefore = this.lastStableOffset;
    this.#producers.appended(placed, now);
    this.#grow(placed, now, stableBefore);
    const logAppendTime = this.config.logAppendTime ? now : -1;
    return { baseOffset: placed.baseOffset, lastOffset: placed.lastOffset, logAppendTime, duplicate: false };
  }

  /**
   * Ends the transaction of a producer with a control batch.
   *
   * @throws BrokerError INVALID_PRODUCER_EPOCH
   */
  appendMarker(producerId: number, producerEpoch: number, committed: boolean): void {
    this.#producers.checkMarker(producerId, producerEpoch);
    const now = this.#options.clock.now();
    const producer: BatchProducer = { producerId, producerEpoch, baseSequence: -1 };
    const marker = RecordBatch.at(lastingCopy(transactionMarker(producer, committed, now).bytes));
    marker.place(this.#logEndOffset, this.leaderEpoch);
    const stableBefore = this.lastStableOffset;
    const firstOffset = this.#producers.ended(producerId, producerEpoch, now);
    if (firstOffset !== null && !committed) {
      const lastStableOffset = this.#producers.firstUnstableOffset ?? marker.nextOffset;
      this.#aborted.add({ producerId, firstOffset, lastOffset: marker.baseOffset, lastStableOffset });
    }
    this.#grow(marker, now, stableBefore);
  }

  /**
   * Reads from `position` to what the isolation level may see: at most `maxBytes`, but always one batch.
   *
   * @throws BrokerError OFFSET_OUT_OF_RANGE
   */
  read(position: number, isolationLevel: IsolationLevel, maxBytes: number): LogSlice {
    this.checkPosition(position);
    const endOffset = this.endOffset(isolationLevel);
    const batches: RecordBatch[] = [];
    let size = 0;
    let isCut = false;
    if (position < endOffset) {
      for (const batch of this.#segments.from(position)) {
        if (batch.baseOffset >= endOffset) break;
        isCut = batches.length > 0 && size + batch.sizeInBytes > maxBytes;
        if (isCut) break;
        batches.push(batch);
        size += batch.sizeInBytes;
      }
    }
    const last = batches.at(-1);
    // Where no batch is left below the end, compaction took what was there: nothing to wait for.
    const nextPosition = isCut && last !== undefined ? last.nextOffset : Math.max(position, endOffset);
    const aborted = isolationLevel === 'read_committed' ? this.#aborted.overlapping(position, nextPosition) : [];
    return { batches, aborted, nextPosition, endOffset };
  }

  /** @throws BrokerError OFFSET_OUT_OF_RANGE */
  checkPosition(position: number): void {
    if (position >= this.#logStartOffset && position <= this.#logEndOffset) return;
    const name = topicPartitionKey(this.topicPartition);
    throw new BrokerError(
      'OFFSET_OUT_OF_RANGE',
      `position ${position} is not in ${name}, which holds ${this.#logStartOffset} to ${this.#logEndOffset}`,
      { ...this.topicPartition, offset: position },
    );
  }

  /** The first record with that timestamp or a later one, below `endOffset`; null when there is none. */
  findTimestamp(timestamp: number, endOffset: number): OffsetAndTimestamp | null {
    for (const segment of this.#segments.all) {
      if (segment.maxTimestamp < timestamp) continue;
      for (const batch of segment.batches) {
        if (batch.baseOffset >= endOffset) return null;
        if (batch.maxTimestamp < timestamp || batch.lastOffset < this.#logStartOffset) continue;
        const found = firstAt(batch, timestamp, this.#logStartOffset);
        if (found !== null) return found;
      }
    }
    return null;
  }

  /**
   * Makes `beforeOffset` the start of the log; -1 stands for its end.
   *
   * @throws BrokerError OFFSET_OUT_OF_RANGE
   */
  deleteRecords(beforeOffset: number): void {
    const target = beforeOffset === -1 ? this.#logEndOffset : beforeOffset;
    if (target < 0 || target > this.#logEndOffset) this.checkPosition(target);
    this.#startAt(target);
  }

  /** Deletes what `retention.ms` and `retention.bytes` no longer keep. */
  runRetention(): void {
    this.#producers.expire(this.#options.clock.now() - producerIdExpirationMs);
    this.#startAt(this.#cleaner.retainedFrom(this.config, this.#logEndOffset, { byTime: true }));
  }

  /** Compacts what is behind the active segment, whether or not it is dirty enough for Kafka to begin by itself. */
  runCompaction(): void {
    if (this.config.compacts) this.#cleaner.compact(this.config, this.lastStableOffset);
  }

  /** Closes the active segment, so that retention and compaction reach all that is there now. */
  rollSegment(): void {
    this.#segments.roll(this.#logEndOffset);
  }

  /** Tells waiting readers that the topic is gone. */
  delete(): void {
    this.isDeleted = true;
    this.#notify(true);
  }

  #place(batch: RecordBatch, now: number): RecordBatch {
    const placed = RecordBatch.at(lastingCopy(batch.bytes));
    if (this.config.logAppendTime) {
      placed.bytes.writeInt16BE(placed.attributes | batchAttributes.logAppendTime, batchLayout.attributes);
      writeInt64(placed.bytes, now, batchLayout.maxTimestamp);
      placed.seal();
    }
    placed.place(this.#logEndOffset, this.leaderEpoch);
    return placed;
  }

  #grow(placed: RecordBatch, now: number, stableBefore: number): void {
    this.#logEndOffset = placed.nextOffset;
    const rolled = this.#segments.append(placed, this.#cleaner.limits(this.config), now);
    const retained = this.#cleaner.afterAppend(this.config, this.#logEndOffset, { rolled });
    if (retained !== null) this.#startAt(retained);
    if (rolled && this.config.compacts) this.#cleaner.compactIfDirty(this.config, this.lastStableOffset);
    this.#notify(this.lastStableOffset !== stableBefore);
  }

  #startAt(offset: number): void {
    if (offset <= this.#logStartOffset) return;
    this.#logStartOffset = offset;
    this.#segments.dropBelow(offset);
    this.#aborted.dropBelow(offset);
    this.#notify(true);
  }

  #notify(stable: boolean): void {
    this.endMoved.fire();
    if (stable) this.stableEndMoved.fire();
  }

  #duplicateOf(earlier: AppendedBatch): AppendResult {
    const { baseOffset, lastOffset } = earlier;
    return { baseOffset, lastOffset, logAppendTime: -1, duplicate: true };
  }
}

/** `producer.id.expiration.ms`: a producer that wrote nothing for so long is forgotten. */
const producerIdExpirationMs = 86_400_000;

const firstAt = (batch: RecordBatch, timestamp: number, fromOffset: number): OffsetAndTimestamp | null => {
  // A compressed batch cannot be looked into; its beginning is the closest answer that skips nothing.
  if (batch.compression !== 0) return { offset: batch.baseOffset, timestamp: batch.maxTimestamp };
  const cursor = batch.cursor(fromOffset);
  while (cursor.next()) {
    if (cursor.timestamp >= timestamp) return { offset: cursor.offset, timestamp: cursor.timestamp };
  }
  return null;
};
