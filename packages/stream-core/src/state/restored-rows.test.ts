import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RestoredRows } from './restored-rows.ts';

const prefix = Buffer.from('p:');

type Pair = readonly [string, string | null];

const filled = (pairs: readonly Pair[]): RestoredRows => {
  const rows = new RestoredRows(prefix);
  for (const [key, value] of pairs) {
    rows.add(Buffer.from(key, 'latin1'), value === null ? null : Buffer.from(value, 'latin1'));
  }
  return rows;
};

type Visit = (key: Buffer, value: Buffer | null) => void;

const read = (walk: (visit: Visit) => void): Pair[] => {
  const pairs: Pair[] = [];
  walk((key, value) => pairs.push([key.toString('latin1'), value === null ? null : value.toString('latin1')]));
  return pairs;
};

const sorted = (rows: RestoredRows): Pair[] => withoutPrefix(read((visit) => rows.visitSorted(visit)));

const withoutPrefix = (pairs: readonly Pair[]): Pair[] =>
  pairs.map(([key, value]) => {
    expect(key.slice(0, 2)).toBe('p:');
    return [key.slice(2), value];
  });

const expected = (pairs: readonly Pair[]): Pair[] =>
  [...new Map(pairs)].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));

/** Keys that share beginnings, contain zeros, and are beginnings of each other. */
const key = fc
  .tuple(fc.constantFrom('', 'payment-0000', '\0\0\0\0\0\0\0\0'), fc.array(fc.constantFrom('\0', 'a', '\xff')))
  .map(([start, rest]) => start + rest.join(''));

test('every key once, in key order, with its last value', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.option(fc.string({ maxLength: 5 }))), { maxLength: 200 }), (pairs) => {
      const latin1 = pairs.map(
        ([name, value]): Pair => [name, value === null ? null : Buffer.from(value).toString('latin1')],
      );
      const rows = filled(latin1);
      expect(sorted(rows)).toEqual(expected(latin1));
    }),
  );
});

test('many rows that share most of their key', () => {
  const pairs = Array.from({ length: 5_000 }, (_, row): Pair => {
    const number = (row * 7_919) % 4_000;
    return [`a rather long beginning of a key ${String(number).padStart(12, '0')}`, String(row)];
  });
  expect(sorted(filled(pairs))).toEqual(expected(pairs));
});

test('in the order in which they came', () => {
  const pairs: Pair[] = [
    ['b', '1'],
    ['a', null],
    ['b', ''],
  ];
  expect(read((visit) => filled(pairs).visitInOrder(visit))).toEqual(pairs);
});

test('after a clear it begins anew', () => {
  const rows = filled([['a', '1']]);
  rows.clear();
  expect([rows.size, rows.bytes]).toEqual([0, 0]);
  rows.add(Buffer.from('b'), null);
  expect(sorted(rows)).toEqual([['b', null]]);
});
