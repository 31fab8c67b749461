import fc from 'fast-check';
import { expect, test } from 'vitest';

import { mergeSorted } from './merge-sorted.ts';

interface Item {
  readonly rank: number;
  readonly side: 'left' | 'right';
}

const items = (ranks: readonly number[], side: Item['side']): Item[] =>
  [...new Set(ranks)].sort((left, right) => left - right).map((rank) => ({ rank, side }));

const byRank = (left: Item, right: Item) => left.rank - right.rank;

test('the merge is sorted, has every item once, and of two equal ones that of the left', () => {
  const ranks = fc.array(fc.nat(20), { maxLength: 15 });
  fc.assert(
    fc.property(ranks, ranks, (leftRanks, rightRanks) => {
      const left = items(leftRanks, 'left');
      const right = items(rightRanks, 'right').filter(({ rank }) => !leftRanks.includes(rank));
      const hidden = items(rightRanks, 'right');
      expect([...mergeSorted(left, hidden, byRank)]).toEqual([...left, ...right].sort(byRank));
    }),
  );
});

test('a walk that ends early frees both sequences', () => {
  const freed: string[] = [];
  function* numbers(name: string): Generator<number> {
    try {
      for (let number = 0; ; number++) yield number;
    } finally {
      freed.push(name);
    }
  }
  for (const number of mergeSorted(numbers('left'), numbers('right'), (a, b) => a - b)) if (number === 3) break;
  expect(freed).toEqual(['left', 'right']);
});
