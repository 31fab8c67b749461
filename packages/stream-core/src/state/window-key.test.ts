import fc from 'fast-check';
import { expect, test } from 'vitest';

import { keyOfWindowKey, sequenceOfWindowKey, startOfWindowKey, windowKey } from './window-key.ts';

const time = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const sequence = fc.nat({ max: 0x7fffffff });

test('has the bytes of WindowKeySchema: key, window start, sequence number', () => {
  expect(windowKey(Buffer.from('ab'), 258, 3).toString('hex')).toBe('6162000000000000010200000003');
});

test('gives back its parts', () => {
  fc.assert(
    fc.property(fc.uint8Array(), time, sequence, (key, start, number) => {
      const bytes = windowKey(key, start, number);
      expect(keyOfWindowKey(bytes)).toEqual(Buffer.from(key));
      expect(startOfWindowKey(bytes)).toBe(start);
      expect(sequenceOfWindowKey(bytes)).toBe(number);
    }),
  );
});

test('the bytes of one key are in the order of time, then of the sequence', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3 }), time, time, sequence, sequence, (key, left, right, one, other) => {
      const order = Buffer.compare(windowKey(key, left, one), windowKey(key, right, other));
      expect(order).toBe(Math.sign(left - right) || Math.sign(one - other));
    }),
  );
});
