import { toMs } from '../common/duration.ts';
import { TopologyError } from '../errors/streams-error.ts';
import type { SerdeSlot } from '../serdes/serde-slot.ts';
import { slotOf } from '../serdes/serde-slot.ts';
import { expiringStoreBuilder } from '../state/expiring-store-builder.ts';
import { boundedTo } from '../state/open-store.ts';
import type { StoreBuilder } from '../state/state-store.ts';
import type { StoreTraits } from '../state/store-builders.ts';
import { timestampedKeyValueStoreBuilder, versionedKeyValueStoreBuilder } from '../state/store-builders.ts';
import type { Materialized } from './options/materialized.ts';

/** The serdes of a table. */
export interface TableSerdes<K, V> {
  readonly key: SerdeSlot<K>;
  readonly value: SerdeSlot<V>;
}

/** The serdes that a table has: those given for its store, else those that it carries already. */
export const tableSerdes = <K, V>(
  materialized: Materialized<K, V> | undefined,
  carried: TableSerdes<K, V>,
): TableSerdes<K, V> => ({
  key: slotOf(materialized?.key, carried.key),
  value: slotOf(materialized?.value, carried.value),
});

/** How the store of a table is logged and cached, and where it lives. @throws TopologyError for rows that are to expire */
export const traitsOf = (materialized: Materialized<unknown, unknown> | undefined): StoreTraits => {
  if (materialized?.ttl !== undefined) {
    const remedy = 'give it to the source table, or to the aggregation of a stream, that this one is made of';
    throw noExpiry(materialized.name ?? 'a table', 'rows cannot expire here', remedy);
  }
  return {
    persistent: materialized?.maxEntries === undefined ? (materialized?.persistent ?? null) : false,
    logging: materialized?.logging ?? true,
    caching: materialized?.caching ?? true,
    changelogConfig: materialized?.changelogConfig ?? {},
  };
};

const noExpiry = (store: string, problem: string, remedy: string): TopologyError =>
  new TopologyError([{ where: `store ${store}`, problem, remedy }]);

/** Whether a table keeps old versions in a store of its own. */
export const isVersionedTable = (
  materialized: Pick<Materialized<unknown, unknown>, 'versioned'> | undefined,
): boolean => materialized?.versioned !== undefined;

/** The store of a table. @throws RangeError when a segment interval is 0 */
export const tableStore = <K, V>(
  name: string,
  materialized: Materialized<K, V> | undefined,
  serdes: TableSerdes<K, V>,
): StoreBuilder => {
  const traits = traitsOf(materialized);
  if (materialized?.versioned === undefined) {
    return timestampedKeyValueStoreBuilder(
      {
        name,
        ...serdes,
        dropsTimestamps: materialized?.timestamped === false,
        ...boundedTo(name, materialized?.maxEntries),
      },
      traits,
    );
  }
  const { historyRetention, segmentInterval } = materialized.versioned;
  const segmentMs = segmentInterval === undefined ? null : toMs(segmentInterval, `segment interval of store ${name}`);
  if (segmentMs === 0) throw new RangeError(`store ${name}: the segment interval must not be 0`);
  const historyRetentionMs = toMs(historyRetention, `history retention of store ${name}`);
  const shape = { name, ...serdes, historyRetentionMs, segmentMs };
  return versionedKeyValueStoreBuilder(shape, { ...traits, persistent: traits.persistent ?? true });
};

/**
 * The store of a table whose rows may expire, because its operator takes old values from it alone.
 *
 * @throws TopologyError when the rows of a versioned store, or of one without timestamps, are to expire
 * @throws RangeError for a time to live of 0
 */
export const sourceTableStore = <K, V>(
  name: string,
  materialized: Materialized<K, V> | undefined,
  serdes: TableSerdes<K, V>,
): StoreBuilder => {
  const { ttl, ...others } = materialized ?? {};
  if (ttl === undefined) return tableStore(name, materialized, serdes);
  if (others.versioned !== undefined) throw noExpiry(name, 'a versioned table forgets by itself', 'leave out `ttl`');
  if (others.timestamped === false)
    throw noExpiry(name, 'rows without timestamps cannot expire', 'leave out `timestamped: false`');
  const ttlMs = toMs(ttl, `time to live of store ${name}`);
  if (ttlMs === 0) throw new RangeError(`store ${name}: the time to live must not be 0`);
  return expiringStoreBuilder(tableStore(name, others, serdes), ttlMs);
};

/** The error of a table that cannot keep versions. */
export const unversionable = (where: string, what: string): TopologyError =>
  new TopologyError([{ where, problem: `${what} cannot be versioned`, remedy: 'leave out `versioned`' }]);
