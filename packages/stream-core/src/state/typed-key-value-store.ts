import { assert } from '../common/assert.ts';
import { asBuffer, bytesToKey, incrementBytes, keyToBytes } from '../common/bytes.ts';
import { noHeaders } from '../common/headers.ts';
import type { KeyValue } from '../common/stream-record.ts';
import type { Serde } from '../serdes/serde.ts';
import type { CachedStore, CacheFlushListener } from './cached-store.ts';
import type { CachingRows } from './caching-rows.ts';
import { ExpiryIndex } from './expiry-index.ts';
import type { KeyValueStore, StoreIterator } from './key-value-store.ts';
import { isRepeatable } from './repeatable-key.ts';
import type { RowStore } from './row-store.ts';
import { timestampOf } from './value-and-timestamp.ts';
import type { ValueCodec } from './value-codec.ts';

const segment = 0;
const noBytes: Buffer = Buffer.alloc(0);

export interface TypedKeyValueStoreOptions<K, V> {
  readonly name: string;
  readonly key: Serde<K>;
  readonly topic: string;
  readonly codec: ValueCodec<V>;
  /** Null where the record cache is off. */
  readonly caching: CachingRows | null;
}

/** A key-value store over rows: serialises at once, so that an error belongs to the record that caused it. */
export class TypedKeyValueStore<K, V> implements KeyValueStore<K, V>, CachedStore<K, V> {
  readonly name: string;
  readonly kind = 'keyValue';
  readonly isTimestamped: boolean;
  readonly #rows: RowStore;
  readonly #options: TypedKeyValueStoreOptions<K, V>;
  #ttlMs: number | null = null;
  /** Made of the rows when it is first asked for, so that restored rows are in it. */
  #expiry: ExpiryIndex | null = null;
  /** The key that was serialised last: most rows are read and then written. */
  #lastKey: K | null = null;
  #lastBytes: Buffer = noBytes;

  constructor(rows: RowStore, options: TypedKeyValueStoreOptions<K, V>) {
    this.name = options.name;
    this.isTimestamped = options.codec.isTimestamped;
    this.#rows = rows;
    this.#options = options;
  }

  get(key: K): V | null {
    const row = this.#rows.get(segment, this.#keyBytes(key));
    return row === null ? null : this.#options.codec.decode(row);
  }

  put(key: K, value: V | null): void {
    const keyBytes = this.#keyBytes(key);
    const row = value === null ? null : this.#options.codec.encode(value);
    this.#rows.put(segment, keyBytes, row);
    if (row !== null && this.#expiry !== null) this.#noteExpiry(this.#expiry, keyBytes, row);
  }

  putIfAbsent(key: K, value: V): V | null {
    const existing = this.get(key);
    if (existing === null) this.put(key, value);
    return existing;
  }

  putAll(entries: Iterable<KeyValue<K, V | null>>): void {
    for (const { key, value } of entries) this.put(key, value);
  }

  delete(key: K): V | null {
    const existing = this.get(key);
    this.put(key, null);
    return existing;
  }

  range(from: K | null, to: K | null): StoreIterator<KeyValue<K, V>> {
    return this.#entries(this.#lower(from), this.#upper(to), false);
  }

  reverseRange(from: K | null, to: K | null): StoreIterator<KeyValue<K, V>> {
    return this.#entries(this.#lower(from), this.#upper(to), true);
  }

  all(): StoreIterator<KeyValue<K, V>> {
    return this.#entries(null, null, false);
  }

  reverseAll(): StoreIterator<KeyValue<K, V>> {
    return this.#entries(null, null, true);
  }

  prefixScan(prefix: Uint8Array): StoreIterator<KeyValue<K, V>> {
    return this.#entries(asBuffer(prefix), incrementBytes(prefix), false);
  }

  approximateNumEntries(): number {
    let count = 0;
    for (const _ of this.#rows.range(segment, null, null, false)) count++;
    return count;
  }

  /** How long a row lives behind its timestamp; null: for ever. */
  get ttlMs(): number | null {
    return this.#ttlMs;
  }

  /** Lets rows expire. The store must keep timestamps. */
  expireAfter(ttlMs: number): void {
    this.#ttlMs = ttlMs;
  }

  /** The row that has expired first at a time, if there is any. It is still there; whoever asks deletes it. */
  nextExpired(nowMs: number): KeyValue<K, V> | null {
    const expiry = this.#expiry ?? this.#indexRows();
    for (let due = expiry.take(nowMs); due !== null; due = expiry.take(nowMs)) {
      const keyBytes = keyToBytes(due.name);
      const row = this.#rows.get(segment, keyBytes);
      if (row === null) continue;
      const { key, topic, codec } = this.#options;
      if (this.#dueMs(row) === due.time) {
        return { key: key.deserialize(keyBytes, topic, noHeaders), value: codec.decode(row) };
      }
      // It was written anew in the meantime. It takes its turn, so that the order is that of an index made just now.
      this.#noteExpiry(expiry, keyBytes, row);
    }
    return null;
  }

  setFlushListener(listener: CacheFlushListener<K, V>, sendOldValues: boolean): boolean {
    const { caching, key, topic, codec } = this.#options;
    caching?.setFlushListener((rowKey, newRow, oldRow, timestamp) => {
      const newValue = newRow === null ? null : codec.decode(newRow);
      const oldValue = oldRow === null ? null : codec.decode(oldRow);
      listener(key.deserialize(rowKey, topic, noHeaders), { newValue, oldValue, timestamp });
    }, sendOldValues);
    return caching !== null;
  }

  #indexRows(): ExpiryIndex {
    const expiry = new ExpiryIndex();
    this.#expiry = expiry;
    for (const { key, value } of this.#rows.range(segment, null, null, false)) this.#noteExpiry(expiry, key, value);
    return expiry;
  }

  #noteExpiry(expiry: ExpiryIndex, keyBytes: Buffer, row: Buffer): void {
    expiry.add(bytesToKey(keyBytes), this.#dueMs(row));
  }

  #dueMs(row: Buffer): number {
    assert(this.#ttlMs !== null, 'a store that is asked for expired rows lets them expire');
    return timestampOf(row) + this.#ttlMs;
  }

  #keyBytes(key: K): Buffer {
    if (key === null || key === undefined) throw new TypeError(`store ${this.name}: a key must not be null`);
    if (key === this.#lastKey) return this.#lastBytes;
    const bytes = asBuffer(this.#options.key.serialize(key, this.#options.topic, noHeaders));
    this.#lastKey = isRepeatable(this.#options.key, key) ? key : null;
    this.#lastBytes = bytes;
    return bytes;
  }

  #lower(from: K | null): Buffer | null {
    return from === null ? null : this.#keyBytes(from);
  }

  /** The first key behind `to`, since ranges of rows exclude their upper end and those of stores include it. */
  #upper(to: K | null): Buffer | null {
    return to === null ? null : Buffer.concat([this.#keyBytes(to), Buffer.from([0])]);
  }

  #entries(from: Buffer | null, to: Buffer | null, reverse: boolean): StoreIterator<KeyValue<K, V>> {
    const rows = this.#rows.range(segment, from, to, reverse);
    return this.#decoded(rows);
  }

  *#decoded(rows: ReturnType<RowStore['range']>): Generator<KeyValue<K, V>, void, undefined> {
    const { key, topic, codec } = this.#options;
    for (const row of rows) {
      yield { key: key.deserialize(row.key, topic, noHeaders), value: codec.decode(row.value) };
    }
  }
}
