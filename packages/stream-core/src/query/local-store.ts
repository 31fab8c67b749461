import type { KeyValue } from '../common/stream-record.ts';
import type { Windowed } from '../common/window.ts';
import { StreamsError } from '../errors/streams-error.ts';
import type { ReadOnlyKeyValueStore } from '../state/key-value-store.ts';
import type { ReadOnlySessionStore } from '../state/session-store.ts';
import type { StateStore, StoreKind } from '../state/state-store.ts';
import type { StorePart } from '../state/store-part.ts';
import type { ValueAndTimestamp } from '../state/value-and-timestamp.ts';
import type { ReadOnlyVersionedKeyValueStore, VersionedRecord } from '../state/versioned-key-value-store.ts';
import type { ReadOnlyWindowStore, WindowValue } from '../state/window-store.ts';

/** A key-value store of an application instance, to read: the part of it that lies in the tasks of this instance. */
export interface KeyValueStoreHandle<K, V> {
  /** The value, or null. */
  get(key: K): Promise<V | null>;
  /** The entries from `from` to `to`, both included, in the order of the serialised keys within a task. */
  range(from: K | null, to: K | null): Promise<readonly KeyValue<K, V>[]>;
  /** As `range`, backwards. */
  reverseRange(from: K | null, to: K | null): Promise<readonly KeyValue<K, V>[]>;
  all(): Promise<readonly KeyValue<K, V>[]>;
  reverseAll(): Promise<readonly KeyValue<K, V>[]>;
  /** The entries whose serialised key starts with these bytes (KIP-614). */
  prefixScan(prefix: Uint8Array): Promise<readonly KeyValue<K, V>[]>;
  approximateNumEntries(): Promise<number>;
}

/** A window store of an application instance, to read. Times are epoch ms, both ends included. */
export interface WindowStoreHandle<K, V> {
  /** The value of the window that starts at `windowStart`, or null. */
  fetch(key: K, windowStart: number): Promise<V | null>;
  /** The windows of a key, oldest first. */
  fetchRange(key: K, timeFrom: number, timeTo: number): Promise<readonly WindowValue<V>[]>;
  /** As `fetchRange`, youngest first. */
  backwardFetchRange(key: K, timeFrom: number, timeTo: number): Promise<readonly WindowValue<V>[]>;
  fetchAll(timeFrom: number, timeTo: number): Promise<readonly KeyValue<Windowed<K>, V>[]>;
  backwardFetchAll(timeFrom: number, timeTo: number): Promise<readonly KeyValue<Windowed<K>, V>[]>;
  all(): Promise<readonly KeyValue<Windowed<K>, V>[]>;
  backwardAll(): Promise<readonly KeyValue<Windowed<K>, V>[]>;
}

/** A session store of an application instance, to read. Times are epoch ms, all ends included. */
export interface SessionStoreHandle<K, V> {
  /** The value of the session with exactly this start and end, or null. */
  fetchSession(key: K, sessionStart: number, sessionEnd: number): Promise<V | null>;
  /** The sessions of a key, oldest first. */
  fetch(key: K): Promise<readonly KeyValue<Windowed<K>, V>[]>;
  /** The sessions of a key, youngest first. */
  backwardFetch(key: K): Promise<readonly KeyValue<Windowed<K>, V>[]>;
  /** The sessions of the keys from `keyFrom` to `keyTo`, both included; null leaves an end open. */
  fetchRange(keyFrom: K | null, keyTo: K | null): Promise<readonly KeyValue<Windowed<K>, V>[]>;
  /** The sessions of a key that end at `earliestSessionEnd` or later and start at `latestSessionStart` or earlier. */
  findSessions(
    key: K,
    earliestSessionEnd: number,
    latestSessionStart: number,
  ): Promise<readonly KeyValue<Windowed<K>, V>[]>;
}

