import type { Tampering } from './honest-run.ts';

type Matches<V> = (value: V) => boolean;

const at = <V>(rows: readonly { readonly value: V }[], matches: Matches<V>): number => {
  const index = rows.findIndex(({ value }) => matches(value));
  if (index < 0) throw new Error('the run has no such record to tamper with');
  return index;
};

/** The first record that matches is gone. */
export const dropped =
  <V>(matches: Matches<V>): Tampering<V> =>
  (rows) =>
    rows.toSpliced(at(rows, matches), 1);

/** The first record that matches comes again at the end, perhaps changed. */
export const repeated =
  <V>(matches: Matches<V>, change: (value: V) => V = (value) => value): Tampering<V> =>
  (rows) =>
    rows.flatMap((row, index) => (index === at(rows, matches) ? [row, { ...row, value: change(row.value) }] : [row]));

/** The first record that matches says something else. */
export const changed =
  <V>(matches: Matches<V>, change: (value: V) => V): Tampering<V> =>
  (rows) => {
    const index = at(rows, matches);
    return rows.map((row, each) => (each === index ? { ...row, value: change(row.value) } : row));
  };
