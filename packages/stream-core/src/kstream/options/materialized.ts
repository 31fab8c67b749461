import type { Duration } from '../../common/duration.ts';
import type { Serde } from '../../serdes/serde.ts';

/**
 * The store of a table. A table with a name here can be queried under it.
 *
 * @see `org.apache.kafka.streams.kstream.Materialized`
 */
export interface Materialized<K, V> {
  /** The name of the store and of its changelog. @default generated */
  readonly name?: string;
  /** @default the serde that the table carries, else the default one of the configuration */
  readonly key?: Serde<K>;
  /** @default the serde that the table carries, else the default one of the configuration */
  readonly value?: Serde<V>;
  /** Whether updates between two commits may become one. @default true */
  readonly caching?: boolean;
  /** Whether the store has a changelog from which it is restored. @default true */
  readonly logging?: boolean;
  /** Settings of the changelog topic. */
  readonly changelogConfig?: Readonly<Record<string, string>>;
  /** How long the windows of a windowed table can be read. @default window size + grace */
  readonly retention?: Duration;
  /** Whether the store lives in the state engine; otherwise in memory. @default the default of the configuration */
  readonly persistent?: boolean;
  /**
   * Keeps that many entries alone, those used last, and lives in memory: `Stores.lruMap` of Kafka Streams. Not for windowed
   * tables. @default all entries are kept
   */
  readonly maxEntries?: number;
  /** Whether the store keeps the timestamps of its values. Without them every value reads as of time -1. @default true */
  readonly timestamped?: boolean;
  /**
   * Keeps old versions of the values, so that stream-table joins find what was valid at their time and late updates are
   * known as such. Such a store is never cached, and windowed and global tables cannot have one. @default no versions
   */
  readonly versioned?: Versioned;
  /**
   * How long a row lives: when the stream time of its task has come so far behind the timestamp of the row, it is
   * deleted, with a tombstone in the changelog and downstream. Kafka Streams has nothing of the kind.
   *
   * For tables that `table`, `toTable` and the aggregations of a stream without windows make; others are refused with
   * TOPOLOGY_INVALID, and so is a table that uses its source topic as changelog, where nobody could write tombstones.
   *
   * @default rows live for ever
   */
  readonly ttl?: Duration;
}

/** How long old versions are kept. @see KIP-889, `Stores.persistentVersionedKeyValueStore` */
export interface Versioned {
  /** How long old versions can be read, and how late an update may come, behind the latest timestamp of the table. */
  readonly historyRetention: Duration;
  /** What length of time old versions are dropped by. @default a 3rd to a 24th of the history retention, at least 2 s */
  readonly segmentInterval?: Duration;
}

/** Options of an operator whose result is a table with a store. */
export interface MaterializedAs<K, V> {
  /** A name for the processor. @default generated */
  readonly name?: string;
  /** The store of the result. */
  readonly materialized?: Materialized<K, V>;
}
