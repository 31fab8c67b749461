import { describe, expect, test } from 'vitest';

import { emptyRecordContext } from '../common/record-context.ts';
import type { CacheEntry, StoreCache } from './record-cache.ts';
import { RecordCache } from './record-cache.ts';

const row = (key: string, value: string | null, segment = 0): CacheEntry => ({
  segment,
  key: Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
  context: emptyRecordContext(0),
});

/** The cache of one store, where `written` gets `key=value` of every row that leaves it. */
const begin = (onWrite: (text: string, cache: StoreCache) => void = () => undefined, maxBytes = 1_000_000) => {
  const written: string[] = [];
  const owner = new RecordCache(maxBytes);
  const cache: StoreCache = owner.open(({ key, value }) => {
    const text = `${key}=${value}`;
    onWrite(text, cache);
    written.push(text);
  });
  const put = (...names: readonly string[]): void => {
    for (const name of names) cache.put(name, row(name, 'x'), true);
  };
  return { owner, cache, written, put };
};

/** Throws at the first write of a row, and never again. */
const failingOnce = (unwritable: string) => {
  let hasFailed = false;
  return (text: string): void => {
    if (text !== unwritable || hasFailed) return;
    hasFailed = true;
    throw new Error(`cannot write ${text}`);
  };
};

test('the number of the segment counts in the size of a row, where there are segments', () => {
  const owner = new RecordCache(1_000_000);
  const rows = owner.open(() => undefined);
  rows.put('a', row('a', 'x'), true);
  const plain = owner.sizeBytes;
  const segmented = owner.open(() => undefined, 8);
  segmented.put('a', row('a', 'x'), true);
  expect(owner.sizeBytes - plain).toBe(plain + 8);
});

describe('a flush', () => {
  test('writes the dirty rows in the order of their last write, once', () => {
    const { cache, written, put } = begin();
    put('a', 'b', 'a', 'c');
    cache.flush();
    cache.flush();
    expect(written).toEqual(['b=x', 'a=x', 'c=x']);
  });

  test('leaves rows cached, and lets deleted ones go', () => {
    const { owner, cache, put } = begin();
    put('a');
    cache.put('gone', row('gone', null), true);
    const before = owner.sizeBytes;
    cache.flush();
    expect(cache.get('a')).toMatchObject({ key: Buffer.from('a') });
    expect(cache.get('gone')).toBeUndefined();
    expect(owner.sizeBytes).toBeLessThan(before);
    cache.clear();
    expect(owner.sizeBytes).toBe(0);
  });

  test('takes a row that a write puts again to the next flush', () => {
    const { cache, written, put } = begin((text, own) => {
      if (text === 'a=x') own.put('b', row('b', 'new'), true);
    });
    put('a', 'b');
    cache.flush();
    expect(written).toEqual(['a=x', 'b=x']);
    cache.flush();
    expect(written).toEqual(['a=x', 'b=x', 'b=new']);
  });
});

describe('a row that cannot be written', () => {
  test('in a flush is its own matter: those behind it are written by the next flush, in their order', () => {
    const { cache, written, put } = begin(failingOnce('b=x'));
    put('a', 'b', 'c', 'd');
    expect(() => cache.flush()).toThrow('cannot write b=x');
    put('e', 'c');
    cache.flush();
    expect(written).toEqual(['a=x', 'd=x', 'e=x', 'c=x']);
  });

  test('in an eviction is its own matter: the rows of other keys are still written, and cached until then', () => {
    const { owner, cache, written, put } = begin(failingOnce('a=x'), 3 * 47);
    put('a', 'b', 'c');
    expect(() => put('d')).toThrow('cannot write a=x');
    expect(['a', 'b', 'c', 'd'].map((name) => cache.get(name)?.value?.toString())).toEqual([undefined, 'x', 'x', 'x']);
    cache.flush();
    expect(written).toEqual(['b=x', 'c=x', 'd=x']);
    expect(owner.sizeBytes).toBeLessThanOrEqual(3 * 47);
  });

  test('does not bring back what was put meanwhile, and keeps what was evicted meanwhile', () => {
    const { cache, written, put } = begin((text, own) => {
      if (text !== 'a=x') return;
      own.put('b', row('b', 'new'), true);
      own.evictOldest(); // a, which is clean by now
      own.evictOldest(); // c, which is clean by now
      throw new Error('cannot write a');
    });
    put('a', 'b', 'c');
    expect(() => cache.flush()).toThrow('cannot write a');
    expect(cache.get('c')?.value?.toString()).toBe('x');
    cache.flush();
    expect(written).toEqual(['c=x', 'b=new']);
  });

  test('leaves tombstones behind it to be written', () => {
    const { cache, written, put } = begin(failingOnce('a=x'));
    put('a');
    cache.put('gone', row('gone', null), true);
    expect(() => cache.flush()).toThrow('cannot write a=x');
    expect(cache.get('gone')?.value).toBeNull();
    cache.flush();
    expect(written).toEqual(['gone=null']);
    expect(cache.get('gone')).toBeUndefined();
  });
});

test('segments are those of cached rows, and go with the last of them', () => {
  const { cache } = begin();
  cache.put('5a', row('a', 'x', 5), true);
  cache.put('5b', row('b', 'x', 5), true);
  cache.put('5b', row('b', 'y', 5), true);
  cache.put('7a', row('a', null, 7), true);
  expect(cache.segments(0, 9)).toEqual([5, 7]);
  expect(cache.segments(6, 9)).toEqual([7]);
  cache.flush();
  expect(cache.segments(0, 9)).toEqual([5]);
  cache.evictOldest();
  expect(cache.segments(0, 9)).toEqual([5]);
  cache.evictOldest();
  expect(cache.segments(0, 9)).toEqual([]);
  cache.put('8a', row('a', 'x', 8), true);
  cache.clear();
  expect(cache.segments(0, 9)).toEqual([]);
});
