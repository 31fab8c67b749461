import fc from 'fast-check';
import { expect, test } from 'vitest';

import { murmur2, partitionForKey } from './murmur2.ts';

// Recorded in org.apache.kafka.common.utils.UtilsTest.
const recorded: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];

test.each(recorded)('the hash of %s is the one that Java recorded', (text, hash) => {
  expect(murmur2(Buffer.from(text))).toBe(hash);
});

test('a negative hash loses its sign before the partition is chosen, as in Java', () => {
  // 0x7fffffff & -790332482 = 1357151166
  expect(partitionForKey(Buffer.from('foobar'), 1_000)).toBe(166);
  expect(partitionForKey(Buffer.from('abc'), 1_000)).toBe(107);
});

test('bytes above 127 count as unsigned, whatever the view on them is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 64 }), (key, partitions) => {
      expect(murmur2(new Uint8Array(key))).toBe(murmur2(Buffer.concat([Buffer.alloc(3), key]).subarray(3)));
      const partition = partitionForKey(key, partitions);
      expect(partition).toBeGreaterThanOrEqual(0);
      expect(partition).toBeLessThan(partitions);
    }),
  );
});

test('every byte of a key counts', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.nat(), (key, seed) => {
      const changed = Buffer.from(key);
      const at = seed % key.length;
      changed[at] = ((changed[at] as number) + 1) & 0xff;
      expect(murmur2(changed)).not.toBe(murmur2(key));
    }),
  );
});
