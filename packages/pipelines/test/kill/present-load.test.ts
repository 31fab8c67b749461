import { expect, test } from 'vitest';
import { generateLoad } from '../../src/payments/simulator/load.ts';
import { presentLoad } from './present-load.ts';

test('requests that had to wait have the time at which they were let in, and so have those after them', () => {
  let now = 1_000_000;
  const clock = { now: () => now, monotonic: () => now, schedule: () => ({ cancel: () => undefined }) };
  const options = { seed: 1, payments: 100, accounts: 100, startAt: now, ratePerSecond: 10, badRecordsEvery: 0 };
  const planned = [...generateLoad(options)];
  let sent = 0;
  for (const { timestamp, request } of presentLoad(planned, clock)) {
    const plan = planned[sent]?.timestamp ?? 0;
    expect(timestamp - plan).toBe(sent < 50 ? 0 : 60_000 - (planned[50]?.timestamp ?? 0) + 1_000_000);
    expect(request.timestamp).toBeLessThanOrEqual(timestamp);
    sent++;
    if (sent === 50) now += 60_000;
  }
  expect(sent).toBe(planned.length);
});
