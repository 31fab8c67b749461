import { expect, test } from 'vitest';

import { advanceSequence } from './sequence.ts';

test('a sequence goes on at 0 behind 2^31 - 1', () => {
  const last = 2 ** 31 - 1;
  expect(advanceSequence(0, 5)).toBe(5);
  expect(advanceSequence(last - 5, 5)).toBe(last);
  expect(advanceSequence(last, 1)).toBe(0);
  expect(advanceSequence(last - 1, 10)).toBe(8);
});
