import { asBuffer } from '../common/bytes.ts';
import { noHeaders } from '../common/headers.ts';
import type { KeyValue } from '../common/stream-record.ts';
import type { Windowed } from '../common/window.ts';
import type { Serde } from '../serdes/serde.ts';
import type { DeserializeSlice } from '../serdes/slices.ts';
import { sliceOf } from '../serdes/slices.ts';
import type { CachedStore, CacheFlushListener } from './cached-store.ts';
import type { CachingRows } from './caching-rows.ts';
import type { StoreIterator } from './key-value-store.ts';
import { isRepeatable } from './repeatable-key.ts';
import type { Row, RowStore } from './row-store.ts';
import { noRows } from './row-store.ts';
import type { ValueCodec } from './value-codec.ts';
import { keyOfWindowKey, startOfWindowKey, windowKey, windowKeySuffix } from './window-key.ts';
import type { WindowStore, WindowValue } from './window-store.ts';

export interface TypedWindowStoreOptions<K, V> {
  readonly name: string;
  readonly key: Serde<K>;
  readonly topic: string;
  readonly codec: ValueCodec<V>;
  readonly windowSizeMs: number;
  readonly segmentMs: number;
  readonly retainDuplicates: boolean;
  /** Whether windows of several keys come strictly by their start, or by key within segments. */
  readonly isByTime: boolean;
  /** Null where the record cache is off. */
  readonly caching: CachingRows | null;
}

const maxSequence = 0x7fffffff;

/** A window store over rows in time segments. */
export class TypedWindowStore<K, V> implements WindowStore<K, V>, CachedStore<Windowed<K>, V> {
  readonly name: string;
  readonly kind = 'window';
  readonly isTimestamped: boolean;
  readonly #rows: RowStore;
  readonly #options: TypedWindowStoreOptions<K, V>;
  readonly #keySlice: DeserializeSlice<K> | null;
  #sequence = 0;
  /** The row that was named last: most are read and then written. */
  #lastKey: K | null = null;
  #lastStart = 0;
  #lastRowKey: Buffer | null = null;

  constructor(rows: RowStore, options: TypedWindowStoreOptions<K, V>) {
    this.name = options.name;
    this.isTimestamped = options.codec.isTimestamped;
    this.#rows = rows;
    this.#options = options;
    this.#keySlice = sliceOf(options.key);
  }

  /** The number of the last value that was put into a store of duplicates. */
  get sequence(): number {
    return this.#sequence;
  }

