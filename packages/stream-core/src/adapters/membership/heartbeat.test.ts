import { expect, test } from 'vitest';

import { ManualClock } from '../../testing/manual-clock.ts';
import { Heartbeat } from './heartbeat.ts';

const open = () => {
  const clock = new ManualClock();
  const sent: { at: number; answer: () => void }[] = [];
  const heartbeat = new Heartbeat(clock, 100, () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    sent.push({ at: clock.now(), answer: resolve });
    return promise;
  });
  const times = (): number[] => sent.map(({ at }) => at);
  const answer = (): void => sent.at(-1)?.answer();
  return { clock, heartbeat, times, answer };
};

test('beats at its interval, counted from the last answer', async () => {
  const { clock, heartbeat, times, answer } = open();
  heartbeat.start();
  heartbeat.start();
  await clock.advance(150);
  answer();
  await clock.advance(200);
  expect(times()).toEqual([100, 250]);
});

test('beats at once when it is told to, and again after one that was under way', async () => {
  const { clock, heartbeat, times, answer } = open();
  heartbeat.start();
  await clock.advance(10);
  heartbeat.beat();
  heartbeat.beat();
  heartbeat.beat();
  expect(times()).toEqual([10]);
  answer();
  await clock.advance(5);
  expect(times()).toEqual([10, 10]);
  answer();
  await clock.advance(150);
  expect(times()).toEqual([10, 10, 115]);
});

test('is silent unless it runs, and leaves no timer', async () => {
  const { clock, heartbeat, times, answer } = open();
  heartbeat.beat();
  heartbeat.start();
  heartbeat.beat();
  heartbeat.beat();
  heartbeat.stop();
  answer();
  await clock.advance(1_000);
  expect(times()).toEqual([0]);
  expect(clock.pendingTimers).toBe(0);
});
