import { describe, expect, test } from 'vitest';

import { stores } from '../../../state/stores.ts';
import { text } from './store-samples.ts';
import type { OpenUnderTest } from './store-under-test.ts';

const lines = (entries: Iterable<{ readonly key: string; readonly value: string }>): string[] =>
  [...entries].map(({ key, value }) => `${key}=${value}`);

const builder = stores.keyValueStore({ name: 's', ...text });

/** Key-value stores, with timestamps and without. */
export const keyValueSuite = (open: OpenUnderTest): void => {
  describe('key-value', () => {
    test('put, get, putIfAbsent, putAll and delete', async () => {
      const { store } = await open(builder);
      expect(store.get('a')).toBeNull();
      store.put('a', '1');
      expect(store.putIfAbsent('a', '2')).toBe('1');
      expect(store.putIfAbsent('b', '')).toBeNull();
      store.putAll([
        { key: 'c', value: '3' },
        { key: 'a', value: null },
      ]);
      expect([store.get('a'), store.get('b'), store.get('c')]).toEqual([null, '', '3']);
      expect([store.delete('c'), store.delete('c'), store.get('c')]).toEqual(['3', null, null]);
      expect(store.approximateNumEntries()).toBe(1);
    });

    test('ranges include both ends, go both ways, and come in the order of the bytes', async () => {
      const task = await open(builder);
      for (const key of ['b', 'a', 'ab', 'd', 'z']) task.store.put(key, key.toUpperCase());
      task.commit();
      task.store.put('c', 'C');
      task.store.put('d', null);
      const { store } = task;
      expect(lines(store.all())).toEqual(['a=A', 'ab=AB', 'b=B', 'c=C', 'z=Z']);
      expect(lines(store.reverseAll())).toEqual(['z=Z', 'c=C', 'b=B', 'ab=AB', 'a=A']);
      expect(lines(store.range('ab', 'c'))).toEqual(['ab=AB', 'b=B', 'c=C']);
      expect(lines(store.reverseRange('ab', 'c'))).toEqual(['c=C', 'b=B', 'ab=AB']);
      expect(lines(store.range(null, 'ab'))).toEqual(['a=A', 'ab=AB']);
      expect(lines(store.range('c', null))).toEqual(['c=C', 'z=Z']);
      expect(lines(store.range('c', 'a'))).toEqual([]);
      expect(lines(store.prefixScan(Buffer.from('a')))).toEqual(['a=A', 'ab=AB']);
    });

    test('a range shows the store as it was when it began, and may be left early', async () => {
      const task = await open(builder);
      for (const key of ['a', 'b', 'c']) task.store.put(key, '1');
      task.commit();
      const seen: string[] = [];
      for (const { key } of task.store.all()) {
        seen.push(key);
        task.store.put('c', null);
        task.store.put('d', '1');
      }
      expect(seen).toEqual(['a', 'b', 'c']);
      for (const { key } of task.store.all()) {
        expect(key).toBe('a');
        break;
      }
    });

    test('a null key is refused', async () => {
      const { store } = await open(builder);
      expect(() => store.put(null as never, '1')).toThrow('a key must not be null');
      expect(() => store.get(null as never)).toThrow('a key must not be null');
    });

    test('writes are logged with the time of the record, and from the cache once a commit', async () => {
      const plain = await open(builder);
      const cached = await open(stores.keyValueStore({ name: 's', ...text, caching: true }));
      for (const task of [plain, cached]) {
        task.at(5).put('a', '1');
        task.at(6).put('a', '2');
        expect(task.store.get('a')).toBe('2');
        task.commit();
        expect(task.store.get('a')).toBe('2');
      }
      expect(plain.logged.map(({ value, timestamp }) => `${value}@${timestamp}`)).toEqual(['1@5', '2@6']);
      expect(cached.logged.map(({ value, timestamp }) => `${value}@${timestamp}`)).toEqual(['2@6']);
      const silent = await open(stores.keyValueStore({ name: 's', ...text, logging: false }));
      silent.at(5).put('a', '1');
      expect(silent.logged).toEqual([]);
    });

    test('a timestamped store logs the plain value with its own timestamp', async () => {
      const task = await open(stores.timestampedKeyValueStore({ name: 's', ...text }));
      task.at(9).put('a', { value: '1', timestamp: 4 });
      expect(task.store.get('a')).toEqual({ value: '1', timestamp: 4 });
      task.at(9).put('a', null);
      expect(task.logged.map(({ value, timestamp }) => `${value}@${timestamp}`)).toEqual(['1@4', 'null@9']);
    });
  });
};
