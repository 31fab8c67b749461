import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { bytesToKey, keyToBytes } from './bytes.ts';
import { SortedMap } from './sorted-map.ts';

const sorted = (keys: Iterable<string>) => [...keys].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

describe('SortedMap', () => {
  test('walks in order after any mixture of changes, and ranges exclude their upper end', () => {
    const change = fc.record({ key: fc.string({ maxLength: 3 }), remove: fc.boolean(), walk: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 300 }),
        fc.string({ maxLength: 2 }),
        fc.string({ maxLength: 2 }),
        (changes, from, to) => {
          const map = new SortedMap<number>();
          const model = new Map<string, number>();
          changes.forEach(({ key, remove, walk }, index) => {
            if (remove) {
              expect(map.delete(key)).toBe(model.delete(key));
            } else {
              map.set(key, index);
              model.set(key, index);
            }
            if (walk) map.keys();
          });
          expect(map.size).toBe(model.size);
          expect(map.keys()).toEqual(sorted(model.keys()));
          expect(map.keys(from, to)).toEqual(sorted(model.keys()).filter((key) => key >= from && key < to));
          for (const key of model.keys()) expect(map.get(key)).toBe(model.get(key));
        },
      ),
    );
  });

  test('keeps order over many chunks', () => {
    const map = new SortedMap<number>();
    map.keys();
    for (let index = 0; index < 5_000; index++) map.set(String((index * 7_919) % 5_000).padStart(5, '0'), index);
    expect(map.keys()).toEqual(sorted(new Set(map.keys())));
    expect(map.keys('00100', '00103')).toEqual(['00100', '00101', '00102']);
  });

  test('a byte key orders and returns as its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (left, right) => {
        expect(keyToBytes(bytesToKey(left))).toEqual(Buffer.from(left));
        expect(Math.sign(Buffer.compare(left, right))).toBe(
          bytesToKey(left) < bytesToKey(right) ? -1 : bytesToKey(left) > bytesToKey(right) ? 1 : 0,
        );
      }),
    );
  });
});
