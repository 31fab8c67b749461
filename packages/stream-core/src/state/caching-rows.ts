import { bytesToKey, int64Bytes } from '../common/bytes.ts';
import type { RecordSlot } from '../common/record-context.ts';
import { withRecordContext } from '../common/record-context.ts';
import { overlay } from './overlay.ts';
import type { CacheEntry, RecordCache, StoreCache } from './record-cache.ts';
import type { Row, RowStore } from './row-store.ts';
import type { StateView } from './state-view.ts';

/** Told of every update that leaves the cache; the slot holds the context of the record that made it. */
export type RowFlushListener = (
  key: Buffer,
  newValue: Buffer | null,
  oldValue: Buffer | null,
  timestamp: number,
) => void;

export interface CachingRowsOptions {
  readonly cache: RecordCache;
  readonly record: RecordSlot;
  /** How the rows are looked at. */
  readonly view: StateView;
  /** Whether rows that were read are cached too, as key-value stores do. */
  readonly cacheReads: boolean;
}

/**
 * Holds writes in the record cache until a flush or an eviction, and tells its listener then: that is when a cached
 * table forwards.
 *
 * @see `org.apache.kafka.streams.state.internals.CachingKeyValueStore`, `CachingWindowStore`
 */
export class CachingRows implements RowStore {
  readonly #inner: RowStore;
  readonly #options: CachingRowsOptions;
  readonly #cache: StoreCache;
  readonly #names = new CacheNames();
  #listener: RowFlushListener | null = null;
  #sendOldValues = false;

  constructor(inner: RowStore, options: CachingRowsOptions) {
    this.#inner = inner;
    this.#options = options;
    // Only stores that forget by time do not cache what is read.
    const keyPrefixBytes = options.cacheReads ? 0 : 8;
    this.#cache = options.cache.open((entry) => this.#write(entry), keyPrefixBytes);
  }

  /** Sets who is told of the updates that leave the cache. */
  setFlushListener(listener: RowFlushListener, sendOldValues: boolean): void {
    this.#listener = listener;
    this.#sendOldValues = sendOldValues;
  }

  get(segment: number, key: Buffer): Buffer | null {
    const { view, cacheReads } = this.#options;
    if (view.mode === 'read_committed') return this.#inner.get(segment, key);
    const name = this.#names.of(segment, key);
    const cached = this.#cache.get(name);
    if (cached !== undefined) return cached.value;
    const value = this.#inner.get(segment, key);
    // Whoever asks from outside leaves no trace: a row that goes in may push others out, and they would be forwarded.
    if (value !== null && cacheReads && view.mode === 'own')
      this.#cache.put(name, { segment, key, value, context: null }, false);
    return value;
  }

  put(segment: number, key: Buffer, value: Buffer | null): void {
    const { topic, partition, offset, timestamp, headers } = this.#options.record.current;
    // The raw bytes are views on a fetched batch: a row that kept them would keep the whole batch.
    const context = { topic, partition, offset, timestamp, headers, rawKey: null, rawValue: null };
    this.#cache.put(this.#names.of(segment, key), { segment, key, value, context }, true);
  }

  range(segment: number, from: Buffer | null, to: Buffer | null, reverse: boolean): Iterable<Row> {
    const rows = this.#inner.range(segment, from, to, reverse);
    if (this.#options.view.mode === 'read_committed') return rows;
    const lower = this.#names.of(segment, from ?? noBytes);
    const upper = to === null ? this.#names.of(segment + 1, noBytes) : this.#names.of(segment, to);
    const changes = this.#cache.range(lower, upper, reverse);
    return changes.length === 0 ? rows : overlay(changes, rows, reverse);
  }

  segments(first: number, last: number): readonly number[] {
    const below = this.#inner.segments(first, last);
    const own = this.#cache.segments(first, last).filter((id) => !below.includes(id));
    return own.length === 0 ? below : [...below, ...own].sort((left, right) => left - right);
  }

  /** Writes through what is dirty and tells the listener. */
  flush(): void {
    this.#cache.flush();
  }

  /** Forgets everything without writing it. */
  clear(): void {
    this.#cache.clear();
  }

  #write(entry: CacheEntry): void {
    const { segment, key, value, context } = entry;
    if (context === null) return;
    const listener = this.#listener;
    if (listener === null) {
      withRecordContext(this.#options.record, context, () => this.#inner.put(segment, key, value));
      return;
    }
    const oldValue = value === null || this.#sendOldValues ? this.#inner.get(segment, key) : null;
    // A row that came and went between two flushes was never seen by anybody.
    if (value === null && oldValue === null) return;
    withRecordContext(this.#options.record, context, () => {
      this.#inner.put(segment, key, value);
      listener(key, value, this.#sendOldValues ? oldValue : null, context.timestamp);
    });
  }
}

const noBytes: Buffer = Buffer.alloc(0);

/**
 * Names of rows: rows of one segment lie together, in key order. Segments may be negative only for -1, before any time
 * was seen.
 */
class CacheNames {
  #segment = 0;
  #prefix = bytesToKey(int64Bytes(0));
  /** The row that was named last: most are read and then written. */
  #key: Buffer = noBytes;
  #name = this.#prefix;

  of(segment: number, key: Buffer): string {
    if (key === this.#key && segment === this.#segment) return this.#name;
    if (segment !== this.#segment) this.#prefix = bytesToKey(int64Bytes(segment));
    this.#segment = segment;
    this.#key = key;
    this.#name = this.#prefix + bytesToKey(key);
    return this.#name;
  }
}
