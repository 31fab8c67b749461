import type { KeyValue } from '../common/stream-record.ts';
import type { Windowed } from '../common/window.ts';
import type { StoreIterator } from './key-value-store.ts';
import type { StateStore } from './state-store.ts';
import type { ValueAndTimestamp } from './value-and-timestamp.ts';

/** A value of one key with the start of its window. */
export interface WindowValue<V> {
  /** Start of the window in epoch ms. */
  readonly start: number;
  readonly value: V;
}

/**
 * Reading a window store. Times are window starts in epoch ms, both ends included. What is older than the retention
 * cannot be read any more.
 */
export interface ReadOnlyWindowStore<K, V> extends StateStore {
  /** The value of the key in the window that starts at `windowStart`, or null. */
  fetch(key: K, windowStart: number): V | null;
  /** The windows of one key, oldest first. */
  fetch(key: K, timeFrom: number, timeTo: number): StoreIterator<WindowValue<V>>;
  /** The windows of the keys from `keyFrom` to `keyTo`, both included; null leaves an end open. */
  fetch(keyFrom: K | null, keyTo: K | null, timeFrom: number, timeTo: number): StoreIterator<KeyValue<Windowed<K>, V>>;
  /** The windows of one key, youngest first. */
  backwardFetch(key: K, timeFrom: number, timeTo: number): StoreIterator<WindowValue<V>>;
  /** The windows of a range of keys, backwards. */
  backwardFetch(
    keyFrom: K | null,
    keyTo: K | null,
    timeFrom: number,
    timeTo: number,
  ): StoreIterator<KeyValue<Windowed<K>, V>>;
  /** The windows of all keys in that time. */
  fetchAll(timeFrom: number, timeTo: number): StoreIterator<KeyValue<Windowed<K>, V>>;
  backwardFetchAll(timeFrom: number, timeTo: number): StoreIterator<KeyValue<Windowed<K>, V>>;
  all(): StoreIterator<KeyValue<Windowed<K>, V>>;
  backwardAll(): StoreIterator<KeyValue<Windowed<K>, V>>;
}

/** A store of one value a key and window start. @see `org.apache.kafka.streams.state.WindowStore` */
export interface WindowStore<K, V> extends ReadOnlyWindowStore<K, V> {
  /** Writes the value of a window; null deletes. A store that retains duplicates adds, and keeps no null. */
  put(key: K, value: V | null, windowStart: number): void;
}

/** A window store that keeps the timestamp of each value. */
export type TimestampedWindowStore<K, V> = WindowStore<K, ValueAndTimestamp<V>>;
