import fc from 'fast-check';
import { expect, test } from 'vitest';

import { decodeList, encodeList } from './list-codec.ts';

test('has the bytes of ListSerializer: strategy 1, count, then each entry with its length', () => {
  expect(encodeList([]).toString('hex')).toBe('0100000000');
  expect(encodeList([Buffer.from('ab'), Buffer.alloc(0)]).toString('hex')).toBe('010000000200000002616200000000');
});

test('reads back what it wrote', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 6 })), (entries) => {
      expect(decodeList(encodeList(entries))).toEqual(entries.map((entry) => Buffer.from(entry)));
    }),
  );
});

test('a list of fixed-size entries is not taken for one of ours', () => {
  expect(() => decodeList(Buffer.from('0000000000', 'hex'))).toThrow('a list of strategy 0 cannot be read');
});

test('a list that ends too early, or has a negative length, is a RangeError', () => {
  const whole = encodeList([Buffer.from('ab'), Buffer.from('cd')]);
  for (let length = 1; length < whole.length; length++) {
    expect(() => decodeList(whole.subarray(0, length)), `${length} bytes`).toThrow(RangeError);
  }
  expect(() => decodeList(Buffer.from('0100000001ffffffff', 'hex'))).toThrow('a list entry is cut off');
});
