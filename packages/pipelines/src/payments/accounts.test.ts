import { expect, test } from 'vitest';
import { openingBalance, tierOf } from './accounts.ts';

test.each([
  ['254700123456', 4_560_000n],
  ['254700123000', 0n],
  ['254700120999', 9_990_000n],
])('%s is opened with %s cents', (msisdn, cents) => {
  expect(openingBalance(msisdn)).toBe(cents);
});

test.each([
  ['254700120456', 'BASIC', 3_500_000n],
  ['254700121456', 'BASIC', 3_500_000n],
  ['254700122456', 'STANDARD', 7_000_000n],
  ['254700128456', 'STANDARD', 7_000_000n],
  ['254700129456', 'PREMIUM', 14_000_000n],
])('%s is %s', (msisdn, name, dailyLimit) => {
  expect(tierOf(msisdn)).toEqual({ name, dailyLimit });
});
