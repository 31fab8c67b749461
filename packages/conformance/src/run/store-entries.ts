import type {
  KeyValueStore,
  SessionStore,
  StateStore,
  ValueAndTimestamp,
  VersionedKeyValueStore,
  WindowStore,
} from '@millrace/stream-core';
import type { Case, StoreEntry, StoreKind } from '../language/case.ts';
import type { Cell } from '../types/value.ts';
import { isWindowed } from '../types/value.ts';
import { shownBytes, shownSubscription } from './subscription-entry.ts';
import { versionedEntries } from './versioned-entries.ts';

type Stamped = ValueAndTimestamp<Cell>;

/** Finds a store of the topology under the interface that its kind has. */
export type FindStore = <S extends StateStore>(name: string) => S | null;

/** The store of a left or outer join of streams: its own interface is not public. */
interface UnmatchedStore extends StateStore {
  all(): Iterable<UnmatchedRecord | { readonly side?: undefined; readonly key: Cell; readonly value: Cell }>;
}

interface UnmatchedRecord {
  readonly side: 'left' | 'right';
  readonly key: Cell;
  readonly timestamp: number;
  readonly left: Cell;
  readonly right: Cell;
}

/** The readable form of a key or value, as the answers write it. */
const shown = (cell: Cell): unknown => {
  if (typeof cell === 'bigint') {
    const number = Number(cell);
    return Number.isSafeInteger(number) ? number : String(cell);
  }
  return isWindowed(cell) ? { key: shown(cell.key), start: cell.window.start, end: cell.window.end } : cell;
};

const plainEntries = (store: UnmatchedStore): StoreEntry[] =>
  Array.from(store.all(), (entry) => {
    if (entry.side === undefined) return { k: shown(entry.key), v: shown(entry.value) };
    const { side, key, timestamp: ts, left, right } = entry;
    return { k: { side, key: shown(key), ts }, v: { left: shown(left), right: shown(right) } };
  });

/** Only the subscriptions of foreign-key joins are kept in bytes. */
const stampedEntries = (
  store: KeyValueStore<Cell | Uint8Array, Stamped | ValueAndTimestamp<Uint8Array>>,
): StoreEntry[] =>
  Array.from(store.all(), ({ key, value: { value, timestamp } }) => ({
    k: key instanceof Uint8Array ? shownBytes(key) : shown(key),
    v: value instanceof Uint8Array ? shownSubscription(value) : shown(value),
    ts: timestamp,
  }));

const windowEntries = (store: WindowStore<Cell, Cell>): StoreEntry[] =>
  Array.from(store.all(), ({ key, value }) => ({ k: shown(key.key), start: key.window.start, v: shown(value) }));

const stampedWindowEntries = (store: WindowStore<Cell, Stamped>): StoreEntry[] =>
  Array.from(store.all(), ({ key, value: { value, timestamp } }) => ({
    k: shown(key.key),
    start: key.window.start,
    v: shown(value),
    ts: timestamp,
  }));

const sessionEntries = (store: SessionStore<Cell, Cell>): StoreEntry[] =>
  Array.from(store.fetch(null, null), ({ key: { key, window }, value }) => ({
    k: shown(key),
    start: window.start,
    end: window.end,
    v: shown(value),
  }));

const listed = <S extends StateStore>(store: S | null, list: (store: S) => StoreEntry[]): StoreEntry[] | null =>
  store === null ? null : list(store);

/** The entries of a store in its own order; null when there is no such store. */
export const storeEntries = (
  find: FindStore,
  name: string,
  { kind, testCase }: { readonly kind: StoreKind; readonly testCase: Case },
): readonly StoreEntry[] | null => {
  switch (kind) {
    case 'versioned': {
      const versions = find<VersionedKeyValueStore<Cell, Cell>>(name);
      return versions === null ? null : versionedEntries(versions, testCase, shown);
    }
    case 'kv':
      return listed(find<UnmatchedStore>(name), plainEntries);
    case 'timestampedKv':
      return listed(find<KeyValueStore<Cell, Stamped>>(name), stampedEntries);
    case 'window':
      return listed(find<WindowStore<Cell, Cell>>(name), windowEntries);
    case 'timestampedWindow':
      return listed(find<WindowStore<Cell, Stamped>>(name), stampedWindowEntries);
    case 'session':
      return listed(find<SessionStore<Cell, Cell>>(name), sessionEntries);
    case 'other':
      return listed(find(name), () => []);
  }
};
