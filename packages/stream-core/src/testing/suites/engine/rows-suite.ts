import { describe, expect, test } from 'vitest';

import type { EngineContext } from './engine-context.ts';
import { bytes, first, last, lines, write } from './engine-context.ts';

const mebibyte = 1024 * 1024;

/** Single rows and batches. */
export const rowsSuite = (context: EngineContext): void => {
  describe('rows', () => {
    test('an absent key is null', () => {
      expect(context.open().get(bytes('a'))).toBeNull();
    });

    test('what was put is found, and what was deleted is gone', () => {
      const engine = context.open();
      write(engine, { a: '1', b: '2' });
      write(engine, { a: null, b: '3' });
      expect(engine.get(bytes('a'))).toBeNull();
      expect(engine.get(bytes('b'))).toEqual(bytes('3'));
    });

    test('getMany answers in the order of the keys, and twice for a key that is asked twice', () => {
      const engine = context.open();
      write(engine, { a: '1', b: '2' });
      expect(engine.getMany(['b', 'x', 'a', 'b'].map(bytes))).toEqual([bytes('2'), null, bytes('1'), bytes('2')]);
      expect(engine.getMany([])).toEqual([]);
    });

    test('empty keys and empty values are rows like others', () => {
      const engine = context.open();
      write(engine, { '': 'of the empty key', a: '' });
      expect(engine.get(bytes(''))).toEqual(bytes('of the empty key'));
      expect(engine.get(bytes('a'))).toEqual(bytes(''));
      expect(lines(engine)).toEqual(['=of the empty key', 'a=']);
      write(engine, { '': null });
      expect(lines(engine)).toEqual(['a=']);
    });

    test('keys and values are any bytes', () => {
      const engine = context.open();
      const batch = engine.batch();
      const all = Array.from({ length: 256 }, (_, byte) => bytes([byte, 0, 255 - byte]));
      for (const row of all) batch.put(row, row);
      batch.commit();
      expect(all.every((row) => engine.get(row)?.equals(row))).toBe(true);
      expect([...engine.range(first, last, false)].map(({ key }) => key)).toEqual(all);
    });

    test.each([1_900, 1_944, 1_945, 1_978, 1_979, 4_096, 65_536])('a key may have %i bytes', (length) => {
      const engine = context.open();
      const key = Buffer.alloc(length, 'k');
      const sibling = Buffer.from(key);
      sibling[length - 1] = 0;
      const batch = engine.batch();
      batch.put(key, bytes('1'));
      batch.put(sibling, bytes(''));
      batch.commit();
      expect(engine.getMany([key, sibling, key.subarray(1)])).toEqual([bytes('1'), bytes(''), null]);
      const again = engine.batch();
      again.delete(key);
      again.commit();
      expect(engine.getMany([key, sibling])).toEqual([null, bytes('')]);
    });

    test.each([0, 1, 4_000, 20_000, 100_000, mebibyte, 5 * mebibyte])('a value may have %i bytes', (length) => {
      const engine = context.open();
      const value = Buffer.alloc(length);
      for (let index = 0; index < length; index++) value[index] = index * 31;
      const batch = engine.batch();
      batch.put(bytes('k'), value);
      batch.commit();
      expect(engine.get(bytes('k'))?.equals(value)).toBe(true);
      expect([...engine.range(first, last, false)][0]?.value.equals(value)).toBe(true);
    });
  });

  describe('a batch', () => {
    test('is invisible before its commit, and without one it never was', () => {
      const engine = context.open();
      const batch = engine.batch();
      batch.put(bytes('a'), bytes('1'));
      expect(engine.get(bytes('a'))).toBeNull();
      const other = engine.batch();
      other.put(bytes('b'), bytes('2'));
      other.commit();
      expect(lines(engine)).toEqual(['b=2']);
      batch.commit();
      expect(lines(engine)).toEqual(['a=1', 'b=2']);
    });

    test('the last change of a key counts', () => {
      const engine = context.open();
      const batch = engine.batch();
      batch.put(bytes('a'), bytes('1'));
      batch.delete(bytes('a'));
      batch.put(bytes('b'), bytes('1'));
      batch.put(bytes('b'), bytes('2'));
      batch.delete(bytes('c'));
      batch.put(bytes('c'), bytes('3'));
      batch.delete(bytes('absent'));
      batch.commit();
      expect(lines(engine)).toEqual(['b=2', 'c=3']);
    });

    test('may be empty', () => {
      const engine = context.open();
      engine.batch().commit();
      expect(lines(engine)).toEqual([]);
    });

    test('keeps none of the buffers that it was given', () => {
      const engine = context.open();
      const [key, value] = [bytes('k'), bytes('1')];
      const batch = engine.batch();
      batch.put(key, value);
      key[0] = 0;
      value[0] = 0;
      batch.commit();
      expect(lines(engine)).toEqual(['k=1']);
    });
  });

  test('answers are copies that stay as they are', () => {
    const engine = context.open();
    write(engine, { a: 'one', b: 'two' });
    const kept = [engine.get(bytes('a')), ...[...engine.range(first, last, false)].map(({ value }) => value)];
    write(engine, { a: 'xxx', b: 'yyy' });
    for (let round = 0; round < 10; round++) engine.getMany([bytes('a'), bytes('b')]);
    expect(kept.map(String)).toEqual(['one', 'one', 'two']);
    kept[0]?.fill(0);
    expect(engine.get(bytes('a'))).toEqual(bytes('xxx'));
  });
};
