/** One aborted transaction in one partition: its first data and its marker. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  /** The offset of the abort marker. */
  readonly lastOffset: number;
  /** The last stable offset at the moment of the marker: no later entry begins before it. */
  readonly lastStableOffset: number;
}

/** Which transactions of a partition were aborted, in the order of their markers (Kafka's transaction index). */
export class AbortedTransactions {
  #entries: AbortedTransaction[] = [];

  add(entry: AbortedTransaction): void {
    this.#entries.push(entry);
  }

  /** Those with data in `[from, to)`, in the order of their markers, not of their beginnings. */
  overlapping(from: number, to: number): AbortedTransaction[] {
    const found: AbortedTransaction[] = [];
    for (let index = this.#firstEndingAt(from); index < this.#entries.length; index++) {
      const entry = this.#entries[index] as AbortedTransaction;
      if (entry.firstOffset < to) found.push(entry);
      if (entry.lastStableOffset >= to) break;
    }
    return found;
  }

  /** Forgets what ended below the start of the log. */
  dropBelow(logStartOffset: number): void {
    const kept = this.#firstEndingAt(logStartOffset);
    if (kept > 0) this.#entries.splice(0, kept);
  }

  /**
   * Forgets the transactions that these markers ended. The cleaner removes a marker only together with its entry: an
   * entry without one would hide whatever the same producer wrote later.
   */
  dropMarkers(markerOffsets: ReadonlySet<number>): void {
    this.#entries = this.#entries.filter((entry) => !markerOffsets.has(entry.lastOffset));
  }

  /** The index of the first entry whose marker lies at or behind `offset`. */
  #firstEndingAt(offset: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle] as AbortedTransaction).lastOffset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
