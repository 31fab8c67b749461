import { describe, expect, test } from 'vitest';

import { sleep } from '../common/clock.ts';
import { ManualClock } from './manual-clock.ts';

describe('a manual clock', () => {
  test('stands still by itself', async () => {
    const clock = new ManualClock(1_000);
    clock.schedule(0, () => expect.fail('nobody moved the clock'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.now()).toBe(1_000);
    expect(clock.monotonic()).toBe(1_000);
    expect(clock.pendingTimers).toBe(1);
  });

  test('fires timers in order, each at its own time', async () => {
    const clock = new ManualClock();
    const fired: [string, number][] = [];
    const note = (name: string) => () => void fired.push([name, clock.now()]);
    clock.schedule(20, note('late'));
    clock.schedule(10, note('early'));
    clock.schedule(10, note('early too'));
    clock.schedule(31, note('never'));
    await clock.advance(30);
    expect(fired).toEqual([
      ['early', 10],
      ['early too', 10],
      ['late', 20],
    ]);
    expect(clock.now()).toBe(30);
  });

  test('lets promises and the timers that they set come along', async () => {
    const clock = new ManualClock();
    const times: number[] = [];
    const loop = async (): Promise<void> => {
      for (let round = 0; round < 5; round++) {
        await sleep(clock, 7);
        await Promise.resolve();
        times.push(clock.now());
      }
    };
    void loop();
    await clock.advance(100);
    expect(times).toEqual([7, 14, 21, 28, 35]);
  });

  test('forgets cancelled timers', async () => {
    const clock = new ManualClock();
    const timer = clock.schedule(5, () => expect.fail('cancelled'));
    timer.cancel();
    timer.cancel();
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(10);
  });
});

describe('settle', () => {
  test('moves no further than the promise needs, and gives its outcome', async () => {
    const clock = new ManualClock();
    clock.schedule(1_000, () => expect.fail('too far'));
    const answer = async (): Promise<string> => {
      await sleep(clock, 40);
      await sleep(clock, 2);
      return 'done';
    };
    expect(await clock.settle(answer())).toBe('done');
    expect(clock.now()).toBe(42);
    const failure = sleep(clock, 5).then(() => {
      throw new Error('failed');
    });
    await expect(clock.settle(failure)).rejects.toThrow('failed');
  });

  test('gives up on a promise that nothing will settle', async () => {
    const clock = new ManualClock();
    await expect(clock.settle(new Promise(() => undefined))).rejects.toThrow('nothing happens');
    const distant = sleep(clock, 1_001);
    await expect(clock.settle(distant, 1_000)).rejects.toThrow('within 1000 ms');
  });
});
