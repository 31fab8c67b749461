import fc from 'fast-check';
import { expect, test } from 'vitest';

import { BinaryHeap } from './binary-heap.ts';

const heapOf = (items: readonly number[]): BinaryHeap<number> => {
  const heap = new BinaryHeap<number>((left, right) => left < right);
  for (const item of items) heap.push(item);
  return heap;
};

const drain = (heap: BinaryHeap<number>): number[] => {
  const items: number[] = [];
  for (let item = heap.pop(); item !== null; item = heap.pop()) items.push(item);
  return items;
};

const ascending = (left: number, right: number): number => left - right;

test('gives its items in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (items) => {
      const heap = heapOf(items);
      expect(heap.size).toBe(items.length);
      expect(heap.peek()).toBe(items.toSorted(ascending)[0] ?? null);
      expect(drain(heap)).toEqual(items.toSorted(ascending));
    }),
  );
});

test('takes items while it gives others', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer())), (steps) => {
      const heap = heapOf([]);
      const model: number[] = [];
      for (const step of steps) {
        if (step === null) {
          expect(heap.pop()).toBe(model.toSorted(ascending)[0] ?? null);
          model.sort(ascending).shift();
        } else {
          heap.push(step);
          model.push(step);
        }
      }
    }),
  );
});

test('drops what is not to be kept', () => {
  const heap = heapOf([5, 2, 8, 1, 9, 4]);
  heap.retain((item) => item % 2 === 0);
  expect(drain(heap)).toEqual([2, 4, 8]);
});
