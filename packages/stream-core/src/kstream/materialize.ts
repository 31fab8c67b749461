import { toMs } from '../common/duration.ts';
import type { SerdeSlot } from '../serdes/serde-slot.ts';
import { slotOf } from '../serdes/serde-slot.ts';
import type { StoreBuilder } from '../state/state-store.ts';
import type { StoreTraits } from '../state/store-builders.ts';
import { timestampedKeyValueStoreBuilder, timestampedWindowStoreBuilder } from '../state/store-builders.ts';
import type { Materialized } from './options/materialized.ts';
import type { TimeWindows } from './windows/windows.ts';

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

const traitsOf = (materialized: Materialized<unknown, unknown> | undefined): StoreTraits => ({
  persistent: materialized?.persistent ?? null,
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
    { name, ...serdes, dropsTimestamps: materialized?.timestamped === false },
    traitsOf(materialized),
  );

/**
 * The store of a windowed table.
 *
 * @throws RangeError when the retention is shorter than a window with its grace
 */
export const windowTableStore = <K, V>(
  name: string,
  materialized: Materialized<K, V> | undefined,
  options: { readonly serdes: TableSerdes<K, V>; readonly windows: TimeWindows },
): StoreBuilder => {
  const { sizeMs, graceMs } = options.windows;
  const needed = sizeMs + graceMs;
  const retentionMs = materialized?.retention === undefined ? needed : toMs(materialized.retention, 'retention');
  if (retentionMs < needed) {
    throw new RangeError(
      `store ${name}: a retention of ${retentionMs} ms is shorter than window size and grace together (${needed} ms)`,
    );
  }
  const shape = { name, ...options.serdes, retentionMs, windowSizeMs: sizeMs, retainDuplicates: false };
  return timestampedWindowStoreBuilder(shape, traitsOf(materialized));
};
