import type { OperatorContext } from '../../processor/operator.ts';
import type { CachedStore } from '../../state/cached-store.ts';
import type { ExpiringStore } from '../../state/expiring-store.ts';
import { hasExpired } from '../../state/expiring-store.ts';
import type { TimestampedKeyValueStore } from '../../state/key-value-store.ts';
import type { ValueAndTimestamp } from '../../state/value-and-timestamp.ts';
import type { VersionedKeyValueStore } from '../../state/versioned-key-value-store.ts';
import type { Change } from './change.ts';
import type { TableGetter, TableView } from './table-operator.ts';

/** Forwards the updates of a table, unless its record cache will. */
export type TableForwarder<K, V> = (key: K, change: Change<V>, timestamp: number) => void;

/**
 * How the updates of a stored table go on: at once, or when they leave the record cache.
 *
 * @see `org.apache.kafka.streams.kstream.internals.TimestampedTupleForwarder`
 */
export const tableForwarder = <K, V>(
  store: CachedStore<K, ValueAndTimestamp<V>>,
  context: OperatorContext<K, Change<V>>,
  sendOldValues: boolean,
): TableForwarder<K, V> => {
  const isCached = store.setFlushListener((key, { newValue, oldValue, timestamp }) => {
    const change = { newValue: newValue?.value ?? null, oldValue: oldValue?.value ?? null, isLatest: true };
    context.forward(key, change, newValue?.timestamp ?? timestamp);
  }, sendOldValues);
  if (isCached) return () => undefined;
  if (sendOldValues) return (key, change, timestamp) => context.forward(key, change, timestamp);
  return (key, { newValue, isLatest }, timestamp) =>
    context.forward(key, { newValue, oldValue: null, isLatest }, timestamp);
};

/** A table's store, as an operator writes it. */
export type TableStore<K, V> = TimestampedKeyValueStore<K, V> &
  CachedStore<K, ValueAndTimestamp<V>> &
  ExpiringStore<K, V>;

/** A value with its timestamp for a store; null deletes. */
export const stamped = <V>(value: V | null, timestamp: number): ValueAndTimestamp<V> | null =>
  value === null ? null : { value, timestamp };

/** Lookups that do not find what has expired, though it may not be taken out yet. */
const unexpired = <K, V>(context: OperatorContext<never, never>, store: TableStore<K, V>): TableGetter<K, V> => {
  const { ttlMs } = store;
  if (ttlMs === null || ttlMs === undefined) return store;
  return {
    get: (key) => {
      const found = store.get(key);
      return found === null || hasExpired(ttlMs, found, context.streamTimeMs()) ? null : found;
    },
  };
};

/** Lookups in the table's own store. */
export const storeView = <K, V>(store: string): TableView<K, V> => ({
  storeNames: [store],
  open: (context): TableGetter<K, V> => {
    const opened = context.store<TimestampedKeyValueStore<K, V> | VersionedKeyValueStore<K, V>>(store);
    if (opened.kind !== 'versionedKeyValue') return unexpired(context, opened as TableStore<K, V>);
    const versions = opened as VersionedKeyValueStore<K, V>;
    return { get: (key) => versions.get(key), getAsOf: (key, timestamp) => versions.get(key, timestamp) };
  },
});
