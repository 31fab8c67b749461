import type { StateStore } from './state-store.ts';
import type { ValueAndTimestamp } from './value-and-timestamp.ts';

/**
 * What `put` of a versioned store returns where there is no end of validity to return.
 *
 * @see `VersionedKeyValueStore.PUT_RETURN_CODE_VALID_TO_UNDEFINED`, `PUT_RETURN_CODE_NOT_PUT`
 */
export const putReturnCodes: { readonly validToUndefined: -1; readonly notPut: number } = {
  /** What was put is the latest version of its key. */
  validToUndefined: -1,
  /** It was older than the grace period and was not put. */
  notPut: -(2 ** 63),
};

/** A version of a value. @see `org.apache.kafka.streams.state.VersionedRecord` */
export interface VersionedRecord<V> extends ValueAndTimestamp<V> {
  /** When the next version, or the deletion, begins, epoch ms; null for the latest version. */
  readonly validTo: number | null;
}

/** Reading a versioned key-value store. Times are epoch ms. */
export interface ReadOnlyVersionedKeyValueStore<K, V> extends StateStore {
  /** The latest version, however old it is; null when there is none or it was deleted. */
  get(key: K): VersionedRecord<V> | null;
  /**
   * The version that was valid at `asOfTimestamp`, or null. Beyond the history retention nothing is found any more,
   * other than the latest version.
   */
  get(key: K, asOfTimestamp: number): VersionedRecord<V> | null;
  /**
   * The versions that were valid at some moment from `from` to `to`, both included, oldest first; infinite ends are open.
   * Deletions are not among them. What lies back further than the history retention may be gone. @see KIP-968
   */
  versions(key: K, from: number, to: number): readonly VersionedRecord<V>[];
}

/**
 * A key-value store that keeps old versions for a time: the history retention, counted back from the largest timestamp
 * that was ever put. Versions may come in any order; what is older than the history retention is not put.
 *
 * @see KIP-889, `org.apache.kafka.streams.state.VersionedKeyValueStore`
 */
export interface VersionedKeyValueStore<K, V> extends ReadOnlyVersionedKeyValueStore<K, V> {
  /**
   * Writes a version that is valid from `timestamp` on; null is a deletion.
   *
   * @returns when the version that follows begins, or one of `putReturnCodes`
   */
  put(key: K, value: V | null, timestamp: number): number;
  /** Deletes as of `timestamp`, and returns the version that was valid then, or null. */
  delete(key: K, timestamp: number): VersionedRecord<V> | null;
}
