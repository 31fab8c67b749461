import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';

test('every unit counts its milliseconds', () => {
  expect(toMs(250)).toBe(250);
  expect(toMs('250ms')).toBe(250);
  expect(toMs('5s')).toBe(5_000);
  expect(toMs('2m')).toBe(120_000);
  expect(toMs('24h')).toBe(86_400_000);
  expect(toMs('7d')).toBe(604_800_000);
  expect(toMs(0)).toBe(0);
});

test('a duration may have decimals as long as it is a whole number of milliseconds', () => {
  expect(toMs('1.5s')).toBe(1_500);
  expect(toMs('0.25h')).toBe(900_000);
  expect(() => toMs('1.5ms')).toThrow(RangeError);
  expect(() => toMs('0.0001s')).toThrow(RangeError);
});

test('whole amounts of all units parse exactly', () => {
  const sizes = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const unit = fc.constantFrom('ms' as const, 's' as const, 'm' as const, 'h' as const, 'd' as const);
  fc.assert(
    fc.property(fc.nat(100_000_000), unit, (amount, name) => {
      expect(toMs(`${amount}${name}`)).toBe(amount * sizes[name]);
    }),
  );
});

test('what is no duration is refused, and the error says where it stood', () => {
  const wrong = ['', '5', 's', '5 s', '-5s', '+5s', '5S', '5sec', '1e3ms', '5s5s', ' 5s', '.5s', '5.s', '1,5s'];
  for (const text of wrong) {
    expect(() => toMs(text as Duration, 'grace'), text).toThrow(/^grace: .*is not a duration/);
  }
});

test('numbers that are negative, broken or too large are refused', () => {
  for (const ms of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    expect(() => toMs(ms), String(ms)).toThrow(RangeError);
  }
  expect(() => toMs('99999999999999d')).toThrow(RangeError);
});
