import { describe, expect, test } from 'vitest';

import type { StateEngine } from '../../../state/state-engine.ts';
import type { EngineContext } from './engine-context.ts';
import { bytes, first, last, lines, write } from './engine-context.ts';

const numbered = (number: number): Buffer => bytes(String(number).padStart(7, '0'));

/** Rows 0 to `count - 1`, in batches. */
const fill = (engine: StateEngine, count: number): void => {
  for (let from = 0; from < count; from += 5_000) {
    const batch = engine.batch();
    for (let row = from; row < Math.min(count, from + 5_000); row++) batch.put(numbered(row), bytes(`${row}`));
    batch.commit();
  }
};

/** The rows are the numbers from `from` to `to - 1`. */
const expectNumbers = (engine: StateEngine, from: number, to: number, reverse = false): void => {
  let count = 0;
  for (const { key, value } of engine.range(numbered(from), numbered(to), reverse)) {
    const row = reverse ? to - 1 - count : from + count;
    if (!key.equals(numbered(row)) || !value.equals(bytes(`${row}`))) expect(`${key}=${value}`).toBe(`${row}`);
    count++;
  }
  expect(count).toBe(to - from);
};

/** Ranges in both directions, their bounds, what they see and what they hold. */
export const rangeSuite = (context: EngineContext, rows: number): void => {
  describe('a range', () => {
    test('has its first bound and not its second, in both directions', () => {
      const engine = context.open();
      write(engine, { a: '1', b: '2', ba: '3', c: '4' });
      expect(lines(engine, bytes('a'), bytes('c'))).toEqual(['a=1', 'b=2', 'ba=3']);
      expect(lines(engine, bytes('a'), bytes('c'), true)).toEqual(['ba=3', 'b=2', 'a=1']);
      expect(lines(engine, bytes('aa'), bytes('bb'))).toEqual(['b=2', 'ba=3']);
      expect(lines(engine, bytes('aa'), bytes('bb'), true)).toEqual(['ba=3', 'b=2']);
      expect(lines(engine, first, bytes('a'))).toEqual([]);
      expect(lines(engine, bytes('c'), last, true)).toEqual(['c=4']);
    });

    test('is empty where its bounds are the same or the wrong way round', () => {
      const engine = context.open();
      write(engine, { a: '1', b: '2' });
      for (const reverse of [false, true]) {
        expect(lines(engine, bytes('a'), bytes('a'), reverse)).toEqual([]);
        expect(lines(engine, bytes('b'), bytes('a'), reverse)).toEqual([]);
        expect(lines(engine, first, first, reverse)).toEqual([]);
      }
    });

    test('is in the order of bytes', () => {
      const engine = context.open();
      const keys = [[], [0], [0, 0], [0, 255], [1], [127], [128], [255], [255, 0], [255, 255]].map(bytes);
      const batch = engine.batch();
      for (const key of [...keys].reverse()) batch.put(key, bytes('v'));
      batch.commit();
      expect([...engine.range(first, last, false)].map(({ key }) => key)).toEqual(keys);
      expect([...engine.range(first, last, true)].map(({ key }) => key)).toEqual([...keys].reverse());
    });

    test(`has all of ${rows} rows`, () => {
      const engine = context.open();
      fill(engine, rows);
      expectNumbers(engine, 0, rows);
      expectNumbers(engine, 0, rows, true);
      expectNumbers(engine, Math.floor(rows / 3), Math.floor(rows / 2));
      for (let row = 0; row < rows; row += 97) expect(engine.get(numbered(row))).toEqual(bytes(`${row}`));
    });

    test('shows the rows as they were when it was asked for', () => {
      const engine = context.open();
      fill(engine, 1_000);
      const range = engine.range(numbered(0), numbered(2_000), false);
      const batch = engine.batch();
      for (let row = 0; row < 2_000; row += 2) batch.put(numbered(row), bytes('changed'));
      for (let row = 1; row < 2_000; row += 2) batch.delete(numbered(row));
      batch.commit();
      let row = 0;
      for (const { value } of range) expect(value).toEqual(bytes(`${row++}`));
      expect(row).toBe(1_000);
    });

    test('can be left early, again and again, while rows are written', () => {
      const engine = context.open();
      fill(engine, 1_000);
      for (let round = 0; round < 2_000; round++) {
        for (const { key } of engine.range(numbered(round % 1_000), last, round % 2 === 1)) {
          expect(key.length).toBeGreaterThan(0);
          break;
        }
        if (round % 100 === 0) write(engine, { [`x${round}`]: 'y' });
      }
      expect(() => {
        for (const _ of engine.range(first, last, false)) throw new Error('out of the loop');
      }).toThrow('out of the loop');
      expect(lines(engine, numbered(0), numbered(3))).toEqual(['0000000=0', '0000001=1', '0000002=2']);
    });

    test('several can be open at once, and one need not be walked at all', () => {
      const engine = context.open();
      fill(engine, 500);
      engine.range(first, last, false);
      const pairs: string[] = [];
      for (const { key } of engine.range(numbered(0), numbered(200), false)) {
        for (const other of engine.range(key, last, true)) {
          pairs.push(`${Number(key)} ${Number(other.key)}`);
          break;
        }
      }
      expect(pairs).toEqual(Array.from({ length: 200 }, (_, row) => `${row} 499`));
    });
  });

  describe('deleteRange', () => {
    test('deletes its first bound and not its second, and nothing the second time', () => {
      const engine = context.open();
      write(engine, { a: '1', b: '2', ba: '3', c: '4' });
      engine.deleteRange(bytes('b'), bytes('c'));
      expect(lines(engine)).toEqual(['a=1', 'c=4']);
      engine.deleteRange(bytes('b'), bytes('c'));
      engine.deleteRange(bytes('c'), bytes('b'));
      engine.deleteRange(bytes('c'), bytes('c'));
      expect(lines(engine)).toEqual(['a=1', 'c=4']);
      write(engine, { b: '5' });
      expect(lines(engine)).toEqual(['a=1', 'b=5', 'c=4']);
    });

    test('deletes many rows', () => {
      const engine = context.open();
      fill(engine, 30_000);
      engine.deleteRange(numbered(10), numbered(29_990));
      expectNumbers(engine, 0, 10);
      expect(lines(engine, numbered(10), last)).toHaveLength(10);
    });
  });
};
