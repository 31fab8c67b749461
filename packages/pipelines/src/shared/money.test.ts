import { expect, test } from 'vitest';
import { formatKsh, maxAmount, shillings } from './money.ts';

test.each([
  [500_000n, 'Ksh5,000.00'],
  [1_998_500n, 'Ksh19,985.00'],
  [0n, 'Ksh0.00'],
  [7n, 'Ksh0.07'],
  [99_999n, 'Ksh999.99'],
  [100_000n, 'Ksh1,000.00'],
  [-1_501n, '-Ksh15.01'],
  [9_999_999_999_999_999_99n, 'Ksh9,999,999,999,999,999.99'],
])('%s cents are %s', (cents, text) => {
  expect(formatKsh(cents)).toBe(text);
});

test('shillings are a hundred cents', () => {
  expect(shillings(70_000)).toBe(7_000_000n);
  expect(() => shillings(0.5)).toThrow(RangeError);
});

test('the larger amount wins, also below zero', () => {
  expect(maxAmount(-2n, -1n)).toBe(-1n);
  expect(maxAmount(5n, 5n)).toBe(5n);
});
