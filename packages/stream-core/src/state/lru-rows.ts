import { bytesToKey, keyToBytes } from '../common/bytes.ts';
import type { PlainRows } from './plain-rows.ts';
import type { Row, RowStore } from './row-store.ts';
import type { StateView } from './state-view.ts';

export interface LruRowsOptions {
  readonly maxEntries: number;
  readonly view: StateView;
  /** Called for each row that is pushed out, before the write that does it is logged. */
  readonly onEvicted: (key: Buffer) => void;
}

/**
 * Rows of which only those used last are kept. Reading a key counts as a use, a walk does not.
 *
 * @see `org.apache.kafka.streams.state.internals.MemoryLRUCache`
 */
export class LruRows implements RowStore {
  readonly #inner: PlainRows;
  readonly #options: LruRowsOptions;
  /** In the order of use, the least recently used first. */
  readonly #order = new Set<string>();

  constructor(inner: PlainRows, options: LruRowsOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  get(segment: number, key: Buffer): Buffer | null {
    const value = this.#inner.get(segment, key);
    if (value !== null && this.#options.view.mode === 'own') this.#used(bytesToKey(key));
    return value;
  }

  put(segment: number, key: Buffer, value: Buffer | null): void {
    this.#inner.put(segment, key, value);
    const evicted = this.#written(bytesToKey(key), value);
    if (evicted === null) return;
    this.#inner.put(segment, evicted, null);
    this.#options.onEvicted(evicted);
  }

  /** Puts back a row that is committed already. Its bytes must not change any more. */
  restore(key: Buffer, value: Buffer | null): void {
    this.#inner.restore(key, value);
    const evicted = this.#written(bytesToKey(key), value);
    if (evicted !== null) this.#inner.restore(evicted, null);
  }

  range(segment: number, from: Buffer | null, to: Buffer | null, reverse: boolean): Iterable<Row> {
    return this.#inner.range(segment, from, to, reverse);
  }

  segments(): readonly number[] {
    return this.#inner.segments();
  }

  #used(name: string): void {
    this.#order.delete(name);
    this.#order.add(name);
  }

  /** The key that has to go now, or null. */
  #written(name: string, value: Buffer | null): Buffer | null {
    this.#order.delete(name);
    if (value === null) return null;
    this.#order.add(name);
    const [oldest] = this.#order;
    if (this.#order.size <= this.#options.maxEntries || oldest === undefined) return null;
    this.#order.delete(oldest);
    return keyToBytes(oldest);
  }
}
