import type { RecordBatch } from '../../../broker/record-batch.ts';

/** A stretch of a log. Only the last one, the active one, grows; retention and compaction work on the others. */
export class LogSegment {
  readonly baseOffset: number;
  batches: RecordBatch[] = [];
  sizeInBytes = 0;
  /** No record in here is younger; -1 while there is none. */
  maxTimestamp = -1;
  /** When the broker appended the first batch; null while the segment is empty. */
  openedAt: number | null = null;

  constructor(baseOffset: number) {
    this.baseOffset = baseOffset;
  }

  add(batch: RecordBatch, now: number): void {
    this.openedAt ??= now;
    this.batches.push(batch);
    this.sizeInBytes += batch.sizeInBytes;
    this.maxTimestamp = Math.max(this.maxTimestamp, batch.maxTimestamp);
  }

  /** The index of the first batch that reaches `offset` or lies behind it. */
  indexOf(offset: number): number {
    let low = 0;
    let high = this.batches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.batches[middle] as RecordBatch).lastOffset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Frees the batches that lie wholly below `offset`. */
  dropBelow(offset: number): void {
    const count = this.indexOf(offset);
    if (count === 0) return;
    for (const batch of this.batches.splice(0, count)) this.sizeInBytes -= batch.sizeInBytes;
    if (this.batches.length > 0) return;
    this.maxTimestamp = -1;
    this.openedAt = null;
  }
}

/** When a segment is full. */
export interface SegmentLimits {
  readonly segmentBytes: number;
  readonly segmentMs: number;
}

/** The segments of one partition, never none, in offset order. */
export class LogSegments {
  #segments: LogSegment[] = [new LogSegment(0)];

  get active(): LogSegment {
    return this.#segments.at(-1) as LogSegment;
  }

  /** Every segment but the active one. */
  get closed(): readonly LogSegment[] {
    return this.#segments.slice(0, -1);
  }

  get all(): readonly LogSegment[] {
    return this.#segments;
  }

  get sizeInBytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.sizeInBytes, 0);
  }

  get batchCount(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.batches.length, 0);
  }

  /** Appends a placed batch; true when it began a new segment. */
  append(batch: RecordBatch, limits: SegmentLimits, now: number): boolean {
    const { active } = this;
    const full =
      active.openedAt !== null &&
      (active.sizeInBytes + batch.sizeInBytes > limits.segmentBytes || now - active.openedAt > limits.segmentMs);
    if (full) this.roll(batch.baseOffset);
    this.active.add(batch, now);
    return full;
  }

  /** Closes the active segment and begins the next one at `nextOffset`. An empty one stays as it is. */
  roll(nextOffset: number): void {
    if (this.active.batches.length > 0) this.#segments.push(new LogSegment(nextOffset));
  }

  /** The batches from the one that holds `offset` on. */
  *from(offset: number): Generator<RecordBatch> {
    for (let at = this.#indexOf(offset); at < this.#segments.length; at++) {
      const { batches } = this.#segments[at] as LogSegment;
      for (let index = (this.#segments[at] as LogSegment).indexOf(offset); index < batches.length; index++) {
        yield batches[index] as RecordBatch;
      }
    }
  }

  /** Frees everything that lies wholly below `offset`. */
  dropBelow(offset: number): void {
    const first = this.#indexOf(offset);
    if (first > 0) this.#segments.splice(0, first);
    (this.#segments[0] as LogSegment).dropBelow(offset);
  }

  /** Puts what the cleaner made of the first `count` segments in their place. */
  replaceFirst(count: number, cleaned: readonly LogSegment[]): void {
    this.#segments.splice(0, count, ...cleaned);
  }

  /** The index of the last segment that begins at or before `offset`. */
  #indexOf(offset: number): number {
    let low = 0;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#segments[middle] as LogSegment).baseOffset <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
