import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noHeaders } from '../../common/headers.ts';
import { avroSerdes } from './avro-serdes.ts';
import { inMemorySchemaSource } from './in-memory-schema-source.ts';

/** The varint of the zigzag of `value`, from the specification and with bigints. */
const zigzagBytes = (value: bigint): Buffer => {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
};

const frame = (id: number, body: Uint8Array): Buffer => Buffer.from([0, 0, 0, 0, id, ...body]);

const source = inMemorySchemaSource({ 1: 'long', 2: 'int', 3: 'double', 4: 'float' });
const avro = avroSerdes({ source });

const edges = [0, 63, 64, 2 ** 30 - 1, 2 ** 30, 2 ** 31, 2 ** 52, 2 ** 52 + 1, 2 ** 53 - 1];
const bothSigns = edges.flatMap((edge) => [edge, -edge, -edge - 1]).filter(Number.isSafeInteger);

describe('long', () => {
  const serde = avro<number>('long', { id: 1 });

  // avsc 5.7.9 loses the sign of numbers below -2^52: it writes and reads -5000000000000001 as 5000000000000000.
  test.each(bothSigns)('%d has the bytes of the specification', (value) => {
    const bytes = frame(1, zigzagBytes(BigInt(value)));
    expect(serde.serialize(value, 't', noHeaders)).toEqual(bytes);
    expect(serde.deserialize(bytes, 't', noHeaders)).toBe(value === 0 ? 0 : value);
  });

  test('has the bytes of the specification for any safe integer', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const bytes = frame(1, zigzagBytes(BigInt(value)));
        expect(serde.serialize(value, 't', noHeaders)).toEqual(bytes);
        expect(serde.deserialize(bytes, 't', noHeaders)).toBe(value);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)])('%d is outside the safe integers', (value) => {
    const bytes = frame(1, zigzagBytes(value));
    expect(() => serde.deserialize(bytes, 't', noHeaders)).toThrow(RangeError);
    expect(() => serde.deserialize(bytes, 't', noHeaders)).toThrow(/a long is outside the safe integers/u);
  });

  test.each([2 ** 53, -(2 ** 53), 0.5, Number.NaN, Number.POSITIVE_INFINITY])('%d is not written', (value) => {
    expect(() => serde.serialize(value, 't', noHeaders)).toThrow(/it must be long/u);
  });

  test('of more than ten bytes is damaged', () => {
    const endless = frame(1, Buffer.alloc(500, 0x80));
    expect(() => serde.deserialize(endless, 't', noHeaders)).toThrow(/more than 10 bytes/u);
  });

  test.each([
    ['double', -(2 ** 52) - 1],
    ['double', 2 ** 53 - 1],
    ['float', -(2 ** 60)],
  ])('is promoted to %s with its sign: %d', (type, value) => {
    const promoted = avro<number>(type);
    const bytes = frame(1, zigzagBytes(BigInt(value)));
    expect(promoted.prepare?.([bytes], 't')).toBeUndefined();
    expect(promoted.deserialize(bytes, 't', noHeaders)).toBe(value);
  });
});

describe('int', () => {
  const serde = avro<number>('int', { id: 2 });

  test.each([0, -1, 2 ** 31 - 1, -(2 ** 31)])('%d comes back', (value) => {
    const bytes = serde.serialize(value, 't', noHeaders);
    expect(bytes).toEqual(frame(2, zigzagBytes(BigInt(value))));
    expect(serde.deserialize(bytes, 't', noHeaders)).toBe(value);
  });

  // avsc 5.7.9 gives such numbers out as ints.
  test.each([2n ** 31n, -(2n ** 31n) - 1n, 2n ** 60n])('%d has too many bits', (value) => {
    expect(() => serde.deserialize(frame(2, zigzagBytes(value)), 't', noHeaders)).toThrow(/more than 32 bits/u);
  });

  test.each(['long', 'double', 'float'])('is promoted to %s', (type) => {
    const promoted = avro<number>(type);
    const bytes = frame(2, zigzagBytes(-70n));
    expect(promoted.prepare?.([bytes], 't')).toBeUndefined();
    expect(promoted.deserialize(bytes, 't', noHeaders)).toBe(-70);
  });
});

describe('string', () => {
  const serde = avro<string>('string', { id: 5 });

  test('is UTF-8 behind its length in bytes, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        const utf8 = Buffer.from(text, 'utf8');
        const bytes = frame(5, Buffer.concat([zigzagBytes(BigInt(utf8.length)), utf8]));
        expect(serde.serialize(text, 't', noHeaders)).toEqual(bytes);
        expect(serde.deserialize(bytes, 't', noHeaders)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test.each(['', 'a', 'ab', 'abc', 'abcd', 'abcde', 'é', 'aé', 'abé', 'abcé', '\0', '\x7f\x80'])(
    '%j comes back, alone and before other bytes',
    (text) => {
      const pair = avro<string[]>({ type: 'array', items: 'string' }, { id: 6 });
      expect(serde.deserialize(serde.serialize(text, 't', noHeaders), 't', noHeaders)).toBe(text);
      const texts = [text, 'tail of some length', text];
      expect(pair.deserialize(pair.serialize(texts, 't', noHeaders), 't', noHeaders)).toEqual(texts);
    },
  );
});
