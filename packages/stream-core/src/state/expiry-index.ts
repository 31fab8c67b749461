import type { TimedEntry } from './time-heap.ts';
import { TimeHeap } from './time-heap.ts';

/**
 * When the rows of a store are to be looked at, because they may have expired. A row is in it once, however often it is
 * written: what was written later is found when it is looked at.
 */
export class ExpiryIndex {
  readonly #heap = new TimeHeap();
  readonly #due = new Map<string, number>();

  /** Has a row looked at no later than at a time. The name is the key in bytes, one character a byte. */
  add(name: string, dueMs: number): void {
    const due = this.#due.get(name);
    if (due !== undefined && due <= dueMs) return;
    this.#due.set(name, dueMs);
    this.#heap.push({ time: dueMs, name });
  }

  /** Takes out the entry that is due first, if that is at `now` or before. */
  take(now: number): TimedEntry | null {
    for (let first = this.#heap.peek(); first !== undefined && first.time <= now; first = this.#heap.peek()) {
      this.#heap.pop();
      // A row that was written with an earlier time has another entry, in front of this one.
      if (this.#due.get(first.name) !== first.time) continue;
      this.#due.delete(first.name);
      return first;
    }
    return null;
  }
}
