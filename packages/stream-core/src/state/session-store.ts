import type { KeyValue } from '../common/stream-record.ts';
import type { Windowed } from '../common/window.ts';
import type { StoreIterator } from './key-value-store.ts';
import type { StateStore } from './state-store.ts';

/** What a walk over sessions returns. */
export type SessionIterator<K, V> = StoreIterator<KeyValue<Windowed<K>, V>>;

/**
 * Reading a session store. Times are epoch ms, all ends included. A session whose end is older than the retention cannot
 * be read any more.
 *
 * The sessions of one key come by their end, oldest first; those of several keys by key within stretches of time, or
 * strictly by their end in a store that is not persistent.
 *
 * @see `org.apache.kafka.streams.state.ReadOnlySessionStore`
 */
export interface ReadOnlySessionStore<K, V> extends StateStore {
  /** The value of the session of the key with exactly this start and end, or null. */
  fetchSession(key: K, sessionStart: number, sessionEnd: number): V | null;
  /**
   * The sessions of all keys whose end lies from `earliestSessionEnd` to `latestSessionEnd`, by their end. A persistent
   * store without caching shows those too that are older than the retention, as long as it has them.
   */
  findSessions(earliestSessionEnd: number, latestSessionEnd: number): SessionIterator<K, V>;
  /** The sessions of a key that end at `earliestSessionEnd` or later and start at `latestSessionStart` or earlier. */
  findSessions(key: K, earliestSessionEnd: number, latestSessionStart: number): SessionIterator<K, V>;
  /** The same for the keys from `keyFrom` to `keyTo`, both included; null leaves an end open. */
  findSessions(
    keyFrom: K | null,
    keyTo: K | null,
    earliestSessionEnd: number,
    latestSessionStart: number,
  ): SessionIterator<K, V>;
  /** As `findSessions`, backwards. */
  backwardFindSessions(key: K, earliestSessionEnd: number, latestSessionStart: number): SessionIterator<K, V>;
  backwardFindSessions(
    keyFrom: K | null,
    keyTo: K | null,
    earliestSessionEnd: number,
    latestSessionStart: number,
  ): SessionIterator<K, V>;
  /** All sessions of a key. */
  fetch(key: K): SessionIterator<K, V>;
  /** All sessions of the keys from `keyFrom` to `keyTo`, both included; null leaves an end open. */
  fetch(keyFrom: K | null, keyTo: K | null): SessionIterator<K, V>;
  /** As `fetch`, backwards. */
  backwardFetch(key: K): SessionIterator<K, V>;
  backwardFetch(keyFrom: K | null, keyTo: K | null): SessionIterator<K, V>;
}

/** A store of one value a key and session. @see `org.apache.kafka.streams.state.SessionStore` */
export interface SessionStore<K, V> extends ReadOnlySessionStore<K, V> {
  /** Writes the value of a session; null deletes it. */
  put(session: Windowed<K>, value: V | null): void;
  /** Deletes a session. */
  remove(session: Windowed<K>): void;
}
