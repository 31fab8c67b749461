import type { SerdeSlot } from '../serdes/serde-slot.ts';
import { slotOf } from '../serdes/serde-slot.ts';
import { boundedTo } from '../state/open-store.ts';
import type { StoreBuilder } from '../state/state-store.ts';
import type { StoreTraits } from '../state/store-builders.ts';
import { timestampedKeyValueStoreBuilder } from '../state/store-builders.ts';
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

/** How the store of a table is logged and cached, and where it lives. */
export const traitsOf = (materialized: Materialized<unknown, unknown> | undefined): StoreTraits => ({
  persistent: materialized?.maxEntries === undefined ? (materialized?.persistent ?? null) : false,
  logging: materialized?.logging ?? true,
  caching: materialized?.caching ?? true,
  changelogConfig: materialized?.changelogConfig ?? {},
});

/** The store of a table. */
export const tableStore = <K, V>(
  name: string,
  materialized: Materialized<K, V> | undefined,
  serdes: TableSerdes<K, V>,
): StoreBuilder =>
  timestampedKeyValueStoreBuilder(
    {
      name,
      ...serdes,
      dropsTimestamps: materialized?.timestamped === false,
      ...boundedTo(name, materialized?.maxEntries),
    },
    traitsOf(materialized),
  );
