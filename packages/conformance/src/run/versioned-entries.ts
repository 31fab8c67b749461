import type { VersionedKeyValueStore, VersionedRecord } from '@millrace/stream-core';
import type { Case, StoreEntry } from '../language/case.ts';
import type { Cell } from '../types/value.ts';

/** The keys that the answers list: those of the input that are text, in the order of their bytes. */
const keysOf = ({ input }: Case): readonly string[] => {
  const keys = input.flatMap((item) => (item.kind === 'record' && typeof item.key === 'string' ? [item.key] : []));
  return [...new Set(keys)].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
};

/** Times at which one version may end and another begin. */
const timesOf = ({ input, expected }: Case): readonly number[] => {
  const times = input.flatMap((item) => (item.kind === 'record' ? [item.ts] : []));
  for (const { entries } of expected.stores?.values() ?? []) {
    for (const { ts, to } of entries) times.push(...[ts, to].filter((time) => typeof time === 'number'));
  }
  return [...new Set(times.flatMap((time) => [time, time - 1]))];
};

/** All versions that a store still has of the keys of a case, oldest first. */
export const versionedEntries = (
  store: VersionedKeyValueStore<Cell, Cell>,
  testCase: Case,
  shown: (cell: Cell) => unknown,
): readonly StoreEntry[] =>
  keysOf(testCase).flatMap((key) => {
    const versions = new Map<number, VersionedRecord<Cell>>();
    const found = [store.get(key), ...timesOf(testCase).map((time) => store.get(key, time))];
    for (const version of found) if (version !== null) versions.set(version.timestamp, version);
    return [...versions.values()]
      .sort((left, right) => left.timestamp - right.timestamp)
      .map(({ value, timestamp: ts, validTo: to }) => ({
        k: key,
        v: shown(value),
        ts,
        ...(to === null ? {} : { to }),
      }));
  });
