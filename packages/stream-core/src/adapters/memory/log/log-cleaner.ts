import type { RecordBatch } from '../../../broker/record-batch.ts';
import type { Clock } from '../../../common/clock.ts';
import type { AbortedTransactions } from './aborted-transactions.ts';
import { compact } from './log-compaction.ts';
import type { LogSegment, LogSegments, SegmentLimits } from './log-segments.ts';
import type { TopicConfig } from './topic-config.ts';

export interface LogCleanerOptions {
  readonly clock: Clock;
  readonly maxSegmentBytes: number;
  readonly retentionCheckIntervalMs: number;
}

const bytesOf = (segments: readonly LogSegment[]): number =>
  segments.reduce((sum, segment) => sum + segment.sizeInBytes, 0);

/** Keeps one partition small: decides what retention deletes and when compaction pays. */
export class LogCleaner {
  readonly #segments: LogSegments;
  readonly #aborted: AbortedTransactions;
  readonly #options: LogCleanerOptions;
  readonly #deleteHorizons = new WeakMap<RecordBatch, number>();
  #cleanedTo = 0;
  #lastTimeCheck: number;

  constructor(segments: LogSegments, aborted: AbortedTransactions, options: LogCleanerOptions) {
    this.#segments = segments;
    this.#aborted = aborted;
    this.#options = options;
    this.#lastTimeCheck = options.clock.monotonic();
  }

  limits(config: TopicConfig): SegmentLimits {
    const segmentBytes = Math.min(config.segmentBytes, this.#options.maxSegmentBytes);
    return { segmentBytes, segmentMs: config.segmentMs };
  }

  /**
   * What retention asks for after an append: a new start of the log, or null. Size is looked at with every new segment,
   * time as seldom as a broker does (`log.retention.check.interval.ms`).
   */
  afterAppend(config: TopicConfig, logEndOffset: number, { rolled }: { readonly rolled: boolean }): number | null {
    const now = this.#options.clock.monotonic();
    const byTime = now - this.#lastTimeCheck >= this.#options.retentionCheckIntervalMs;
    if (byTime) this.#lastTimeCheck = now;
    return rolled || byTime ? this.retainedFrom(config, logEndOffset, { byTime }) : null;
  }

  /** Where the log begins when retention had its way. Whole segments go, oldest first. */
  retainedFrom(config: TopicConfig, logEndOffset: number, { byTime }: { readonly byTime: boolean }): number {
    const segments = this.#segments.all;
    const oldest = byTime ? this.#options.clock.now() - config.retentionMs : Number.NEGATIVE_INFINITY;
    let surplus = this.#segments.sizeInBytes - config.retentionBytes;
    let index = 0;
    if (config.deletes) {
      for (; index < segments.length; index++) {
        const segment = segments[index] as LogSegment;
        // Records without a timestamp are as old as their segment.
        const youngest = segment.maxTimestamp < 0 ? segment.openedAt : segment.maxTimestamp;
        const expired = segment.batches.length > 0 && youngest !== null && youngest < oldest;
        if (!expired && surplus < segment.sizeInBytes) break;
        surplus -= segment.sizeInBytes;
      }
    }
    // Nothing was deletable: the start stays wherever it is.
    if (index === 0) return 0;
    return segments[index]?.baseOffset ?? logEndOffset;
  }

  /** Compacts when the dirty share of the log exceeds `min.cleanable.dirty.ratio`. */
  compactIfDirty(config: TopicConfig, lastStableOffset: number): void {
    const cleanable = this.#cleanable(config, lastStableOffset);
    const dirty = bytesOf(cleanable.filter((segment) => segment.baseOffset >= this.#cleanedTo));
    if (dirty > bytesOf(cleanable) * config.minCleanableDirtyRatio) this.compact(config, lastStableOffset);
  }

  compact(config: TopicConfig, lastStableOffset: number): void {
    const segments = this.#cleanable(config, lastStableOffset);
    const [first] = segments;
    if (first === undefined) return;
    const end = this.#segments.all[segments.length]?.baseOffset ?? 0;
    const result = compact({
      segments,
      dirtyFrom: this.#cleanedTo,
      aborted: this.#aborted.overlapping(first.baseOffset, end),
      now: this.#options.clock.now(),
      deleteRetentionMs: config.deleteRetentionMs,
      deleteHorizons: this.#deleteHorizons,
      segmentBytes: this.limits(config).segmentBytes,
    });
    this.#segments.replaceFirst(segments.length, result.segments);
    this.#aborted.dropMarkers(result.droppedMarkers);
    this.#cleanedTo = end;
  }

  /** The segments from the start of the log that are closed, stable and old enough. */
  #cleanable(config: TopicConfig, lastStableOffset: number): LogSegment[] {
    const { closed, active } = this.#segments;
    const youngest = this.#options.clock.now() - config.minCompactionLagMs;
    const cleanable: LogSegment[] = [];
    for (const [index, segment] of closed.entries()) {
      const nextOffset = (closed[index + 1] ?? active).baseOffset;
      if (nextOffset > lastStableOffset) break;
      if (config.minCompactionLagMs > 0 && segment.maxTimestamp > youngest) break;
      cleanable.push(segment);
    }
    return cleanable;
  }
}
