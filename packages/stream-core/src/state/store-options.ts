import type { Duration } from '../common/duration.ts';
import type { Serde } from '../serdes/serde.ts';

/** What all stores have in common. */
export interface StoreOptions {
  readonly name: string;
  /** Whether writes go to a changelog topic, from which the store is restored. @default true */
  readonly logging?: boolean;
  /** Whether writes go through the record cache. @default false */
  readonly caching?: boolean;
  /** Whether the store lives in the state engine of the application; otherwise in memory. @default true */
  readonly persistent?: boolean;
  /** Settings of the changelog topic, such as `{ 'segment.bytes': '1048576' }`. */
  readonly changelogConfig?: Readonly<Record<string, string>>;
}

/** A key-value store. A serde that is left out is the default one of the configuration. */
export interface KeyValueStoreOptions<K, V> extends StoreOptions {
  readonly key?: Serde<K>;
  readonly value?: Serde<V>;
  /**
   * Keeps that many entries alone, those used last, and lives in memory: `Stores.lruMap` of Kafka Streams. What is
   * pushed out of a store without timestamps is deleted in the changelog too. @default all entries are kept
   */
  readonly maxEntries?: number;
}

/** A session store. */
export interface SessionStoreOptions<K, V> extends Omit<KeyValueStoreOptions<K, V>, 'maxEntries'> {
  /** How long sessions can be read, in stream time behind the latest end of a session. */
  readonly retention: Duration;
}

/** A versioned key-value store. It is never cached. */
export interface VersionedKeyValueStoreOptions<K, V>
  extends Omit<KeyValueStoreOptions<K, V>, 'caching' | 'maxEntries'> {
  /** How long old versions can be read, and how late a version may come, behind the latest timestamp that was put. */
  readonly historyRetention: Duration;
  /** What length of time old versions are dropped by. @default a 3rd to a 24th of the history retention, at least 2 s */
  readonly segmentInterval?: Duration;
}

/** A window store. */
export interface WindowStoreOptions<K, V> extends Omit<KeyValueStoreOptions<K, V>, 'maxEntries'> {
  /** How long windows can be read, in stream time behind the latest window. Not below the window size. */
  readonly retention: Duration;
  readonly windowSize: Duration;
  /** Keeps every value that is put for a key and window start, not the last alone. @default false */
  readonly retainDuplicates?: boolean;
}
