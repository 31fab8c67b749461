import { describe, expect, test } from 'vitest';

import type { KeyValue } from '../../../common/stream-record.ts';
import type { Windowed } from '../../../common/window.ts';
import { stores } from '../../../state/stores.ts';
import { text } from './store-samples.ts';
import type { OpenUnderTest } from './store-under-test.ts';

const options = { name: 's', ...text, retention: '2m', windowSize: '10s' } as const;
const builder = stores.windowStore(options);

const lines = (entries: Iterable<KeyValue<Windowed<string>, string>>): string[] =>
  [...entries].map(({ key, value }) => `${key.key}@${key.window.start}=${value}`);
const values = (entries: Iterable<{ readonly start: number; readonly value: string }>): string[] =>
  [...entries].map(({ start, value }) => `${start}=${value}`);

/** Window stores, with duplicates and without. */
export const windowSuite = (open: OpenUnderTest): void => {
  describe('window', () => {
    test('fetches by key and time, both ends included, both ways', async () => {
      const task = await open(builder);
      for (const start of [0, 30_000, 61_000, 119_000]) task.store.put('a', `v${start}`, start);
      task.commit();
      task.store.put('aa', 'other', 30_000);
      task.store.put('a', null, 61_000);
      const { store } = task;
      expect(store.fetch('a', 30_000)).toBe('v30000');
      expect(store.fetch('a', 30_001)).toBeNull();
      expect(values(store.fetch('a', 30_000, 119_000))).toEqual(['30000=v30000', '119000=v119000']);
      expect(values(store.backwardFetch('a', 0, 119_000))).toEqual(['119000=v119000', '30000=v30000', '0=v0']);
      expect(values(store.fetch('a', -5, 29_999))).toEqual(['0=v0']);
    });

    test('fetches ranges of keys, and all', async () => {
      const { store } = await open(builder);
      for (const key of ['b', 'a', 'c']) store.put(key, key, 1_000);
      store.put('a', 'later', 90_000);
      expect(lines(store.all())).toEqual(['a@1000=a', 'b@1000=b', 'c@1000=c', 'a@90000=later']);
      expect(lines(store.backwardAll())).toEqual(['a@90000=later', 'c@1000=c', 'b@1000=b', 'a@1000=a']);
      expect(lines(store.fetch('a', 'b', 0, 2_000))).toEqual(['a@1000=a', 'b@1000=b']);
      expect(lines(store.fetch('b', null, 0, 100_000))).toEqual(['b@1000=b', 'c@1000=c']);
      expect(lines(store.backwardFetch(null, 'a', 0, 100_000))).toEqual(['a@90000=later', 'a@1000=a']);
      expect(lines(store.fetchAll(2_000, 90_000))).toEqual(['a@90000=later']);
      expect(lines(store.backwardFetchAll(0, 1_000))).toEqual(['c@1000=c', 'b@1000=b', 'a@1000=a']);
    });

    test('forgets what is older than the retention, and refuses what is older than its segments', async () => {
      const task = await open(builder);
      task.store.put('a', 'old', 1_000);
      task.store.put('b', 'young', 121_000);
      expect(task.store.fetch('a', 1_000)).toBeNull();
      expect(task.dropped).toBe(0);
      task.store.put('b', 'younger', 300_000);
      task.commit();
      task.store.put('a', 'late', 60_000);
      expect(task.dropped).toBe(1);
      expect(lines(task.store.all())).toEqual(['b@300000=younger']);
      task.reopen();
      expect(lines(task.store.all())).toEqual(['b@300000=younger']);
      task.store.put('a', 'late', 60_000);
      expect([task.dropped, lines(task.store.all())]).toEqual([2, ['b@300000=younger']]);
    });

    test('keeps all values of a time where duplicates are retained, in the order in which they came', async () => {
      const task = await open(stores.windowStore({ ...options, retainDuplicates: true }));
      task.store.put('a', '1', 5);
      task.store.put('a', '1', 5);
      task.store.put('a', null, 5);
      task.commit();
      task.reopen();
      task.store.put('a', '2', 5);
      expect(values(task.store.fetch('a', 5, 5))).toEqual(['5=1', '5=1', '5=2']);
    });
  });
};
