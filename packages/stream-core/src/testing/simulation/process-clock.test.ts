import { expect, test } from 'vitest';

import { ManualClock } from '../manual-clock.ts';
import { ProcessClock } from './process-clock.ts';

test('the wall clock of a process has whole milliseconds, and is set by itself', async () => {
  const world = new ManualClock(1_000);
  const [set, other] = [new ProcessClock(world), new ProcessClock(world)];
  await world.advance(10.7);
  set.jump(-3);
  expect([set.now(), other.now()]).toEqual([1_007, 1_010]);
});

test('a process that ends while a timer is about to fire never sees it fire', async () => {
  const world = new ManualClock();
  const clock = new ProcessClock(world);
  clock.onTimer = () => clock.kill();
  const fired: string[] = [];
  clock.schedule(5, () => fired.push('timer'));
  await world.advance(10);
  expect(fired).toEqual([]);
});
