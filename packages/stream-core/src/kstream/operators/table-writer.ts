import type { OperatorContext } from '../../processor/operator.ts';
import type { StateStore } from '../../state/state-store.ts';
import type { ValueAndTimestamp } from '../../state/value-and-timestamp.ts';
import type { VersionedKeyValueStore } from '../../state/versioned-key-value-store.ts';
import { putReturnCodes } from '../../state/versioned-key-value-store.ts';
import type { Change } from './change.ts';
import type { TableStore } from './table-store.ts';
import { stamped, tableForwarder } from './table-store.ts';

/** The store of a table, as the operator that makes the table writes it. */
export interface TableWriter<K, V> {
  get(key: K): ValueAndTimestamp<V> | null;
  /**
   * Writes the new value and lets the update go on. A versioned store may find it too old, and then it goes nowhere; or
   * older than what it has, and then the update says so.
   */
  write(key: K, change: Change<V>, timestamp: number): void;
}

const isVersionedStore = <K, V>(store: StateStore): store is VersionedKeyValueStore<K, V> =>
  store.kind === 'versionedKeyValue';

/**
 * Opens the store of a table for its operator.
 *
 * @see `KeyValueStoreWrapper`
 */
export const tableWriter = <K, V>(
  context: OperatorContext<K, Change<V>>,
  name: string,
  sendOldValues: boolean,
): TableWriter<K, V> => {
  const store = context.store<StateStore>(name);
  return isVersionedStore<K, V>(store)
    ? versionedWriter(context, store, sendOldValues)
    : plainWriter(context, store as TableStore<K, V>, sendOldValues);
};

const plainWriter = <K, V>(
  context: OperatorContext<K, Change<V>>,
  store: TableStore<K, V>,
  sendOldValues: boolean,
): TableWriter<K, V> => {
  const forward = tableForwarder(store, context, sendOldValues);
  return {
    get: (key) => store.get(key),
    write: (key, change, timestamp) => {
      store.put(key, stamped(change.newValue, timestamp));
      forward(key, change.isLatest ? change : { ...change, isLatest: true }, timestamp);
    },
  };
};

const versionedWriter = <K, V>(
  context: OperatorContext<K, Change<V>>,
  store: VersionedKeyValueStore<K, V>,
  sendOldValues: boolean,
): TableWriter<K, V> => ({
  get: (key) => store.get(key),
  write: (key, { newValue, oldValue }, timestamp) => {
    const code = store.put(key, newValue, timestamp);
    if (code === putReturnCodes.notPut) return;
    const isLatest = code === putReturnCodes.validToUndefined;
    context.forward(key, { newValue, oldValue: sendOldValues ? oldValue : null, isLatest }, timestamp);
  },
});
