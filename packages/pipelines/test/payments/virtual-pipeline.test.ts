import { expect, test } from 'vitest';
import { HonestRun } from './honest-run.ts';

// Faults, order, duplicates and accounts differ with the seed; what must hold does not.
test.each([11, 12, 13, 14, 15, 16])('whatever goes wrong, the books balance: seed %d', (seed) => {
  const books = new HonestRun(seed).books();
  expect(books.findings.filter(({ wrong }) => wrong > 0)).toEqual([]);
  expect(books.distinctRequests).toBe(404);
});
