import { expect, test } from 'vitest';

import { lastHeader, noHeaders } from './headers.ts';

test('the last of the headers of one name counts', () => {
  const headers = [
    { key: 'a', value: Buffer.from('1') },
    { key: 'b', value: Buffer.from('2') },
    { key: 'a', value: null },
  ];
  expect(lastHeader(headers, 'a')).toBe(headers[2]);
  expect(lastHeader(headers, 'b')).toBe(headers[1]);
  expect(lastHeader(headers, 'c')).toBeNull();
});

test('the empty headers that all records share cannot be changed', () => {
  expect(Object.isFrozen(noHeaders)).toBe(true);
  expect(lastHeader(noHeaders, 'a')).toBeNull();
});
