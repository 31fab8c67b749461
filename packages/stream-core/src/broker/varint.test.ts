import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { VarintReader, varintSize, writeVarint } from './varint.ts';

/** The definition, slowly: zigzag on 64 bits, seven bits a byte, the lowest first. */
const encodeByDefinition = (value: number): number[] => {
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  const bytes: number[] = [];
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
};

const encode = (value: number): number[] => {
  const target = new Uint8Array(12);
  return [...target.subarray(0, writeVarint(target, value, 0))];
};

const read = (bytes: readonly number[]): number => new VarintReader(Uint8Array.from(bytes), 0, bytes.length).read();

const anyInteger = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.integer({ min: -70, max: 70 }),
  fc.constantFrom(2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
);

describe('varint', () => {
  test.each([
    [0, [0x00]],
    [-1, [0x01]],
    [1, [0x02]],
    [-64, [0x7f]],
    [64, [0x80, 0x01]],
    [300, [0xd8, 0x04]],
    [2 ** 31 - 1, [0xfe, 0xff, 0xff, 0xff, 0x0f]],
    [-(2 ** 31), [0xff, 0xff, 0xff, 0xff, 0x0f]],
    [2 ** 31, [0x80, 0x80, 0x80, 0x80, 0x10]],
  ])('writes %i as Kafka does', (value, bytes) => {
    expect(encode(value)).toEqual(bytes);
  });

  test('keeps every safe integer, in the size that it announces', () => {
    fc.assert(
      fc.property(anyInteger, (value) => {
        const bytes = encode(value);
        expect(bytes).toEqual(encodeByDefinition(value));
        expect(varintSize(value)).toBe(bytes.length);
        expect(read(bytes)).toBe(value);
      }),
      { numRuns: 2_000 },
    );
  });

  test('reads one after the other', () => {
    fc.assert(
      fc.property(fc.array(anyInteger), (values) => {
        const bytes = values.flatMap(encode);
        const reader = new VarintReader(Uint8Array.from(bytes), 0, bytes.length);
        expect(values.map(() => reader.read())).toEqual(values);
        expect(reader.at).toBe(bytes.length);
      }),
    );
  });

  test('does not read past its end', () => {
    expect(() => read([])).toThrow(RangeError);
    expect(() => read([0x80])).toThrow(RangeError);
    expect(() => read(encode(2 ** 40).slice(0, -1))).toThrow(RangeError);
    const reader = new VarintReader(Uint8Array.from([0x80, 0x01]), 0, 1);
    expect(() => reader.read()).toThrow(RangeError);
  });

  test('gives up after ten bytes', () => {
    expect(() => read(Array.from({ length: 11 }, () => 0x80))).toThrow(RangeError);
    expect(() => read(Array.from({ length: 10_000 }, () => 0xff))).toThrow(RangeError);
  });
});
