import { emptyRecordContext, withRecordContext } from '../../common/record-context.ts';
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
  const writer: TableWriter<K, V> = {
    get: (key) => store.get(key),
    write: (key, change, timestamp) => {
      store.put(key, stamped(change.newValue, timestamp));
      forward(key, change.isLatest ? change : { ...change, isLatest: true }, timestamp);
    },
  };
  return store.ttlMs === null ? writer : expiringWriter(context, store, writer);
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

/** How often stream time is looked at: whenever it moves. */
const everyMs = 1;

/**
 * Deletes rows when the stream time of the task has come to their timestamp and their time to live together: with a
 * tombstone in the changelog, and an update downstream from the old value to none, both with the stream time. It is done
 * before the table is read or written, and after every record that moves stream time.
 *
 * Kafka Streams has none of this: its tables grow until somebody deletes.
 */
const expiringWriter = <K, V>(
  context: OperatorContext<K, Change<V>>,
  store: TableStore<K, V>,
  writer: TableWriter<K, V>,
): TableWriter<K, V> => {
  const expire = (): void => {
    const now = context.streamTimeMs();
    for (let row = store.nextExpired(now); row !== null; row = store.nextExpired(now)) {
      const { key, value } = row;
      const change = { newValue: null, oldValue: value.value, isLatest: true };
      // No record caused it: the headers and the place of the one in hand are not those of the deletion.
      withRecordContext(context.record, emptyRecordContext(now), () => writer.write(key, change, now));
    }
  };
  context.schedule(everyMs, 'stream_time', expire);
  return {
    get: (key) => {
      expire();
      return writer.get(key);
    },
    write: (key, change, timestamp) => {
      writer.write(key, change, timestamp);
      // A record may be so late that its row has expired when it comes.
      expire();
    },
  };
};
