import { describe, expect, test } from 'vitest';
import type { FraudBreaker } from '../generated/avro-types.ts';
import { admit, answered, breakerRules, closedBreaker, unanswered } from './breaker.ts';

const at = 1_000_000;

const failed = (breaker: FraudBreaker, times: number): FraudBreaker =>
  Array.from({ length: times }).reduce<FraudBreaker>(
    (before) => unanswered(before, { isProbe: false, at }, breakerRules),
    breaker,
  );

const open = failed(closedBreaker, 20);
const halfOpen = admit(open, at + 30_000, breakerRules).breaker;

describe('closed', () => {
  test('it asks', () => {
    expect(admit(closedBreaker, at, breakerRules)).toEqual({ breaker: closedBreaker, admission: 'ask' });
  });

  test('20 unanswered in a row open it, 19 do not', () => {
    expect(failed(closedBreaker, 19).state).toBe('CLOSED');
    expect(open).toEqual({ state: 'OPEN', unanswered: 20, openedAt: at });
  });

  test('an answer in between begins the row anew', () => {
    const again = answered(failed(closedBreaker, 19), false);
    expect(again).toEqual(closedBreaker);
    expect(failed(again, 19).state).toBe('CLOSED');
    expect(answered(closedBreaker, false)).toBe(closedBreaker);
  });
});

describe('open', () => {
  test('it lets the backup answer for 30 s, then it probes', () => {
    expect(admit(open, at + 29_999, breakerRules)).toEqual({ breaker: open, admission: 'backup' });
    expect(admit(open, at + 30_000, breakerRules)).toEqual({
      breaker: { ...open, state: 'HALF_OPEN' },
      admission: 'probe',
    });
  });

  test('what was asked before changes nothing, however it ends', () => {
    expect(answered(open, false)).toBe(open);
    expect(unanswered(open, { isProbe: false, at: at + 5 }, breakerRules)).toBe(open);
  });
});

describe('half open', () => {
  test('one probe is out, and the backup answers all others', () => {
    expect(admit(halfOpen, at + 99_000, breakerRules)).toEqual({ breaker: halfOpen, admission: 'backup' });
  });

  test('the answer to the probe closes it', () => {
    expect(answered(halfOpen, true)).toEqual(closedBreaker);
    expect(answered(halfOpen, false)).toBe(halfOpen);
  });

  test('a probe without an answer opens it for another 30 s', () => {
    const again = unanswered(halfOpen, { isProbe: true, at: at + 32_000 }, breakerRules);
    expect(again).toMatchObject({ state: 'OPEN', openedAt: at + 32_000 });
    expect(admit(again, at + 61_999, breakerRules).admission).toBe('backup');
    expect(admit(again, at + 62_000, breakerRules).admission).toBe('probe');
    expect(unanswered(halfOpen, { isProbe: false, at }, breakerRules)).toBe(halfOpen);
  });
});
