import { describe, expect, it } from 'vitest';
import { doubleNumeric, integerNumeric, longNumeric } from './numeric.ts';

describe('Java arithmetic', () => {
  it('wraps longs at 64 bits and takes the numbers that the library counts in', () => {
    expect(longNumeric.plus(2n ** 63n - 1n, 1n)).toBe(-(2n ** 63n));
    expect(longNumeric.plus(2, 3n)).toBe(5n);
    expect(longNumeric.negate(-(2n ** 63n))).toBe(-(2n ** 63n));
  });

  it('wraps integers at 32 bits, and cuts longs down to them', () => {
    expect(integerNumeric.plus(2 ** 31 - 1, 1)).toBe(-(2 ** 31));
    expect(integerNumeric.from(2n ** 32n + 7n, longNumeric)).toBe(7);
  });

  it('cuts doubles towards zero', () => {
    expect(doubleNumeric.toLong(-1.75)).toBe(-1n);
    expect(doubleNumeric.minus(1, 0.25)).toBe(0.75);
  });

  it('refuses text', () => {
    expect(() => longNumeric.plus('1', 1n)).toThrow(TypeError);
    expect(() => doubleNumeric.negate('1')).toThrow(TypeError);
  });
});