/** A versioned key-value store of an application instance, to read. @see KIP-960 */
export interface VersionedKeyValueStoreHandle<K, V> {
  /** The latest version, or null. */
  get(key: K): Promise<VersionedRecord<V> | null>;
  /** The version that was valid at a time, epoch ms, or null. */
  get(key: K, asOfTimestamp: number): Promise<VersionedRecord<V> | null>;
  /** The versions that were valid at some moment from `from` to `to`, oldest first; infinite ends are open. */
  versions(key: K, from: number, to: number): Promise<readonly VersionedRecord<V>[]>;
}

/** Gives the parts of a store that are here now. @throws StreamsError STORE_NOT_AVAILABLE when the instance is not running */
type StoreParts = (name: string) => readonly StorePart[];

/** How a store is read: makes the handle of that type. See `queryableStoreTypes`. */
export type QueryableStoreType<H> = (name: string, parts: StoreParts) => H;

const words: Readonly<Record<StoreKind, string>> = {
  keyValue: 'a key-value store',
  window: 'a window store',
  session: 'a session store',
  versionedKeyValue: 'a versioned key-value store',
  outerJoin: 'a store of a join, which cannot be read',
  joinBuffer: 'a buffer of a join, which cannot be read',
  timeOrderedBuffer: 'a buffer of suppress, which cannot be read',
};

/** Reads the parts of a store one after the other. */
interface PartsReader<P> {
  /** What the first part has that has anything. */
  first<T>(read: (part: P) => T | null): T | null;
  /** What all parts have. */
  all<T>(read: (part: P) => Iterable<T>): T[];
}

const readerOf = <P>(name: string, parts: StoreParts, kind: StoreKind): PartsReader<P> => {
  const checked = (): readonly StorePart[] => {
    const found = parts(name);
    for (const { store } of found) if (store.kind !== kind) throw otherKind(store, kind);
    return found;
  };
  const read = <T>({ store, read: view }: StorePart, query: (part: P) => T): T => view(() => query(store as P));
  return {
    first: (query) => {
      for (const part of checked()) {
        const found = read(part, query);
        if (found !== null) return found;
      }
      return null;
    },
    all: (query) => checked().flatMap((part) => read(part, (store) => [...query(store)])),
  };
};

const otherKind = (store: StateStore, kind: StoreKind): StreamsError =>
  new StreamsError('STORE_TYPE_MISMATCH', `Store ${store.name} is ${words[store.kind]}, not ${words[kind]}`, {
    context: { store: store.name },
  });

/** The value alone, also of a store that keeps timestamps. */
const plain = <V>(store: StateStore, found: unknown): V =>
  store.isTimestamped ? (found as ValueAndTimestamp<V>).value : (found as V);

type Reader<V> = (store: StateStore, found: unknown) => V;

const keyValueType =
  <K, V>(read: Reader<V>): QueryableStoreType<KeyValueStoreHandle<K, V>> =>
  (name, parts) => {
    type Part = ReadOnlyKeyValueStore<K, unknown> & StateStore;
    const { first, all } = readerOf<Part>(name, parts, 'keyValue');
    const entry = (part: Part) => (row: KeyValue<K, unknown>) => ({ key: row.key, value: read(part, row.value) });
    return {
      get: async (key) =>
        first((part) => {
          const found = part.get(key);
          return found === null ? null : read(part, found);
        }),
      range: async (from, to) => all((part) => part.range(from, to).map(entry(part))),
      reverseRange: async (from, to) => all((part) => part.reverseRange(from, to).map(entry(part))),
      all: async () => all((part) => part.all().map(entry(part))),
      reverseAll: async () => all((part) => part.reverseAll().map(entry(part))),
      prefixScan: async (prefix) => all((part) => part.prefixScan(prefix).map(entry(part))),
      approximateNumEntries: async () =>
        all((part) => [part.approximateNumEntries()]).reduce((sum, count) => sum + count, 0),
    };
  };

