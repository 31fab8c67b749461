import { describe, expect, test } from 'vitest';

import type { SessionIterator } from '../../../state/session-store.ts';
import { stores } from '../../../state/stores.ts';
import { text } from './store-samples.ts';
import type { OpenUnderTest } from './store-under-test.ts';

const builder = stores.sessionStore({ name: 's', ...text, retention: '2m' });

const session = (key: string, start: number, end: number) => ({ key, window: { start, end } });
const lines = (found: SessionIterator<string, string>): string[] =>
  [...found].map(({ key, value }) => `${key.key}@${key.window.start}-${key.window.end}=${value}`);

/** Session stores, persistent and not. */
export const sessionSuite = (open: OpenUnderTest): void => {
  describe('session', () => searchTests(open));
  describe('session, over time', () => expiryTests(open));
};

const searchTests = (open: OpenUnderTest): void => {
  const filled = async (isPersistent = true) => {
    const task = await open(builder, { isPersistent });
    task.store.put(session('a', 0, 10), '1');
    task.store.put(session('a', 40, 50), '3');
    task.store.put(session('aa', 5, 30), '4');
    task.commit();
    task.store.put(session('a', 20, 30), '2');
    task.store.put(session('b', 0, 70_000), '5');
    return task;
  };

  test('fetches one session, and overwrites and removes it', async () => {
    const task = await filled();
    const { store } = task;
    expect([store.fetchSession('a', 20, 30), store.fetchSession('a', 20, 31)]).toEqual(['2', null]);
    store.put(session('a', 20, 30), 'new');
    expect(store.fetchSession('a', 20, 30)).toBe('new');
    store.remove(session('a', 20, 30));
    store.put(session('a', 0, 10), null);
    store.remove(session('nobody', 0, 10));
    task.commit();
    task.reopen();
    expect(lines(task.store.fetch('a'))).toEqual(['a@40-50=3']);
  });

  test('finds the sessions that touch a stretch of time, both ends included', async () => {
    const { store } = await filled();
    expect(lines(store.findSessions('a', 10, 20))).toEqual(['a@0-10=1', 'a@20-30=2']);
    expect(lines(store.findSessions('a', 11, 19))).toEqual([]);
    expect(lines(store.backwardFindSessions('a', 0, 40))).toEqual(['a@40-50=3', 'a@20-30=2', 'a@0-10=1']);
    expect(lines(store.findSessions('a', -1_000, 0))).toEqual(['a@0-10=1']);
    expect(lines(store.findSessions('a', 'aa', 30, 40))).toEqual(['a@20-30=2', 'a@40-50=3', 'aa@5-30=4']);
    expect(lines(store.backwardFindSessions('aa', null, 0, 100))).toEqual(['b@0-70000=5', 'aa@5-30=4']);
    expect(lines(store.findSessions('b', 'a', 0, 100))).toEqual([]);
  });

  test('fetches all sessions of a key, of a range of keys, and of a time of their end', async () => {
    const { store } = await filled();
    expect(lines(store.fetch('a'))).toEqual(['a@0-10=1', 'a@20-30=2', 'a@40-50=3']);
    expect(lines(store.backwardFetch('a'))).toEqual(['a@40-50=3', 'a@20-30=2', 'a@0-10=1']);
    expect(lines(store.fetch('aa', 'b'))).toEqual(['aa@5-30=4', 'b@0-70000=5']);
    expect(lines(store.backwardFetch(null, 'aa'))).toEqual(['aa@5-30=4', 'a@40-50=3', 'a@20-30=2', 'a@0-10=1']);
    expect(lines(store.findSessions(30, 70_000))).toEqual(['aa@5-30=4', 'a@20-30=2', 'a@40-50=3', 'b@0-70000=5']);
  });

  test('in memory sessions of several keys come by their end, and the later start first', async () => {
    const { store } = await filled(false);
    store.put(session('a', 25, 30), '6');
    expect(lines(store.fetch('a', 'aa'))).toEqual(['a@0-10=1', 'a@25-30=6', 'a@20-30=2', 'aa@5-30=4', 'a@40-50=3']);
    expect(lines(store.backwardFetch('a'))).toEqual(['a@40-50=3', 'a@20-30=2', 'a@25-30=6', 'a@0-10=1']);
    expect(lines(store.findSessions(30, 30))).toEqual(['a@25-30=6', 'a@20-30=2', 'aa@5-30=4']);
  });
};

const expiryTests = (open: OpenUnderTest): void => {
  test('a session that ended before the retention cannot be read', async () => {
    const task = await open(builder);
    task.store.put(session('a', 0, 1_000), 'old');
    task.store.put(session('b', 0, 120_999), 'b');
    expect(task.store.fetchSession('a', 0, 1_000)).toBe('old');
    task.store.put(session('b', 0, 121_000), 'b');
    expect(task.store.fetchSession('a', 0, 1_000)).toBeNull();
    expect(lines(task.store.fetch('a'))).toEqual([]);
    // It is just then that it closes.
    expect(lines(task.store.findSessions(0, 1_000))).toEqual(['a@0-1000=old']);
    task.commit();
    task.reopen();
    expect(task.store.fetchSession('a', 0, 1_000)).toBeNull();
  });

  test('what is too old is dropped by segment in a database, and by session in memory', async () => {
    for (const [isPersistent, dropped] of [
      [true, 1],
      [false, 2],
    ] as const) {
      const task = await open(builder, { isPersistent });
      task.store.put(session('a', 0, 200_000), 'a');
      task.store.put(session('a', 0, 70_000), 'late');
      task.store.put(session('a', 0, 50_000), 'later');
      expect(task.dropped).toBe(dropped);
      task.store.remove(session('a', 0, 50_000));
      expect(task.dropped).toBe(dropped);
      expect(lines(task.store.fetch('a'))).toEqual(['a@0-200000=a']);
      expect(task.logged.length).toBe(4);
    }
  });

  test('key, end and start are the key in the changelog, and the cache logs once a commit', async () => {
    for (const caching of [false, true]) {
      const task = await open(stores.sessionStore({ name: 's', ...text, retention: '2m', caching }));
      task.at(100).put(session('a', 100, 100), ',1');
      task.at(150).remove(session('a', 100, 100));
      task.at(150).put(session('a', 100, 150), '~,1,2');
      expect(lines(task.store.fetch('a'))).toEqual(['a@100-150=~,1,2']);
      task.commit();
      const written = task.logged.map(({ key, value, timestamp }) => `${key.toString('base64')} ${value} ${timestamp}`);
      // The recorded bytes of Kafka Streams.
      const all = [
        'YQAAAAAAAABkAAAAAAAAAGQ= ,1 100',
        'YQAAAAAAAABkAAAAAAAAAGQ= null 150',
        'YQAAAAAAAACWAAAAAAAAAGQ= ~,1,2 150',
      ];
      expect(written).toEqual(caching ? all.slice(1) : all);
    }
  });
};
