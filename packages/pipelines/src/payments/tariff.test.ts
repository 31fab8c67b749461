import { expect, test } from 'vitest';
import { feeFor } from './tariff.ts';

test('5,000 cost 15, as in the seed', () => {
  expect(feeFor(500_000n)).toBe(1_500n);
});

test.each([
  [1n, 0n],
  [10_000n, 0n],
  [10_001n, 500n],
  [50_000n, 500n],
  [50_001n, 700n],
  [100_000n, 700n],
  [250_000n, 1_000n],
  [250_001n, 1_500n],
  [500_001n, 2_500n],
  [1_000_000n, 2_500n],
  [2_000_000n, 4_500n],
  [3_500_000n, 6_500n],
  [3_500_001n, 10_500n],
  [15_000_000n, 10_500n],
])('%s cents cost %s', (amount, fee) => {
  expect(feeFor(amount)).toBe(fee);
});