const windowType =
  <K, V>(read: Reader<V>): QueryableStoreType<WindowStoreHandle<K, V>> =>
  (name, parts) => {
    type Part = ReadOnlyWindowStore<K, unknown> & StateStore;
    const { first, all } = readerOf<Part>(name, parts, 'window');
    const window = (part: Part) => (row: WindowValue<unknown>) => ({ start: row.start, value: read(part, row.value) });
    const entry = (part: Part) => (row: KeyValue<Windowed<K>, unknown>) => ({
      key: row.key,
      value: read(part, row.value),
    });
    return {
      fetch: async (key, windowStart) =>
        first((part) => {
          const found = part.fetch(key, windowStart);
          return found === null ? null : read(part, found);
        }),
      fetchRange: async (key, from, to) => all((part) => part.fetch(key, from, to).map(window(part))),
      backwardFetchRange: async (key, from, to) => all((part) => part.backwardFetch(key, from, to).map(window(part))),
      fetchAll: async (from, to) => all((part) => part.fetchAll(from, to).map(entry(part))),
      backwardFetchAll: async (from, to) => all((part) => part.backwardFetchAll(from, to).map(entry(part))),
      all: async () => all((part) => part.all().map(entry(part))),
      backwardAll: async () => all((part) => part.backwardAll().map(entry(part))),
    };
  };

const sessionType =
  <K, V>(): QueryableStoreType<SessionStoreHandle<K, V>> =>
  (name, parts) => {
    const { first, all } = readerOf<ReadOnlySessionStore<K, V>>(name, parts, 'session');
    return {
      fetchSession: async (key, start, end) => first((part) => part.fetchSession(key, start, end)),
      fetch: async (key) => all((part) => part.fetch(key)),
      backwardFetch: async (key) => all((part) => part.backwardFetch(key)),
      fetchRange: async (from, to) => all((part) => part.fetch(from, to)),
      findSessions: async (key, end, start) => all((part) => part.findSessions(key, end, start)),
    };
  };

const versionedType =
  <K, V>(): QueryableStoreType<VersionedKeyValueStoreHandle<K, V>> =>
  (name, parts) => {
    const { first, all } = readerOf<ReadOnlyVersionedKeyValueStore<K, V>>(name, parts, 'versionedKeyValue');
    return {
      versions: async (key, from, to) => all((part) => part.versions(key, from, to)),
      get: async (key: K, asOf?: number) => first((part) => (asOf === undefined ? part.get(key) : part.get(key, asOf))),
    };
  };

const timestamped = <V>(store: StateStore, found: unknown): ValueAndTimestamp<V> => {
  if (store.isTimestamped) return found as ValueAndTimestamp<V>;
  throw new StreamsError('STORE_TYPE_MISMATCH', `Store ${store.name} keeps no timestamps; read it without them`, {
    context: { store: store.name },
  });
};

interface QueryableStoreTypes {
  /** Values by key; also of a store that keeps timestamps, then without them. */
  keyValueStore<K, V>(): QueryableStoreType<KeyValueStoreHandle<K, V>>;
  /** Values with their timestamps by key. */
  timestampedKeyValueStore<K, V>(): QueryableStoreType<KeyValueStoreHandle<K, ValueAndTimestamp<V>>>;
  /** Values by key and window; also of a store that keeps timestamps, then without them. */
  windowStore<K, V>(): QueryableStoreType<WindowStoreHandle<K, V>>;
  /** Values with their timestamps by key and window. */
  timestampedWindowStore<K, V>(): QueryableStoreType<WindowStoreHandle<K, ValueAndTimestamp<V>>>;
  /** Values by key and session. */
  sessionStore<K, V>(): QueryableStoreType<SessionStoreHandle<K, V>>;
  /** Versions of values by key. */
  versionedKeyValueStore<K, V>(): QueryableStoreType<VersionedKeyValueStoreHandle<K, V>>;
}

/** The ways to read a store. @see `org.apache.kafka.streams.state.QueryableStoreTypes` */
export const queryableStoreTypes: QueryableStoreTypes = {
  keyValueStore: <K, V>() => keyValueType<K, V>(plain),
  timestampedKeyValueStore: <K, V>() => keyValueType<K, ValueAndTimestamp<V>>(timestamped),
  windowStore: <K, V>() => windowType<K, V>(plain),
  timestampedWindowStore: <K, V>() => windowType<K, ValueAndTimestamp<V>>(timestamped),
  sessionStore: sessionType,
  versionedKeyValueStore: versionedType,
};
