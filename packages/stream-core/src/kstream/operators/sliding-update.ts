import type { ValueAndTimestamp } from '../../state/value-and-timestamp.ts';
import type { WindowValue } from '../../state/window-store.ts';
import type { Aggregation } from './stream-aggregate.ts';
import type { TableForwarder } from './table-store.ts';
import { stamped } from './table-store.ts';
import type { WindowTableStore } from './window-table-store.ts';

export interface SlidingUpdateOptions<K, V, VA> {
  readonly store: WindowTableStore<K, VA>;
  readonly timeDifferenceMs: number;
  readonly aggregation: Aggregation<K, V, VA>;
  /** Takes the updates, each with the end of its window included. */
  readonly forward: TableForwarder<{ readonly key: K; readonly window: { start: number; end: number } }, VA>;
  /** Called for each window that is closed already. */
  readonly onExpired: () => void;
}

/** The record in hand, and the time before which windows are closed. */
interface At<K, V> {
  readonly key: K;
  readonly value: V;
  readonly timestamp: number;
  readonly closeTime: number;
}

/** What the windows around a record show. */
interface Around<VA> {
  /** The starts of the windows that were looked at. */
  readonly starts: ReadonlySet<number>;
  /** What holds the records behind this one, within the difference; perhaps others too. */
  readonly right: ValueAndTimestamp<VA> | null;
  /** What the window before holds. */
  readonly left: ValueAndTimestamp<VA> | null;
  readonly hasLeft: boolean;
  readonly hasRight: boolean;
  /** The timestamp of the record before. */
  readonly previous: number | null;
}

/**
 * Puts one record into the sliding windows of its key. The timestamp of a window's value is that of its latest record:
 * by it the windows tell where the records of the key lie, which are not kept.
 *
 * @see KIP-450
 */
export class SlidingUpdate<K, V, VA> {
  readonly #options: SlidingUpdateOptions<K, V, VA>;

  constructor(options: SlidingUpdateOptions<K, V, VA>) {
    this.#options = options;
  }

  add(key: K, value: V, { timestamp, closeTime }: { readonly timestamp: number; readonly closeTime: number }): void {
    const at = { key, value, timestamp, closeTime };
    if (timestamp < this.#options.timeDifferenceMs) {
      this.#addEarly(at);
      return;
    }
    const around = this.#lookAround(at);
    if (around !== null) this.#createWindows(at, around);
  }

  /** Updates the windows that hold the record, latest first. Null when there cannot be others to create. */
  #lookAround(at: At<K, V>): Around<VA> | null {
    const { store, timeDifferenceMs } = this.#options;
    const { key, timestamp } = at;
    const starts = new Set<number>();
    let right: ValueAndTimestamp<VA> | null = null;
    let left: ValueAndTimestamp<VA> | null = null;
    let hasLeft = false;
    let hasRight = false;
    let previous: number | null = null;
    // One more than the record's own time shows whether there is a window that begins behind it.
    for (const found of [...store.backwardFetch(key, Math.max(0, timestamp - 2 * timeDifferenceMs), timestamp + 1)]) {
      const end = found.start + timeDifferenceMs;
      starts.add(found.start);
      if (found.start === timestamp + 1) {
        hasRight = true;
      } else if (end > timestamp) {
        right ??= found.value;
        this.#update(found.start, found.value, at);
      } else if (end === timestamp) {
        hasLeft = true;
        this.#update(found.start, found.value, at);
        if (found.value.timestamp >= timestamp) return null;
        previous = found.value.timestamp;
      } else {
        left = found.value;
        previous = found.value.timestamp;
        break;
      }
    }
    return { starts, right, left, hasLeft, hasRight, previous };
  }

  #createWindows(at: At<K, V>, { starts, right, left, hasLeft, hasRight, previous }: Around<VA>): void {
    const { timeDifferenceMs } = this.#options;
    const { timestamp } = at;
    if (previous !== null && !starts.has(previous + 1) && previous + 1 + timeDifferenceMs >= timestamp) {
      this.#update(previous + 1, this.#empty(timestamp), at);
    }
    if (!hasLeft) {
      const isLeftEmpty = previous === null || timestamp - timeDifferenceMs > previous;
      const begin = isLeftEmpty ? this.#empty(timestamp) : { value: left?.value ?? null, timestamp };
      this.#update(timestamp - timeDifferenceMs, begin, at);
    }
    if (!hasRight) this.#createRight(at, right);
  }

  /**
   * A record from before the first whole window. No window starts below 0, so all such records lie in the one from 0 on,
   * beside the windows behind each of them.
   */
  #addEarly(at: At<K, V>): void {
    const { timestamp } = at;
    const { starts, right, hasRight, previous, combined } = this.#lookAroundEarly(at);
    const behind = right ?? (combined !== null && combined.value.timestamp > timestamp ? combined.value : null);
    if (!hasRight) this.#createRight(at, behind);
    if (previous !== null && !starts.has(previous + 1)) this.#update(previous + 1, this.#empty(timestamp), at);
    this.#update(0, combined?.value ?? this.#empty(timestamp), at);
  }

  #lookAroundEarly(at: At<K, V>) {
    const { key, timestamp } = at;
    const starts = new Set<number>();
    let combined: WindowValue<ValueAndTimestamp<VA>> | null = null;
    let right: ValueAndTimestamp<VA> | null = null;
    let hasRight = false;
    let previous: number | null = null;
    for (const found of [...this.#options.store.fetch(key, 0, timestamp + 1)]) {
      starts.add(found.start);
      if (found.start === 0) {
        combined = found;
        if (found.value.timestamp < timestamp) previous = found.value.timestamp;
      } else if (found.start <= timestamp) {
        right = found.value;
        this.#update(found.start, found.value, at);
      } else {
        hasRight = true;
      }
    }
    return { starts, combined, right, hasRight, previous };
  }

  /** The window behind the record has what the windows around it hold, when that reaches behind the record. */
  #createRight({ key, timestamp }: At<K, V>, held: ValueAndTimestamp<VA> | null): void {
    if (held === null || held.timestamp <= timestamp) return;
    const { store, timeDifferenceMs, forward } = this.#options;
    const start = timestamp + 1;
    store.put(key, held, start);
    const window = { start, end: start + timeDifferenceMs };
    forward({ key, window }, { newValue: held.value, oldValue: null, isLatest: true }, held.timestamp);
  }

  /** Takes the record into a window that is not closed yet. */
  #update(
    start: number,
    held: { readonly value: VA | null; readonly timestamp: number },
    { key, value, timestamp, closeTime }: At<K, V>,
  ): void {
    const { store, timeDifferenceMs, aggregation, forward, onExpired } = this.#options;
    const window = { start, end: start + timeDifferenceMs };
    if (window.end < closeTime) {
      onExpired();
      return;
    }
    const oldValue = held.value;
    const newValue = aggregation.aggregator(key, value, oldValue);
    const newTimestamp = oldValue === null ? timestamp : Math.max(timestamp, held.timestamp);
    store.put(key, stamped(newValue, newTimestamp), start);
    forward({ key, window }, { newValue, oldValue, isLatest: true }, newTimestamp);
  }

  #empty(timestamp: number): { readonly value: VA | null; readonly timestamp: number } {
    return { value: this.#options.aggregation.initializer(), timestamp };
  }
}
