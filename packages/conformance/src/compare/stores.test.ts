import { describe, expect, it } from 'vitest';
import type { StoreEntry } from '../language/case.ts';
import { compareStores } from './stores.ts';

const entry = (start: number, v = 'x'): StoreEntry => ({ k: 'a', start, v });

const compare = (expected: readonly StoreEntry[], actual: readonly StoreEntry[], observed = -1): string | null =>
  compareStores(new Map([['s', { type: 'window', entries: expected }]]), new Map([['s', actual]]), {
    retentions: [{ store: 's', retentionMs: 100 }],
    observedTime: () => observed,
  });

describe('window stores', () => {
  it('have no order', () => {
    expect(compare([entry(10), entry(20)], [entry(20), entry(10)])).toBeNull();
  });

  it('may lack what has expired, by their own entries or by their changelog', () => {
    expect(compare([entry(10), entry(110)], [entry(110)])).toBeNull();
    expect(compare([entry(10)], [], 110)).toBeNull();
  });

  it('must have what is live', () => {
    expect(compare([entry(11), entry(110)], [entry(110)])).toMatch(/entry 0 \(2 expected, 1 got\)/);
  });

  it('must not have what is not expected, expired or not', () => {
    expect(compare([entry(110)], [entry(10), entry(110)])).not.toBeNull();
  });

  it('must have the same value and as many of it', () => {
    expect(compare([entry(10)], [entry(10, 'y')])).not.toBeNull();
    expect(compare([entry(10), entry(10)], [entry(10)])).not.toBeNull();
  });
});
