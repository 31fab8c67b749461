/** Something in a heap: ordered by time, then by name. */
export interface TimedEntry {
  readonly time: number;
  /** Bytes as a string of one character a byte. */
  readonly name: string;
}

/** A binary heap of entries, the oldest first. */
export class TimeHeap<E extends TimedEntry> {
  readonly #entries: E[] = [];

  /** The oldest entry; undefined when there is none. */
  peek(): E | undefined {
    return this.#entries[0];
  }

  push(entry: E): void {
    const entries = this.#entries;
    let at = entries.length;
    entries.push(entry);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (!isBefore(entry, entries[parent] as E)) break;
      entries[at] = entries[parent] as E;
      at = parent;
    }
    entries[at] = entry;
  }

  /** Takes the oldest entry out. */
  pop(): void {
    const entries = this.#entries;
    const last = entries.pop();
    if (last === undefined || entries.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= entries.length) break;
      const right = entries[child + 1];
      if (right !== undefined && isBefore(right, entries[child] as E)) child++;
      if (!isBefore(entries[child] as E, last)) break;
      entries[at] = entries[child] as E;
      at = child;
    }
    entries[at] = last;
  }
}

const isBefore = (left: TimedEntry, right: TimedEntry): boolean =>
  left.time === right.time ? left.name < right.name : left.time < right.time;
