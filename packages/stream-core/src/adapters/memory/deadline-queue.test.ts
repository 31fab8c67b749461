import { expect, test } from 'vitest';

import { ManualClock } from '../../testing/manual-clock.ts';
import { DeadlineQueue } from './deadline-queue.ts';

test('fires in the order of the times, then of the calls', async () => {
  const clock = new ManualClock();
  const queue = new DeadlineQueue(clock);
  queue.hold();
  const fired: string[] = [];
  queue.schedule(20, () => fired.push('c'));
  queue.schedule(10, () => fired.push('a'));
  queue.schedule(10, () => fired.push('b'));
  await clock.advance(9);
  expect(fired).toEqual([]);
  await clock.advance(1);
  expect(fired).toEqual(['a', 'b']);
  await clock.advance(100);
  expect(fired).toEqual(['a', 'b', 'c']);
});

test('has one timer at most, and none once everything was cancelled', async () => {
  const clock = new ManualClock();
  const queue = new DeadlineQueue(clock);
  queue.hold();
  const timers = Array.from({ length: 1_000 }, (_, index) => queue.schedule(index + 1, () => expect.fail('cancelled')));
  expect(clock.pendingTimers).toBe(1);
  for (const timer of timers) timer.cancel();
  expect(clock.pendingTimers).toBe(0);
  await clock.advance(2_000);
});

test('keeps what is left when most was cancelled', async () => {
  const clock = new ManualClock();
  const queue = new DeadlineQueue(clock);
  queue.hold();
  const fired: number[] = [];
  const timers = Array.from({ length: 500 }, (_, index) => queue.schedule(500 - index, () => fired.push(500 - index)));
  for (const [index, timer] of timers.entries()) if (index % 5 !== 0) timer.cancel();
  await clock.advance(1_000);
  expect(fired).toEqual(Array.from({ length: 100 }, (_, index) => (index + 1) * 5));
});

test('holds no timer without a holder, and catches up for the next one', async () => {
  const clock = new ManualClock();
  const queue = new DeadlineQueue(clock);
  const fired: string[] = [];
  queue.schedule(10, () => fired.push('due'));
  queue.schedule(1_000, () => fired.push('later'));
  expect(clock.pendingTimers).toBe(0);
  await clock.advance(50);
  expect(fired).toEqual([]);
  queue.hold();
  expect(fired).toEqual(['due']);
  expect(clock.pendingTimers).toBe(1);
  queue.hold();
  queue.release();
  expect(clock.pendingTimers).toBe(1);
  queue.release();
  expect(clock.pendingTimers).toBe(0);
});

test('lets a callback set and cancel others', async () => {
  const clock = new ManualClock();
  const queue = new DeadlineQueue(clock);
  queue.hold();
  const fired: string[] = [];
  queue.schedule(10, () => {
    doomed.cancel();
    queue.schedule(0, () => fired.push('at once'));
    queue.schedule(5, () => fired.push('later'));
  });
  const doomed = queue.schedule(10, () => fired.push('doomed'));
  await clock.advance(10);
  expect(fired).toEqual(['at once']);
  await clock.advance(5);
  expect(fired).toEqual(['at once', 'later']);
});
