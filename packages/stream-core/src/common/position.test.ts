import { describe, expect, test } from 'vitest';

import { isUpToBound, mergePositions } from './position.ts';

test('positions merge to the larger offset of each partition', () => {
  expect(mergePositions([{ a: { 0: 3, 1: 4 } }, { a: { 0: 5 }, b: { 2: 0 } }, { a: { 1: 1 } }])).toEqual({
    a: { 0: 5, 1: 4 },
    b: { 2: 0 },
  });
  expect(mergePositions([])).toEqual({});
});

describe('a bound', () => {
  test('counts for the partition that it names alone', () => {
    expect(isUpToBound({ a: { 0: 3 } }, { a: { 0: 3 } }, 0)).toBe(true);
    expect(isUpToBound({ a: { 0: 3 } }, { a: { 0: 4 } }, 0)).toBe(false);
    expect(isUpToBound({ a: { 0: 3 } }, { a: { 1: 9 } }, 0)).toBe(true);
    expect(isUpToBound({}, {}, 0)).toBe(true);
  });

  test('on something that was not read is not reached', () => {
    expect(isUpToBound({ a: { 0: 3 } }, { b: { 0: 0 } }, 0)).toBe(false);
    expect(isUpToBound({ a: { 1: 3 } }, { a: { 0: 0 } }, 0)).toBe(false);
  });
});
