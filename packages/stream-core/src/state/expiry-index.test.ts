import { expect, test } from 'vitest';

import { ExpiryIndex } from './expiry-index.ts';

test('rows come when they are due, the earliest first, each once', () => {
  const index = new ExpiryIndex();
  index.add('b', 20);
  index.add('a', 10);
  expect(index.take(9)).toBeNull();
  expect(index.take(20)).toEqual({ name: 'a', time: 10 });
  expect(index.take(20)).toEqual({ name: 'b', time: 20 });
  expect(index.take(20)).toBeNull();
});

test('a later time changes nothing, an earlier one counts instead', () => {
  const index = new ExpiryIndex();
  index.add('a', 20);
  index.add('a', 30);
  expect(index.take(20)).toEqual({ name: 'a', time: 20 });
  index.add('b', 50);
  index.add('b', 40);
  expect(index.take(40)).toEqual({ name: 'b', time: 40 });
  expect(index.take(99)).toBeNull();
});
