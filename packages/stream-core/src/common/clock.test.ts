import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { sleep, systemClock, yieldToEventLoop } from './clock.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 5_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

test('the clock of the machine tells its time, and durations that never go back', () => {
  const before = systemClock.monotonic();
  expect(systemClock.now()).toBe(5_000);
  vi.advanceTimersByTime(30);
  expect(systemClock.now()).toBe(5_030);
  vi.setSystemTime(0);
  expect(systemClock.now()).toBe(0);
  expect(systemClock.monotonic() - before).toBe(30);
});

test('a timer fires once, after its delay', () => {
  const fired = vi.fn();
  systemClock.schedule(10, fired);
  vi.advanceTimersByTime(9);
  expect(fired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(100);
  expect(fired).toHaveBeenCalledTimes(1);
});

test('a timer that was cancelled does not fire', () => {
  const fired = vi.fn();
  systemClock.schedule(10, fired).cancel();
  vi.advanceTimersByTime(100);
  expect(fired).not.toHaveBeenCalled();
});

test('a sleep ends when the time is over, and not before', async () => {
  let isAwake = false;
  const sleeping = sleep(systemClock, 10).then(() => {
    isAwake = true;
  });
  await vi.advanceTimersByTimeAsync(9);
  expect(isAwake).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(isAwake).toBe(true);
  await sleeping;
});

test('a turn of the event loop lets promises come first', async () => {
  vi.useRealTimers();
  const order: string[] = [];
  const turn = yieldToEventLoop().then(() => order.push('turn'));
  await Promise.resolve().then(() => order.push('promise'));
  await turn;
  expect(order).toEqual(['promise', 'turn']);
});
