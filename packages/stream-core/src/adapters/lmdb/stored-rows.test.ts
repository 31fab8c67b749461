import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  groupOf,
  isIntact,
  rowOf,
  shortKeyMax,
  storedBounds,
  storedKey,
  storedValueBytes,
  valueIn,
  writeStoredValue,
} from './stored-rows.ts';

const byte = fc.constantFrom(0, 1, 97, 255);
const key = fc.oneof(
  fc.array(byte, { maxLength: 3 }).map((list) => Buffer.from(list)),
  fc
    .tuple(byte, fc.integer({ min: shortKeyMax - 3, max: shortKeyMax + 3 }), fc.array(byte, { maxLength: 3 }))
    .map(([fill, length, tail]) => Buffer.concat([Buffer.alloc(length, fill), Buffer.from(tail)])),
);
const value = fc.uint8Array({ maxLength: 30 }).map((list) => Buffer.from(list));

test('a row is found in what is stored for it, and every flipped bit is noticed', () => {
  fc.assert(
    fc.property(key, value, fc.nat(), (rowKey, rowValue, place) => {
      const stored = storedKey(rowKey);
      const row = Buffer.concat([stored, Buffer.alloc(storedValueBytes(rowKey, rowValue))]);
      writeStoredValue({ key: rowKey, value: rowValue }, { bytes: row, start: 0, at: stored.length });
      const bytes = row.subarray(stored.length);
      expect(isIntact(stored, bytes)).toBe(true);
      expect(rowOf(stored, bytes)).toEqual({ key: rowKey, value: rowValue });
      expect(valueIn(rowKey, bytes)).toEqual(rowValue);
      const whole = Buffer.concat([stored, bytes]);
      const bit = place % (whole.length * 8);
      whole[bit >> 3] = (whole[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(isIntact(whole.subarray(0, stored.length), whole.subarray(stored.length))).toBe(false);
    }),
  );
});

test('stored keys stand in the order of the keys, but for those of one group', () => {
  fc.assert(
    fc.property(key, key, (left, right) => {
      const [storedLeft, storedRight] = [storedKey(left), storedKey(right)];
      const group = groupOf(storedLeft);
      if (group !== null && groupOf(storedRight)?.equals(group)) return;
      expect(Buffer.compare(storedLeft, storedRight)).toBe(Buffer.compare(left, right));
    }),
    { numRuns: 1_000 },
  );
});

test('all rows of a range stand between its stored bounds, and others only in the groups of the bounds', () => {
  fc.assert(
    fc.property(key, key, key, (from, to, other) => {
      fc.pre(Buffer.compare(from, to) < 0);
      const { lower, upper } = storedBounds(from, to);
      const stored = storedKey(other);
      const isBetween = Buffer.compare(stored, lower) >= 0 && Buffer.compare(stored, upper) < 0;
      const isInRange = Buffer.compare(other, from) >= 0 && Buffer.compare(other, to) < 0;
      const group = groupOf(stored);
      const isBoundGroup =
        group !== null && [from, to].some((bound) => groupOf(storedKey(bound))?.equals(group) === true);
      if (isBoundGroup) expect(isBetween || !isInRange).toBe(true);
      else expect(isBetween).toBe(isInRange);
    }),
    { numRuns: 2_000 },
  );
});

test('no stored key is longer than LMDB takes', () => {
  const longest = Buffer.alloc(100_000, 0xff);
  expect(storedKey(longest).length + 1).toBeLessThanOrEqual(1_978);
  expect(storedBounds(longest, Buffer.concat([longest, longest])).upper.length + 1).toBeLessThanOrEqual(1_978);
});
