import { describe, expect, test } from 'vitest';
import { requestedAt } from '../../../test/payments/samples.ts';
import type { FraudProfile } from '../generated/avro-types.ts';
import type { RiskView } from './scoring.ts';
import { assess, withPayment } from './scoring.ts';

const known = { devices: ['IMEI-1'], count: 1, sum: 100_000n, squares: 10_000_000_000n };

const view = (change: Partial<RiskView> = {}): RiskView => ({
  request: { amount: 100_000n, deviceId: 'IMEI-1' },
  at: requestedAt,
  profile: known,
  lastMinute: { count: 1, amount: 100_000n },
  lastHour: { count: 1, amount: 100_000n },
  ...change,
});

test('an ordinary payment has no risk', () => {
  expect(assess(view())).toEqual({ score: 0, riskFactors: [] });
});

test('a new device at night has the score of the seed', () => {
  const night = Date.parse('2024-09-01T23:00:00Z');
  expect(assess(view({ at: night, profile: null }))).toEqual({
    score: 23,
    riskFactors: ['NEW_DEVICE', 'UNUSUAL_TIME'],
  });
});

describe('night in Nairobi', () => {
  test.each([
    ['2024-09-01T20:59:59.999Z', false],
    ['2024-09-01T21:00:00Z', true],
    ['2024-09-02T01:59:59.999Z', true],
    ['2024-09-02T02:00:00Z', false],
  ])('%s: %s', (time, isNight) => {
    expect(assess(view({ at: Date.parse(time) })).riskFactors).toEqual(isNight ? ['UNUSUAL_TIME'] : []);
  });
});

describe('devices', () => {
  const other = { amount: 100_000n, deviceId: 'IMEI-2' };

  test('another one than was ever seen is a changed one', () => {
    expect(assess(view({ request: other })).riskFactors).toEqual(['CHANGED_DEVICE']);
    expect(assess(view({ request: other, profile: withPayment(known, other) })).riskFactors).toEqual([]);
  });

  test('five are remembered, the last ones', () => {
    const ids = ['1', '2', '3', '2', '4', '5', '6'];
    const profile = ids.reduce<FraudProfile | null>(
      (before, deviceId) => withPayment(before, { amount: 1n, deviceId }),
      null,
    );
    expect(profile?.devices).toEqual(['6', '5', '4', '2', '3']);
  });
});

describe('velocity', () => {
  test.each([
    [{ lastMinute: { count: 5, amount: 10_000_000n } }, []],
    [{ lastMinute: { count: 6, amount: 10_000_000n } }, ['MANY_IN_A_MINUTE']],
    [{ lastMinute: { count: 5, amount: 10_000_001n } }, ['MUCH_IN_A_MINUTE']],
    [{ lastHour: { count: 20, amount: 15_000_000n } }, []],
    [{ lastHour: { count: 21, amount: 15_000_000n } }, ['MANY_IN_AN_HOUR']],
    [{ lastHour: { count: 20, amount: 15_000_001n } }, ['MUCH_IN_AN_HOUR']],
  ])('%o', (change, factors) => {
    expect(assess(view(change)).riskFactors).toEqual(factors);
  });
});

describe('the amount against the payments before', () => {
  const profileOf = (amounts: readonly bigint[]) =>
    amounts.reduce<FraudProfile | null>((before, amount) => withPayment(before, { amount, deviceId: 'IMEI-1' }), null);
  const factorsOf = (amounts: readonly bigint[], amount: bigint) =>
    assess(view({ profile: profileOf(amounts), request: { amount, deviceId: 'IMEI-1' } })).riskFactors;

  // Mean 3,000, deviation 1,414.2: three deviations above is 7,242.6.
  const spread = [1_000n, 2_000n, 3_000n, 4_000n, 5_000n];

  test('three deviations above the mean are unusual', () => {
    expect(factorsOf(spread, 7_242n)).toEqual([]);
    expect(factorsOf(spread, 7_243n)).toEqual(['UNUSUAL_AMOUNT']);
  });

  test('four payments are too few to tell', () => {
    expect(factorsOf(spread.slice(1), 1_000_000n)).toEqual([]);
  });

  test('where all were the same, twice as much is unusual', () => {
    const same = Array.from({ length: 8 }, () => 500n);
    expect(factorsOf(same, 999n)).toEqual([]);
    expect(factorsOf(same, 1_000n)).toEqual(['UNUSUAL_AMOUNT']);
  });

  test('is exact for large amounts', () => {
    const large = spread.map((amount) => amount * 10n ** 12n);
    expect(factorsOf(large, 7_242n * 10n ** 12n)).toEqual([]);
    expect(factorsOf(large, 7_243n * 10n ** 12n)).toEqual(['UNUSUAL_AMOUNT']);
  });
});

test('the score is at most 1', () => {
  const everything = view({
    profile: null,
    lastMinute: { count: 100, amount: 99_000_000n },
    lastHour: { count: 100, amount: 99_000_000n },
  });
  expect(assess(everything).score).toBe(100);
});
