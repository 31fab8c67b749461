import type { WindowRetention } from '../interpreter/build.ts';
import type { ExpectedStore, StoreEntry } from '../language/case.ts';
import { withoutPrimaryKey } from '../run/subscription-entry.ts';

/** An entry as text that is the same for equal entries. */
const textOf = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'nothing';
  const fields = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${fields.map(([name, field]) => `${name}: ${textOf(field)}`).join(', ')}}`;
};

const inOrder = (expected: readonly string[], actual: readonly string[]): string | null => {
  for (let index = 0; index < Math.max(expected.length, actual.length); index++) {
    if (expected[index] === actual[index]) continue;
    return [
      `entry ${index} (${expected.length} expected, ${actual.length} got)`,
      `  expected ${expected[index] ?? 'no entry'}`,
      `  got      ${actual[index] ?? 'no entry'}`,
    ].join('\n');
  }
  return null;
};

const startOf = (entry: StoreEntry): number => Number(entry['start']);

/** The stream time that a window store has observed: the latest window start that was ever put. */
type ObservedTime = (store: string) => number;

export interface StoreContext {
  readonly retentions: readonly WindowRetention[];
  readonly observedTime: ObservedTime;
}

/** How far back a window store can be read: by its name, or the shortest of the case for a generated one. */
const retentionOf = (store: string, retentions: readonly WindowRetention[]): number => {
  const own = retentions.filter((retention) => retention.store === store);
  const candidates = own.length > 0 ? own : retentions.filter((retention) => retention.store === null);
  return Math.min(...candidates.map(({ retentionMs }) => retentionMs));
};

/**
 * Window stores list their entries in an order of their own, and RocksDB also lists what has expired until it drops the
 * segment. So they are compared sorted, and an expired entry may be missing.
 */
const compareWindows = (
  name: string,
  { expected, actual }: { readonly expected: ExpectedStore; readonly actual: readonly StoreEntry[] },
  { retentions, observedTime }: StoreContext,
): string | null => {
  const latest = Math.max(observedTime(name), ...expected.entries.map(startOf));
  const expiredTo = latest - retentionOf(name, retentions);
  const got = actual.map(textOf);
  const listed = new Set(got);
  const live = expected.entries.filter((entry) => startOf(entry) > expiredTo || listed.has(textOf(entry)));
  return inOrder(live.map(textOf).sort(), got.sort());
};

/**
 * The answers list all old versions that RocksDB still has in a segment, also those that cannot be read any more: these
 * may be missing.
 */
const compareVersions = (
  name: string,
  { expected, actual }: { readonly expected: ExpectedStore; readonly actual: readonly StoreEntry[] },
  { retentions }: StoreContext,
): string | null => {
  const times = expected.entries.flatMap(({ ts, to }) => [Number(ts), Number(to ?? ts)]);
  const expiredTo = Math.max(...times) - retentionOf(name, retentions);
  const got = actual.map(textOf);
  const listed = new Set(got);
  const isLive = ({ to }: StoreEntry): boolean => to === undefined || Number(to) > expiredTo;
  const live = expected.entries.filter((entry) => isLive(entry) || listed.has(textOf(entry)));
  return inOrder(live.map(textOf), got);
};

const compareStore = (
  name: string,
  sides: { readonly expected: ExpectedStore; readonly actual: readonly StoreEntry[] },
  context: StoreContext,
): string | null => {
  const { expected, actual } = sides;
  switch (expected.type) {
    case 'window':
    case 'timestampedWindow':
      return compareWindows(name, sides, context);
    case 'session':
      return inOrder(expected.entries.map(textOf).sort(), actual.map(textOf).sort());
    case 'timestampedKv':
      return inOrder(
        expected.entries.map((entry) => textOf({ ...entry, v: withoutPrimaryKey(entry['v']) })),
        actual.map(textOf),
      );
    case 'kv':
      return inOrder(expected.entries.map(textOf), actual.map(textOf));
    case 'versioned':
      return compareVersions(name, sides, context);
    case 'other':
      return null;
  }
};

/** The first difference between the stores of a case, or null. */
export const compareStores = (
  expected: ReadonlyMap<string, ExpectedStore>,
  actual: ReadonlyMap<string, readonly StoreEntry[]>,
  context: StoreContext,
): string | null => {
  for (const [name, store] of expected) {
    const entries = actual.get(name);
    if (entries === undefined) return `store ${name}: there is none, expected ${store.type}`;
    const difference = compareStore(name, { expected: store, actual: entries }, context);
    if (difference !== null) return `store ${name} (${store.type}), ${difference}`;
  }
  const extra = [...actual.keys()].find((name) => !expected.has(name));
  return extra === undefined ? null : `store ${extra}: none was expected`;
};
