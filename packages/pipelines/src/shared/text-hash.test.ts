import { expect, test } from 'vitest';
import { textHash } from './text-hash.ts';

test('a text and a seed always give the same number', () => {
  expect(textHash('TXN-20240902-001', 1)).toBe(textHash('TXN-20240902-001', 1));
  expect(textHash('TXN-20240902-001', 1)).not.toBe(textHash('TXN-20240902-001', 2));
  expect(textHash('')).toBeGreaterThanOrEqual(0);
});

test('neighbours are spread over all numbers', () => {
  const buckets = new Array<number>(16).fill(0);
  for (let index = 0; index < 16_000; index++) {
    const bucket = textHash(`TXN-${index}`, 7) >>> 28;
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  for (const count of buckets) expect(count).toBeGreaterThan(850);
});
