import { expect, test } from 'vitest';

import { ManualClock } from '../../../testing/manual-clock.ts';
import { LeasedClock } from './leased-clock.ts';

test('timers fire on time while the client is heard of', async () => {
  const clock = new ManualClock();
  const leased = new LeasedClock(clock, 100);
  const fired: number[] = [];
  leased.schedule(250, () => fired.push(clock.now()));
  for (let turn = 0; turn < 5; turn++) {
    await clock.advance(60);
    leased.heard();
  }
  expect(fired).toEqual([250]);
});

test('timers of a silent client wait until it is heard of, in their order', async () => {
  const clock = new ManualClock();
  const leased = new LeasedClock(clock, 100);
  const fired: string[] = [];
  leased.schedule(400, () => fired.push('second'));
  leased.schedule(100, () => fired.push('within the lease'));
  leased.schedule(300, () => fired.push('first'));
  const cancelled = leased.schedule(300, () => fired.push('CANCELLED'));
  await clock.advance(1_000);
  expect(fired).toEqual(['within the lease']);
  cancelled.cancel();
  leased.heard();
  expect(fired).toEqual(['within the lease', 'first', 'second']);
  leased.heard();
  expect(fired).toHaveLength(3);
});

test('nothing waits for a client that is gone', async () => {
  const clock = new ManualClock();
  const leased = new LeasedClock(clock, 100);
  const fired: number[] = [];
  for (const delayMs of [500, 2_000]) leased.schedule(delayMs, () => fired.push(clock.now()));
  await clock.advance(1_000);
  expect(fired).toEqual([]);
  leased.end();
  await clock.advance(1_000);
  expect(fired).toEqual([1_000, 2_000]);
});
