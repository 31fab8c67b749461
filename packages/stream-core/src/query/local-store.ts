import type { KeyValue } from '../common/stream-record.ts';
import type { Windowed } from '../common/window.ts';
import { StreamsError } from '../errors/streams-error.ts';
import type { StreamTask } from '../runtime/stream-task.ts';
import type { ReadOnlyKeyValueStore } from '../state/key-value-store.ts';
import type { StateStore, StoreKind } from '../state/state-store.ts';
import type { ValueAndTimestamp } from '../state/value-and-timestamp.ts';
import type { ReadOnlyWindowStore, WindowValue } from '../state/window-store.ts';

/** A key-value store of an application instance, to read: the part of it that lies in the tasks of this instance. */
export interface KeyValueStoreHandle<K, V> {
  /** The value, or null. */
  get(key: K): Promise<V | null>;
  /** The entries from `from` to `to`, both included, in the order of the serialised keys within a task. */
  range(from: K | null, to: K | null): Promise<readonly KeyValue<K, V>[]>;
  all(): Promise<readonly KeyValue<K, V>[]>;
  approximateNumEntries(): Promise<number>;
}

/** A window store of an application instance, to read. Times are epoch ms, both ends included. */
export interface WindowStoreHandle<K, V> {
  /** The value of the window that starts at `windowStart`, or null. */
  fetch(key: K, windowStart: number): Promise<V | null>;
  /** The windows of a key, oldest first. */
  fetchRange(key: K, timeFrom: number, timeTo: number): Promise<readonly WindowValue<V>[]>;
  fetchAll(timeFrom: number, timeTo: number): Promise<readonly KeyValue<Windowed<K>, V>[]>;
}

/** Gives the tasks that process here now. @throws StreamsError STORE_NOT_AVAILABLE when the instance is not running */
type RunningTasks = () => readonly StreamTask[];

/** How a store is read: makes the handle of that type. See `queryableStoreTypes`. */
export type QueryableStoreType<H> = (name: string, tasks: RunningTasks) => H;

const words: Readonly<Record<StoreKind, string>> = {
  keyValue: 'a key-value store',
  window: 'a window store',
  outerJoin: 'a store of a join, which cannot be read',
};

/** The parts of a store in the tasks that have it. */
const partsOf = (tasks: readonly StreamTask[], name: string, kind: StoreKind): StateStore[] => {
  const parts = tasks.map((task) => task.store(name)).filter((store) => store !== null);
  for (const part of parts) {
    if (part.kind === kind) continue;
    throw new StreamsError('STORE_TYPE_MISMATCH', `Store ${name} is ${words[part.kind]}, not ${words[kind]}`, {
      context: { store: name },
    });
  }
  if (parts.length > 0) return parts;
  throw new StreamsError(
    'STORE_NOT_AVAILABLE',
    `No task of this instance has the store ${name} now; its partitions are on other instances, or being restored`,
    { context: { store: name } },
  );
};

/** The value alone, also of a store that keeps timestamps. */
const plain = <V>(store: StateStore, found: unknown): V =>
  store.isTimestamped ? (found as ValueAndTimestamp<V>).value : (found as V);

type Reader<V> = (store: StateStore, found: unknown) => V;

const keyValueType =
  <K, V>(read: Reader<V>): QueryableStoreType<KeyValueStoreHandle<K, V>> =>
  (name, tasks) => {
    type Part = ReadOnlyKeyValueStore<K, unknown>;
    const parts = () => partsOf(tasks(), name, 'keyValue') as Part[];
    const entry = (part: Part) => (row: KeyValue<K, unknown>) => ({ key: row.key, value: read(part, row.value) });
    return {
      get: async (key) => {
        for (const part of parts()) {
          const found = part.get(key);
          if (found !== null) return read(part, found);
        }
        return null;
      },
      range: async (from, to) => parts().flatMap((part) => part.range(from, to).map(entry(part)).toArray()),
      all: async () => parts().flatMap((part) => part.all().map(entry(part)).toArray()),
      approximateNumEntries: async () => parts().reduce((sum, part) => sum + part.approximateNumEntries(), 0),
    };
  };

const windowType =
  <K, V>(read: Reader<V>): QueryableStoreType<WindowStoreHandle<K, V>> =>
  (name, tasks) => {
    type Part = ReadOnlyWindowStore<K, unknown>;
    const parts = () => partsOf(tasks(), name, 'window') as Part[];
    return {
      fetch: async (key, windowStart) => {
        for (const part of parts()) {
          const found = part.fetch(key, windowStart);
          if (found !== null) return read(part, found);
        }
        return null;
      },
      fetchRange: async (key, from, to) =>
        parts().flatMap((part) =>
          part
            .fetch(key, from, to)
            .map(({ start, value }) => ({ start, value: read(part, value) }))
            .toArray(),
        ),
      fetchAll: async (from, to) =>
        parts().flatMap((part) =>
          part
            .fetchAll(from, to)
            .map(({ key, value }) => ({ key, value: read(part, value) }))
            .toArray(),
        ),
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
}

/** The ways to read a store. @see `org.apache.kafka.streams.state.QueryableStoreTypes` */
export const queryableStoreTypes: QueryableStoreTypes = {
  keyValueStore: <K, V>() => keyValueType<K, V>(plain),
  timestampedKeyValueStore: <K, V>() => keyValueType<K, ValueAndTimestamp<V>>(timestamped),
  windowStore: <K, V>() => windowType<K, V>(plain),
  timestampedWindowStore: <K, V>() => windowType<K, ValueAndTimestamp<V>>(timestamped),
};
