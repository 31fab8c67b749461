import { emptyRecordContext } from '../../../common/record-context.ts';
import type { Windowed } from '../../../common/window.ts';
import type { Serde } from '../../../serdes/serde.ts';
import { serdes } from '../../../serdes/serdes.ts';
import type { KeyValueStore, TimestampedKeyValueStore } from '../../../state/key-value-store.ts';
import type { OuterJoinStore } from '../../../state/outer-join-store.ts';
import type { SessionStore } from '../../../state/session-store.ts';
import type { StateStore, StoreBuilder } from '../../../state/state-store.ts';
import { outerJoinStoreBuilder, timeOrderedBufferBuilder } from '../../../state/store-builders.ts';
import { stores } from '../../../state/stores.ts';
import type { TimeOrderedBuffer } from '../../../state/time-ordered-buffer.ts';
import type { VersionedKeyValueStore } from '../../../state/versioned-key-value-store.ts';
import type { TimestampedWindowStore, WindowStore } from '../../../state/window-store.ts';

/** Keys and values are text. */
export const text: { readonly key: Serde<string>; readonly value: Serde<string> } = {
  key: serdes.string(),
  value: serdes.string(),
};

const traits = { persistent: true, logging: true, caching: false, changelogConfig: {} };

/** The builders that no user calls. */
export const joinStore: StoreBuilder<OuterJoinStore<string, string, string>> = outerJoinStoreBuilder(
  { name: 's', key: () => text.key, left: () => text.value, right: () => text.value },
  traits,
);
export const bufferStore: StoreBuilder<TimeOrderedBuffer<string, string>> = timeOrderedBufferBuilder(
  { name: 's', key: () => text.key, value: () => text.value },
  traits,
);

/** A kind of store with three generations of writes: the second changes and deletes what the first wrote. */
export interface StoreSample<S extends StateStore = StateStore> {
  readonly builder: StoreBuilder<S>;
  readonly write: (store: S, generation: 1 | 2 | 3) => void;
  /** What can be seen of the store. */
  readonly contents: (store: S) => readonly string[];
}

const window = (key: Windowed<string>): string => `${key.key}@${key.window.start}-${key.window.end}`;

const keyValue: StoreSample<KeyValueStore<string, string>> = {
  builder: stores.keyValueStore({ name: 's', ...text }),
  write: (store, generation) => {
    store.put('a', `a${generation}`);
    store.put('b', generation === 2 ? null : `b${generation}`);
    store.put(`c${generation}`, 'c');
  },
  contents: (store) => [...store.all()].map(({ key, value }) => `${key}=${value}`),
};

const timestamped: StoreSample<TimestampedKeyValueStore<string, string>> = {
  builder: stores.timestampedKeyValueStore({ name: 's', ...text }),
  write: (store, generation) => {
    store.put('a', { value: `a${generation}`, timestamp: generation });
    store.put('b', generation === 2 ? null : { value: 'b', timestamp: generation });
  },
  contents: (store) => [...store.all()].map(({ key, value }) => `${key}=${value.value}@${value.timestamp}`),
};

const windowOptions = { name: 's', ...text, retention: '2m', windowSize: '10s' } as const;

const windowed: StoreSample<WindowStore<string, string>> = {
  builder: stores.windowStore(windowOptions),
  write: (store, generation) => {
    store.put('a', `a${generation}`, 1_000);
    store.put('b', generation === 2 ? null : 'b', 50_000);
    store.put('c', 'c', 60_000 * generation);
  },
  contents: (store) => [...store.all()].map(({ key, value }) => `${window(key)}=${value}`),
};

const duplicates: StoreSample<WindowStore<string, string>> = {
  builder: stores.windowStore({ ...windowOptions, retainDuplicates: true }),
  write: (store, generation) => {
    store.put('a', `a${generation}`, 1_000);
    store.put('a', 'again', 1_000);
  },
  contents: windowed.contents,
};

const timestampedWindow: StoreSample<TimestampedWindowStore<string, string>> = {
  builder: stores.timestampedWindowStore(windowOptions),
  write: (store, generation) => {
    store.put('a', { value: `a${generation}`, timestamp: generation }, 1_000);
    store.put('b', generation === 2 ? null : { value: 'b', timestamp: 7 }, 2_000);
  },
  contents: (store) => [...store.all()].map(({ key, value }) => `${window(key)}=${value.value}@${value.timestamp}`),
};

const session: StoreSample<SessionStore<string, string>> = {
  builder: stores.sessionStore({ name: 's', ...text, retention: '2m' }),
  write: (store, generation) => {
    store.put({ key: 'a', window: { start: 0, end: 1_000 } }, `a${generation}`);
    store.put({ key: 'b', window: { start: 10, end: 70_000 } }, generation === 2 ? null : 'b');
    store.put({ key: 'c', window: { start: 0, end: 60_000 * generation } }, 'c');
  },
  contents: (store) => [...store.fetch(null, null)].map(({ key, value }) => `${window(key)}=${value}`),
};

const versioned: StoreSample<VersionedKeyValueStore<string, string>> = {
  builder: stores.versionedKeyValueStore({ name: 's', ...text, historyRetention: 10_000 }),
  write: (store, generation) => {
    store.put('a', `a${generation}`, 4_000 * generation);
    store.put('a', `late${generation}`, 4_000 * generation - 1_500);
    store.put('b', generation === 2 ? null : 'b', 3_000 * generation);
  },
  contents: (store) =>
    ['a', 'b'].flatMap((key) => {
      const times = Array.from({ length: 27 }, (_, index) => 500 * index);
      return times.map((time) => JSON.stringify(store.get(key, time))).concat(JSON.stringify(store.get(key)));
    }),
};

const outerJoin: StoreSample<OuterJoinStore<string, string, string>> = {
  builder: joinStore,
  write: (store, generation) => {
    if (generation === 2) store.removeIfPresent('left', 'a', 1);
    store.add({ side: 'left', key: 'a', timestamp: generation, left: `l${generation}`, right: null });
    store.add({ side: 'right', key: 'b', timestamp: 5, left: null, right: `r${generation}` });
  },
  contents: (store) =>
    [...store.all()].map(({ side, key, timestamp, left, right }) => `${timestamp} ${side} ${key} ${left ?? right}`),
};

const buffer: StoreSample<TimeOrderedBuffer<string, string>> = {
  builder: bufferStore,
  write: (store, generation) => {
    const context = { ...emptyRecordContext(generation), topic: 'in', partition: 0, offset: generation };
    if (generation === 2)
      store.evictWhile(
        () => store.minTimestamp === 1,
        () => {},
      );
    store.put(generation, { key: `k${generation}`, newValue: 'new', oldValue: 'old' }, context);
    store.put(9, { key: 'a', newValue: `a${generation}`, oldValue: null }, context);
  },
  contents: (store) => [
    `${store.numRecords} records of ${store.bufferSize} bytes from ${store.minTimestamp}`,
    ...['a', 'k1', 'k2', 'k3'].map((key) => `${key} was ${JSON.stringify(store.priorValueForBuffered(key))}`),
  ],
};

/** Calls `each` for every kind of store. */
export const forEachSample = (each: <S extends StateStore>(kind: string, sample: StoreSample<S>) => void): void => {
  each('key-value', keyValue);
  each('timestamped key-value', timestamped);
  each('window', windowed);
  each('window with duplicates', duplicates);
  each('timestamped window', timestampedWindow);
  each('session', session);
  each('versioned key-value', versioned);
  each('outer join', outerJoin);
  each('time-ordered buffer', buffer);
};
