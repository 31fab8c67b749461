import { expect, test } from 'vitest';

import { ManualClock } from './testing/manual-clock.ts';
import { ThreadRestarts } from './thread-restarts.ts';

/** The length of the next pause. */
const pauseOf = async (clock: ManualClock, restarts: ThreadRestarts): Promise<number> => {
  const startedMs = clock.now();
  await clock.settle(restarts.pause());
  return clock.now() - startedMs;
};

const pausesOf = async (clock: ManualClock, restarts: ThreadRestarts, count: number): Promise<number[]> => {
  const pauses: number[] = [];
  for (let index = 0; index < count; index++) pauses.push(await pauseOf(clock, restarts));
  return pauses;
};

test('the pauses grow up to ten seconds, and begin anew when a thread runs', async () => {
  const clock = new ManualClock(1_000);
  const restarts = new ThreadRestarts(clock);
  expect(await pausesOf(clock, restarts, 9)).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
  restarts.reset();
  expect(await pausesOf(clock, restarts, 2)).toEqual([100, 200]);
});

test('it is worth to try again for five minutes after the first failure, and anew when a thread has run', async () => {
  const clock = new ManualClock(1_000);
  const restarts = new ThreadRestarts(clock);
  expect(restarts.mayRetry()).toBe(true);
  await clock.advance(299_999);
  expect(restarts.mayRetry()).toBe(true);
  await clock.advance(1);
  expect(restarts.mayRetry()).toBe(false);
  restarts.reset();
  expect(restarts.mayRetry()).toBe(true);
  await clock.advance(299_999);
  expect(restarts.mayRetry()).toBe(true);
});

test('stop ends a pause at once, and there is none afterwards', async () => {
  const clock = new ManualClock(1_000);
  const restarts = new ThreadRestarts(clock);
  const pause = restarts.pause();
  expect(clock.pendingTimers).toBe(1);
  restarts.stop();
  await pause;
  await restarts.pause();
  expect(clock.pendingTimers).toBe(0);
});
