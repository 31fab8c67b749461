import { describe, expect, test } from 'vitest';

import { stores } from '../../../state/stores.ts';
import type { VersionedRecord } from '../../../state/versioned-key-value-store.ts';
import { putReturnCodes } from '../../../state/versioned-key-value-store.ts';
import { text } from './store-samples.ts';
import type { OpenUnderTest } from './store-under-test.ts';

const builder = stores.versionedKeyValueStore({ name: 's', ...text, historyRetention: 100 });
const { validToUndefined, notPut } = putReturnCodes;

const line = (found: VersionedRecord<string> | null): string =>
  found === null ? 'null' : `${found.value} ${found.timestamp}-${found.validTo ?? ''}`;

/** Versioned key-value stores. */
export const versionedSuite = (open: OpenUnderTest): void => {
  describe('versioned key-value', () => versionTests(open));
  describe('versioned key-value, over time', () => historyTests(open));
};

const versionTests = (open: OpenUnderTest): void => {
  test('a version is valid until the next one begins', async () => {
    const { store } = await open(builder);
    expect(store.put('a', 'v10', 10)).toBe(validToUndefined);
    expect(store.put('a', 'v30', 30)).toBe(validToUndefined);
    expect(store.put('a', 'v20', 20)).toBe(30);
    expect(store.put('a', 'v5', 5)).toBe(10);
    expect([4, 5, 9, 10, 20, 29, 30, 99].map((time) => line(store.get('a', time)))).toEqual([
      'null',
      'v5 5-10',
      'v5 5-10',
      'v10 10-20',
      'v20 20-30',
      'v20 20-30',
      'v30 30-',
      'v30 30-',
    ]);
    expect([line(store.get('a')), line(store.get('b'))]).toEqual(['v30 30-', 'null']);
  });

  test('a put at the time of a version replaces it', async () => {
    const { store } = await open(builder);
    store.put('a', 'x', 10);
    store.put('a', 'y', 20);
    expect([store.put('a', 'X', 10), store.put('a', 'Y', 20)]).toEqual([20, validToUndefined]);
    expect([line(store.get('a', 15)), line(store.get('a'))]).toEqual(['X 10-20', 'Y 20-']);
  });

  test('a deletion ends a version, and is itself a version', async () => {
    const { store } = await open(builder);
    expect(store.put('a', null, 50)).toBe(validToUndefined);
    expect(store.put('a', 'x', 10)).toBe(50);
    expect([line(store.get('a')), line(store.get('a', 49)), line(store.get('a', 50))]).toEqual([
      'null',
      'x 10-50',
      'null',
    ]);
    expect(store.put('a', 'y', 60)).toBe(validToUndefined);
    expect(store.put('a', null, 20)).toBe(50);
    expect([line(store.get('a', 19)), line(store.get('a', 20)), line(store.get('a', 60))]).toEqual([
      'x 10-20',
      'null',
      'y 60-',
    ]);
  });

  test('delete returns what was valid then', async () => {
    const task = await open(builder);
    task.store.put('a', 'x', 10);
    task.store.put('a', 'y', 30);
    expect(line(task.store.delete('a', 20))).toBe('x 10-30');
    expect(line(task.store.delete('a', 40))).toBe('y 30-');
    expect(task.store.delete('a', 50)).toBeNull();
    expect(task.store.get('a')).toBeNull();
  });

  test('keys of which one begins like the other do not mix', async () => {
    const task = await open(builder);
    for (const key of ['a', 'aa', 'a\u0000', ''])
      for (const time of [10, 20]) task.store.put(key, `${key}${time}`, time);
    task.commit();
    expect(['a', 'aa', 'a\u0000', ''].map((key) => line(task.store.get(key, 15)))).toEqual([
      'a10 10-20',
      'aa10 10-20',
      'a\u000010 10-20',
      '10 10-20',
    ]);
  });
};

const historyTests = (open: OpenUnderTest): void => {
  test('nothing older than the history retention is put or found, but the latest version', async () => {
    const task = await open(builder);
    task.store.put('a', 'x', 10);
    task.store.put('a', 'y', 20);
    task.store.put('b', 'z', 120);
    expect(line(task.store.get('a', 19))).toBe('null');
    expect(line(task.store.get('a', 20))).toBe('y 20-');
    expect([task.store.put('a', 'late', 19), task.dropped]).toEqual([notPut, 1]);
    expect([task.store.delete('a', 19), task.dropped]).toEqual([null, 2]);
    task.commit();
    task.reopen();
    task.store.put('c', 'w', 1_000);
    expect([line(task.store.get('a')), line(task.store.get('a', 50))]).toEqual(['y 20-', 'y 20-']);
  });

  test('the time that was seen is committed', async () => {
    const task = await open(builder);
    task.store.put('a', 'x', 1_000);
    task.commit();
    task.reopen();
    expect(task.store.put('b', 'late', 899)).toBe(notPut);
    expect(task.store.put('b', 'in time', 900)).toBe(validToUndefined);
  });

  test('every put is logged with the time of its version, also one that came too late', async () => {
    const task = await open(builder);
    task.at(7).put('a', 'x', 500);
    task.at(7).put('a', 'late', 10);
    task.at(7).delete('a', 20);
    task.at(7).put('a', null, 510);
    const written = task.logged.map(({ key, value, timestamp }) => `${key} ${value} ${timestamp}`);
    expect(written).toEqual(['a x 500', 'a late 10', 'a null 20', 'a null 510']);
  });
};
