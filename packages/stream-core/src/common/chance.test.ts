import { expect, test } from 'vitest';

import { seededChance, systemChance } from './chance.ts';

const take = (chance: () => number, count: number) => Array.from({ length: count }, () => chance());

test('a seed gives the numbers of mulberry32 on every machine', () => {
  expect(take(seededChance(42), 3)).toEqual([0.6011037519201636, 0.44829055899754167, 0.8524657934904099]);
});

test('seeds that differ beyond 32 bits alone give the same numbers, others do not', () => {
  expect(take(seededChance(2 ** 32 + 7), 5)).toEqual(take(seededChance(7), 5));
  expect(take(seededChance(8), 5)).not.toEqual(take(seededChance(7), 5));
});

test('numbers lie from 0 to below 1 and spread over it', () => {
  for (const chance of [seededChance(1), systemChance]) {
    const numbers = take(chance, 2_000);
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(new Set(numbers.map((number) => Math.floor(number * 10))).size).toBe(10);
  }
});
