import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { asBuffer, copyBytes, incrementBytes, readInt64, sameBytes, writeInt64 } from './bytes.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

test('a buffer over bytes shares their memory, also where they begin inside a larger block', () => {
  const block = bytes(9, 1, 2, 9);
  const buffer = asBuffer(block.subarray(1, 3));
  expect([...buffer]).toEqual([1, 2]);
  block[1] = 7;
  expect([...buffer]).toEqual([7, 2]);
  expect(asBuffer(buffer)).toBe(buffer);
});

test('a copy shares no memory', () => {
  const original = bytes(1, 2);
  const copy = copyBytes(original);
  original[0] = 9;
  expect([...copy]).toEqual([1, 2]);
  expect(copyBytes(bytes()).length).toBe(0);
});

test('bytes are the same by content, and null is the same as null alone', () => {
  expect(sameBytes(bytes(1, 2), Buffer.from([1, 2]))).toBe(true);
  expect(sameBytes(bytes(1, 2), bytes(1, 3))).toBe(false);
  expect(sameBytes(null, null)).toBe(true);
  expect(sameBytes(null, bytes())).toBe(false);
  expect(sameBytes(bytes(), null)).toBe(false);
});

describe('the end of a prefix', () => {
  test('carries over bytes that cannot grow, and is null when none can', () => {
    expect(incrementBytes(bytes(1, 2))).toEqual(Buffer.from([1, 3]));
    expect(incrementBytes(bytes(1, 0xff, 0xff))).toEqual(Buffer.from([2]));
    expect(incrementBytes(bytes(0xff, 0xff))).toBeNull();
    expect(incrementBytes(bytes())).toBeNull();
  });

  test('lies behind exactly the keys that start with the prefix', () => {
    const someBytes = fc.uint8Array({ maxLength: 4 });
    fc.assert(
      fc.property(someBytes, someBytes, fc.boolean(), (prefix, rest, isInside) => {
        const key = isInside ? Buffer.concat([prefix, rest]) : Buffer.from(rest);
        const end = incrementBytes(prefix);
        const isInRange = Buffer.compare(key, prefix) >= 0 && (end === null || Buffer.compare(key, end) < 0);
        expect(isInRange).toBe(key.subarray(0, prefix.length).equals(prefix));
      }),
    );
  });
});

test('a 64-bit integer has the bytes of Java, and reads back', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.nat(5), (value, offset) => {
      const target = Buffer.alloc(16);
      writeInt64(target, value, offset);
      expect(target.readBigInt64BE(offset)).toBe(BigInt(value));
      expect(readInt64(target, offset)).toBe(value);
    }),
  );
});