  put(key: K, value: V | null, windowStart: number): void {
    const { codec, retainDuplicates } = this.#options;
    if (retainDuplicates) this.#sequence = (this.#sequence + 1) & maxSequence;
    const rowKey = retainDuplicates
      ? windowKey(this.#keyBytes(key), windowStart, this.#sequence)
      : this.#rowKey(key, windowStart);
    this.#rows.put(this.#segmentOf(windowStart), rowKey, value === null ? null : codec.encode(value));
  }

  /** Goes on counting behind a sequence number that was restored, so that no duplicate is overwritten. */
  sawSequence(sequence: number): void {
    if (this.#options.retainDuplicates && sequence > this.#sequence) this.#sequence = sequence;
  }

  fetch(key: K, windowStart: number): V | null;
  fetch(key: K, timeFrom: number, timeTo: number): StoreIterator<WindowValue<V>>;
  fetch(keyFrom: K | null, keyTo: K | null, timeFrom: number, timeTo: number): StoreIterator<KeyValue<Windowed<K>, V>>;
  fetch(
    first: K | null,
    second: number | K | null,
    third?: number,
    fourth?: number,
  ): V | null | StoreIterator<WindowValue<V>> | StoreIterator<KeyValue<Windowed<K>, V>> {
    if (third === undefined) return this.#fetchOne(first as K, second as number);
    if (fourth === undefined) return this.#fetchKey(first as K, second as number, third, false);
    return this.#fetchKeys(first, second as K | null, { from: third, to: fourth, reverse: false });
  }

  backwardFetch(key: K, timeFrom: number, timeTo: number): StoreIterator<WindowValue<V>>;
  backwardFetch(
    keyFrom: K | null,
    keyTo: K | null,
    timeFrom: number,
    timeTo: number,
  ): StoreIterator<KeyValue<Windowed<K>, V>>;
  backwardFetch(
    first: K | null,
    second: number | K | null,
    third: number,
    fourth?: number,
  ): StoreIterator<WindowValue<V>> | StoreIterator<KeyValue<Windowed<K>, V>> {
    if (fourth === undefined) return this.#fetchKey(first as K, second as number, third, true);
    return this.#fetchKeys(first, second as K | null, { from: third, to: fourth, reverse: true });
  }

  fetchAll(timeFrom: number, timeTo: number): StoreIterator<KeyValue<Windowed<K>, V>> {
    return this.#fetchKeys(null, null, { from: timeFrom, to: timeTo, reverse: false });
  }

  backwardFetchAll(timeFrom: number, timeTo: number): StoreIterator<KeyValue<Windowed<K>, V>> {
    return this.#fetchKeys(null, null, { from: timeFrom, to: timeTo, reverse: true });
  }

  all(): StoreIterator<KeyValue<Windowed<K>, V>> {
    return this.#fetchKeys(null, null, { from: 0, to: Number.MAX_SAFE_INTEGER, reverse: false });
  }

  backwardAll(): StoreIterator<KeyValue<Windowed<K>, V>> {
    return this.#fetchKeys(null, null, { from: 0, to: Number.MAX_SAFE_INTEGER, reverse: true });
  }

  setFlushListener(listener: CacheFlushListener<Windowed<K>, V>, sendOldValues: boolean): boolean {
    const { caching, codec } = this.#options;
    caching?.setFlushListener((rowKey, newRow, oldRow, timestamp) => {
      const newValue = newRow === null ? null : codec.decode(newRow);
      const oldValue = oldRow === null ? null : codec.decode(oldRow);
      listener(this.#windowed(rowKey), { newValue, oldValue, timestamp });
    }, sendOldValues);
    return caching !== null;
  }

  #windowed(rowKey: Buffer): Windowed<K> {
    const { key, topic, windowSizeMs } = this.#options;
    const start = startOfWindowKey(rowKey);
    return {
      key:
        this.#keySlice?.(rowKey, 0, rowKey.length - windowKeySuffix) ??
        key.deserialize(keyOfWindowKey(rowKey), topic, noHeaders),
      window: { start, end: Math.min(start + windowSizeMs, Number.MAX_SAFE_INTEGER) },
    };
  }

  #fetchOne(key: K, windowStart: number): V | null {
    const row = this.#rows.get(this.#segmentOf(windowStart), this.#rowKey(key, windowStart));
    return row === null ? null : this.#options.codec.decode(row);
  }

  /** The key of a row without a sequence number. */
  #rowKey(key: K, windowStart: number): Buffer {
    if (this.#lastRowKey !== null && key === this.#lastKey && windowStart === this.#lastStart) return this.#lastRowKey;
    const rowKey = windowKey(this.#keyBytes(key), windowStart, 0);
    this.#lastKey = isRepeatable(this.#options.key, key) ? key : null;
    this.#lastStart = windowStart;
    this.#lastRowKey = rowKey;
    return rowKey;
  }

  #fetchKey(key: K, timeFrom: number, timeTo: number, reverse: boolean): StoreIterator<WindowValue<V>> {
    const keyBytes = this.#keyBytes(key);
    const from = Math.max(0, timeFrom);
    const to = Math.min(timeTo, Number.MAX_SAFE_INTEGER - 1);
    if (to < from) return emptyIterator();
    const [lower, upper] = [windowKey(keyBytes, from, 0), windowKey(keyBytes, to + 1, 0)];
    const rows = this.#rows;
    const ranges: Iterable<Row>[] = [];
    for (const segment of this.#segments(from, to, reverse)) {
      const range = rows.windows?.(segment, lower, upper, reverse) ?? rows.range(segment, lower, upper, reverse);
      if (range !== noRows) ranges.push(range);
    }
    return ranges.length === 0 ? emptyIterator() : this.#windowValues(ranges, lower.length);
  }

  /** A longer key may begin like this one and so lie between its rows: only the length tells. */
  *#windowValues(ranges: Iterable<Row>[], keyLength: number): Generator<WindowValue<V>, void, undefined> {
    for (const rows of ranges) {
      for (const { key, value } of rows) {
        if (key.length === keyLength) yield { start: startOfWindowKey(key), value: this.#options.codec.decode(value) };
      }
    }
  }

  #fetchKeys(
    keyFrom: K | null,
    keyTo: K | null,
    times: { readonly from: number; readonly to: number; readonly reverse: boolean },
  ): StoreIterator<KeyValue<Windowed<K>, V>> {
    const from = keyFrom === null ? null : this.#keyBytes(keyFrom);
    const to = keyTo === null ? null : this.#keyBytes(keyTo);
    const ranges = this.#segments(times.from, times.to, times.reverse).map((segment) =>
      this.#rows.range(segment, from, null, times.reverse),
    );
    const ordered = this.#options.isByTime ? [orderedByTime(ranges, times.reverse)] : ranges;
    return this.#windowedEntries(ordered, (key, start) => {
      if (start < times.from || start > times.to) return false;
      return (from === null || Buffer.compare(key, from) >= 0) && (to === null || Buffer.compare(key, to) <= 0);
    });
  }

  *#windowedEntries(
    ranges: Iterable<Row>[],
    isWanted: (key: Buffer, start: number) => boolean,
  ): Generator<KeyValue<Windowed<K>, V>, void, undefined> {
    for (const rows of ranges) {
      for (const { key, value } of rows) {
        if (!isWanted(keyOfWindowKey(key), startOfWindowKey(key))) continue;
        yield { key: this.#windowed(key), value: this.#options.codec.decode(value) };
      }
    }
  }

  #segments(from: number, to: number, reverse: boolean): readonly number[] {
    const ids = this.#rows.segments(this.#segmentOf(Math.max(0, from)), this.#segmentOf(to));
    return reverse ? [...ids].reverse() : ids;
  }

  #segmentOf(time: number): number {
    return Math.floor(time / this.#options.segmentMs);
  }

  #keyBytes(key: K): Buffer {
    if (key === null || key === undefined) throw new TypeError(`store ${this.name}: a key must not be null`);
    return asBuffer(this.#options.key.serialize(key, this.#options.topic, noHeaders));
  }
}

/** By time, and by key within one. */
const orderedByTime = (ranges: readonly Iterable<Row>[], reverse: boolean): Row[] => {
  const rows = ranges.flatMap((range) => [...range]);
  const sign = reverse ? -1 : 1;
  return rows.sort(
    (left, right) =>
      sign * (startOfWindowKey(left.key) - startOfWindowKey(right.key) || Buffer.compare(left.key, right.key)),
  );
};

const emptyIterator = <T>(): StoreIterator<T> => [][Symbol.iterator]() as StoreIterator<T>;
