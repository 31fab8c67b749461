import fc from 'fast-check';
import { expect, test } from 'vitest';

import { QueueHeap } from './queue-heap.ts';

test('gives out the smallest timestamp first', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (timestamps) => {
      const heap = new QueueHeap<{ headTimestamp: number }>();
      for (const headTimestamp of timestamps) heap.offer({ headTimestamp });
      const taken = timestamps.map(() => heap.poll()?.headTimestamp);
      expect(taken).toEqual([...timestamps].sort((left, right) => left - right));
      expect(heap.poll()).toBeNull();
    }),
  );
});

test('breaks ties as a binary heap that prefers the left child does', () => {
  const heap = new QueueHeap<{ name: string; headTimestamp: number }>();
  for (const name of ['a', 'b', 'c', 'd', 'e']) heap.offer({ name, headTimestamp: 7 });
  const order: string[] = [];
  for (let queue = heap.poll(); queue !== null; queue = heap.poll()) order.push(queue.name);
  // java.util.PriorityQueue moves the last element to the root after each poll.
  expect(order).toEqual(['a', 'e', 'd', 'c', 'b']);
});
