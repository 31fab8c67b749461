import { describe, expect, test } from 'vitest';

import { joinStore } from './store-samples.ts';
import type { OpenUnderTest } from './store-under-test.ts';

/** The store of unmatched records of a stream-stream join. */
export const outerJoinSuite = (open: OpenUnderTest): void => {
  describe('outer join', () => {
    test('keeps every record, by time, right before left, then key', async () => {
      const task = await open(joinStore);
      const { store } = task;
      expect(store.minTimestamp()).toBeNull();
      const add = (side: 'left' | 'right', key: string, timestamp: number, value: string) =>
        store.add({
          side,
          key,
          timestamp,
          left: side === 'left' ? value : null,
          right: side === 'right' ? value : null,
        });
      add('left', 'b', 20, '1');
      add('left', 'a', 20, '2');
      task.commit();
      add('left', 'a', 20, '2');
      add('right', 'a', 20, '3');
      add('right', 'a', 10, '4');
      expect(store.minTimestamp()).toBe(10);
      const all = [...store.all()].map(({ side, key, timestamp, left, right }) => [
        timestamp,
        side,
        key,
        left ?? right,
      ]);
      expect(all).toEqual([
        [10, 'right', 'a', '4'],
        [20, 'right', 'a', '3'],
        [20, 'left', 'a', '2'],
        [20, 'left', 'a', '2'],
        [20, 'left', 'b', '1'],
      ]);
    });

    test('a record that met its partner leaves, and is logged as deleted once', async () => {
      const task = await open(joinStore);
      task.store.add({ side: 'left', key: 'a', timestamp: 1, left: 'x', right: null });
      task.commit();
      task.store.removeIfPresent('left', 'a', 1);
      task.store.removeIfPresent('left', 'a', 1);
      task.store.removeIfPresent('right', 'a', 1);
      expect([...task.store.all()]).toEqual([]);
      expect(task.logged.map(({ value }) => value === null)).toEqual([false, true]);
    });
  });
};
