import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { noHeaders } from '../common/headers.ts';
import type { Serde } from './serde.ts';
import { serdes } from './serdes.ts';

const hex = <T>(serde: Serde<T>, value: T) => Buffer.from(serde.serialize(value, 't', noHeaders)).toString('hex');
const read = <T>(serde: Serde<T>, text: string) =>
  // Read out of the middle of a block, as out of a batch.
  serde.deserialize(new Uint8Array(Buffer.from(`aa${text}bb`, 'hex')).subarray(1, 1 + text.length / 2), 't', noHeaders);
const returns = <T>(serde: Serde<T>, value: T) => read(serde, hex(serde, value));

/** Text of any code points but halves of pairs. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff })))
  .map((points) => String.fromCodePoint(...points));

describe('strings', () => {
  test('are UTF-8', () => {
    expect(hex(serdes.string(), 'aé€😀')).toBe('61c3a9e282acf09f9880');
    fc.assert(
      fc.property(anyText, (text) => {
        expect(returns(serdes.string(), text)).toBe(text);
      }),
    );
  });

  test('have a question mark for each half of a broken pair, as in Java', () => {
    expect(hex(serdes.string(), 'a\ud800b')).toBe('613f62');
    expect(hex(serdes.string(), '\udc00\ud800')).toBe('3f3f');
    expect(hex(serdes.string(), '\ud83d\ud83d\ude00')).toBe('3ff09f9880');
  });

  test('refuse other values', () => {
    expect(() => hex(serdes.string(), 5 as never)).toThrow(TypeError);
  });
});

describe('longs as numbers', () => {
  test('are eight bytes, big-endian', () => {
    expect(hex(serdes.long(), 1)).toBe('0000000000000001');
    expect(hex(serdes.long(), -2)).toBe('fffffffffffffffe');
    expect(hex(serdes.long(), 1_700_000_000_000)).toBe('0000018bcfe56800');
  });

  test('read back in the whole safe range', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(returns(serdes.long(), value)).toBe(value);
      }),
    );
    for (const edge of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, -1, 2 ** 32, -(2 ** 32)]) {
      expect(returns(serdes.long(), edge)).toBe(edge);
    }
  });

  test('outside the safe range are refused in both directions, with the exact number in the error', () => {
    for (const value of [2 ** 53, -(2 ** 53), 0.5, Number.NaN]) {
      expect(() => hex(serdes.long(), value), String(value)).toThrow(RangeError);
    }
    expect(() => read(serdes.long(), '0020000000000001')).toThrow('9007199254740993 is not a safe integer');
    expect(() => read(serdes.long(), '8000000000000000')).toThrow('-9223372036854775808');
  });

  test('have eight bytes and are numbers', () => {
    expect(() => read(serdes.long(), '00000001')).toThrow('a long has 8 bytes, not 4');
    expect(() => hex(serdes.long(), '1' as never)).toThrow('takes a number, not string');
    expect(() => hex(serdes.long(), null as never)).toThrow('not null');
  });
});

test('longs as bigints have the full range and the bytes of longs', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      expect(returns(serdes.bigint(), value)).toBe(value);
    }),
  );
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      expect(hex(serdes.bigint(), BigInt(value))).toBe(hex(serdes.long(), value));
    }),
  );
  expect(() => hex(serdes.bigint(), 2n ** 63n)).toThrow(RangeError);
  expect(() => read(serdes.bigint(), '00')).toThrow('a bigint has 8 bytes, not 1');
});

test('integers are four bytes, and nothing but 32-bit integers', () => {
  expect(hex(serdes.integer(), -2)).toBe('fffffffe');
  fc.assert(
    fc.property(fc.integer(), (value) => {
      expect(returns(serdes.integer(), value)).toBe(value);
    }),
  );
  for (const value of [2 ** 31, -(2 ** 31) - 1, 0.5, Number.NaN]) {
    expect(() => hex(serdes.integer(), value), String(value)).toThrow(RangeError);
  }
  expect(() => hex(serdes.integer(), true as never)).toThrow(TypeError);
  expect(() => read(serdes.integer(), '0000000001')).toThrow('an integer has 4 bytes, not 5');
});

test('doubles are eight bytes, with every number there is', () => {
  expect(hex(serdes.double(), 1.5)).toBe('3ff8000000000000');
  fc.assert(
    fc.property(fc.double(), (value) => {
      expect(returns(serdes.double(), value)).toBe(value);
    }),
  );
  expect(() => hex(serdes.double(), 1n as never)).toThrow('takes a number, not bigint');
  expect(() => read(serdes.double(), '00')).toThrow('a double has 8 bytes, not 1');
});

test('bytes go out as they are, and what is read is a copy', () => {
  const value = Uint8Array.from([1, 2]);
  expect(serdes.bytes().serialize(value, 't', noHeaders)).toBe(value);
  const read = serdes.bytes().deserialize(value, 't', noHeaders);
  value[0] = 9;
  expect([...read]).toEqual([1, 2]);
});

test('only serdes whose values nobody can change say that values may be shared', () => {
  const { string, long, bigint, integer, double, bytes } = serdes;
  const shared = [string(), long(), bigint(), integer(), double()];
  expect(shared.map(({ immutable }) => immutable)).toEqual([true, true, true, true, true]);
  expect(bytes().immutable ?? false).toBe(false);
  expect(serdes.json().immutable ?? false).toBe(false);
  expect(serdes.json().canonical ?? false).toBe(false);
});
