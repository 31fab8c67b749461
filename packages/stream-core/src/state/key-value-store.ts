import type { KeyValue } from '../common/stream-record.ts';
import type { StateStore } from './state-store.ts';
import type { ValueAndTimestamp } from './value-and-timestamp.ts';

/** What a walk over a store returns. A loop that ends early frees what the walk holds; so does `return()`. */
export type StoreIterator<T> = IteratorObject<T, void, undefined>;

/**
 * Reading a key-value store. Ranges are in the order of the serialised keys, which is not always that of the values,
 * and show the store as it was when they began.
 */
export interface ReadOnlyKeyValueStore<K, V> extends StateStore {
  /** The value, or null. */
  get(key: K): V | null;
  /** The entries from `from` to `to`, both included; null leaves an end open. */
  range(from: K | null, to: K | null): StoreIterator<KeyValue<K, V>>;
  reverseRange(from: K | null, to: K | null): StoreIterator<KeyValue<K, V>>;
  all(): StoreIterator<KeyValue<K, V>>;
  reverseAll(): StoreIterator<KeyValue<K, V>>;
  /** The entries whose serialised key starts with these bytes. */
  prefixScan(prefix: Uint8Array): StoreIterator<KeyValue<K, V>>;
  /** How many entries there are, give or take what is not committed yet. */
  approximateNumEntries(): number;
}

/** A key-value store. @see `org.apache.kafka.streams.state.KeyValueStore` */
export interface KeyValueStore<K, V> extends ReadOnlyKeyValueStore<K, V> {
  /** Writes the value; null deletes. */
  put(key: K, value: V | null): void;
  /** Writes the value when there is none yet, and returns the one that was there, or null. */
  putIfAbsent(key: K, value: V): V | null;
  putAll(entries: Iterable<KeyValue<K, V | null>>): void;
  /** Deletes, and returns the value that was there, or null. */
  delete(key: K): V | null;
}

/** A key-value store that keeps the timestamp of each value (KIP-258). */
export type TimestampedKeyValueStore<K, V> = KeyValueStore<K, ValueAndTimestamp<V>>;
