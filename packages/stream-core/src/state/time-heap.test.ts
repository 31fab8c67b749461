import fc from 'fast-check';
import { expect, test } from 'vitest';

import { TimeHeap } from './time-heap.ts';

test('gives entries by time, then by name, whatever comes in between', () => {
  const entry = fc.record({ time: fc.nat(9), name: fc.string({ maxLength: 2 }) });
  fc.assert(
    fc.property(fc.array(fc.option(entry)), (steps) => {
      const heap = new TimeHeap();
      const model: { readonly time: number; readonly name: string }[] = [];
      for (const step of steps) {
        if (step === null) {
          heap.pop();
          model.shift();
        } else {
          heap.push(step);
          model.push(step);
          model.sort((left, right) => left.time - right.time || (left.name < right.name ? -1 : 1));
        }
        expect(heap.peek()).toEqual(model[0]);
      }
    }),
  );
});
