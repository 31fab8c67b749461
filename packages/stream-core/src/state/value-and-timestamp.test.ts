import fc from 'fast-check';
import { expect, test } from 'vitest';

import { rawValue, timestampOf, withTimestamp } from './value-and-timestamp.ts';

test('a stored value is its timestamp in eight bytes, then the value', () => {
  expect(withTimestamp(Buffer.from('ab'), 258).toString('hex')).toBe('00000000000001026162');
});

test('value and timestamp read back, whatever they are', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.maxSafeInteger(), (value, timestamp) => {
      const stored = withTimestamp(value, timestamp);
      expect(rawValue(stored)).toEqual(Buffer.from(value));
      expect(timestampOf(stored)).toBe(timestamp);
    }),
  );
});
