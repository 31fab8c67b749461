import { expect, test } from 'vitest';

import type { AutoOffsetReset } from './auto-offset-reset.ts';
import { isOffsetReset, resetDurationMs } from './auto-offset-reset.ts';

test('a reset by duration says how far back it goes; the others go back by no time', () => {
  expect(resetDurationMs('by_duration:2h')).toBe(7_200_000);
  expect(resetDurationMs('by_duration:250ms')).toBe(250);
  for (const reset of ['earliest', 'latest', 'none'] as const) expect(resetDurationMs(reset)).toBeNull();
});

test('a duration that is none is refused with the place where it stood', () => {
  expect(() => resetDurationMs('by_duration:soon' as AutoOffsetReset)).toThrow(/^offset reset: soon is not a duration/);
});

test('the words and resets by duration are known, and nothing else is', () => {
  for (const reset of ['earliest', 'latest', 'none', 'by_duration:0ms', 'by_duration:1.5s']) {
    expect(isOffsetReset(reset), reset).toBe(true);
  }
  for (const other of [
    'Earliest',
    '',
    'by_duration',
    'by_duration:',
    'by_duration:5',
    'by_duration:-1s',
    '1h',
    5,
    null,
  ]) {
    expect(isOffsetReset(other), String(other)).toBe(false);
  }
});
