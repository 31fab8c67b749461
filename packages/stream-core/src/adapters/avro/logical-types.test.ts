import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noHeaders } from '../../common/headers.ts';
import { avroSerdes } from './avro-serdes.ts';
import { inMemorySchemaSource } from './in-memory-schema-source.ts';
import type { AvroSchema } from './schema-text.ts';
import { fromBytes, toFixedBytes, toMinimalBytes } from './unscaled-bytes.ts';

const serdeOf = <T>(schema: AvroSchema) => avroSerdes({ source: inMemorySchemaSource() })<T>(schema, { id: 1 });

const decimal = (precision: number, scale = 2) => ({ type: 'bytes', logicalType: 'decimal', precision, scale });

const fixedDecimal = (size: number, precision: number) => ({
  type: 'fixed',
  name: 'Amount',
  size,
  logicalType: 'decimal',
  precision,
  scale: 2,
});

// Two's complement, big-endian, as `BigInteger.toByteArray`: the first bit is the sign.
const bytesOfNumbers: [bigint, string][] = [
  [0n, '00'],
  [1n, '01'],
  [-1n, 'ff'],
  [127n, '7f'],
  [128n, '0080'],
  [-128n, '80'],
  [-129n, 'ff7f'],
  [255n, '00ff'],
  [32767n, '7fff'],
  [32768n, '008000'],
  [-32769n, 'ff7fff'],
  [2n ** 63n - 1n, '7fffffffffffffff'],
  [2n ** 63n, '008000000000000000'],
  [-(2n ** 63n), '8000000000000000'],
  [-(2n ** 63n) - 1n, 'ff7fffffffffffffff'],
  [2n ** 127n, '0080000000000000000000000000000000'],
  [-(2n ** 127n), '80000000000000000000000000000000'],
];

describe('the bytes of an unscaled number', () => {
  test.each(bytesOfNumbers)('%d is %s', (value, hex) => {
    expect(toMinimalBytes(value).toString('hex')).toBe(hex);
    expect(fromBytes(Buffer.from(hex, 'hex'))).toBe(value);
  });

  test.each(bytesOfNumbers)('%d may be padded with sign bytes', (value, hex) => {
    const sign = value < 0n ? 'ff' : '00';
    for (let count = 1; count < 9; count++) {
      const padded = Buffer.from(sign.repeat(count) + hex, 'hex');
      expect(fromBytes(padded)).toBe(value);
      expect(toFixedBytes(value, padded.length)).toEqual(padded);
    }
  });

  test('come back for any number', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n }), (value) => {
        const bytes = toMinimalBytes(value);
        expect(fromBytes(bytes)).toBe(value);
        if (bytes.length > 1) expect(fromBytes(bytes.subarray(1))).not.toBe(value);
      }),
    );
  });
});

describe('decimal', () => {
  test('on bytes is the length and the unscaled number', () => {
    const bytes = serdeOf<bigint>(decimal(9)).serialize(128n, 't', noHeaders);
    expect(bytes).toEqual(Buffer.from([0, 0, 0, 0, 1, 4, 0x00, 0x80]));
  });

  test('on fixed fills its size with the sign', () => {
    const bytes = serdeOf<bigint>(fixedDecimal(4, 9)).serialize(-2n, 't', noHeaders);
    expect(bytes).toEqual(Buffer.from([0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xfe]));
  });

  test.each([
    ['bytes', decimal(18), 18],
    ['bytes beyond 64 bits', decimal(38), 38],
    ['fixed', fixedDecimal(8, 18), 18],
    ['fixed beyond 64 bits', fixedDecimal(16, 38), 38],
  ])('on %s comes back up to its precision', (_on, schema, precision) => {
    const serde = serdeOf<bigint>(schema);
    const highest = 10n ** BigInt(precision) - 1n;
    const roundTrip = (value: bigint) => serde.deserialize(serde.serialize(value, 't', noHeaders), 't', noHeaders);
    expect([highest, -highest, 0n, 1n, -1n].map(roundTrip)).toEqual([highest, -highest, 0n, 1n, -1n]);
    fc.assert(fc.property(fc.bigInt({ min: -highest, max: highest }), (value) => roundTrip(value) === value));
    for (const value of [highest + 1n, -highest - 1n]) {
      expect(() => serde.serialize(value, 't', noHeaders)).toThrow(
        `it must be decimal(${precision}, 2), not this bigint`,
      );
    }
  });

  test.each([12.5, 12, '12.50'])('is not the %j', (value) => {
    expect(() => serdeOf(decimal(9)).serialize(value, 't', noHeaders)).toThrow(/must be decimal\(9, 2\)/u);
  });

  test('beyond its precision is not read', () => {
    const bytes = Buffer.from([0, 0, 0, 0, 1, 2, 100]);
    expect(() => serdeOf(decimal(2)).deserialize(bytes, 't', noHeaders)).toThrow(/more than 2 digits/u);
  });

  test('without bytes is not read', () => {
    const bytes = Buffer.from([0, 0, 0, 0, 1, 0]);
    expect(() => serdeOf(decimal(2)).deserialize(bytes, 't', noHeaders)).toThrow(/a decimal has no bytes/u);
  });

  test('may be nullable, with a default', () => {
    const field = (name: string, more: object) => ({ name, type: ['null', decimal(9)], ...more });
    const total = { name: 'total', type: decimal(9), default: '\u0001\u0000' };
    const schema = { type: 'record', name: 'Fees', fields: [field('fee', {}), field('tax', { default: null }), total] };
    const serde = serdeOf(schema);
    const roundTrip = (value: object) => serde.deserialize(serde.serialize(value, 't', noHeaders), 't', noHeaders);
    expect(roundTrip({ fee: 1250n })).toStrictEqual({ fee: 1250n, tax: null, total: 256n });
    expect(roundTrip({ fee: null, tax: -1n, total: 0n })).toStrictEqual({ fee: null, tax: -1n, total: 0n });
    expect(() => roundTrip({ fee: 12.5 })).toThrow(/fee must be null \| decimal\(9, 2\), not this number/u);
  });

  test.each([
    [{ precision: 0 }, /precision from 1/u],
    [{ precision: 1e9 }, /precision from 1/u],
    [{ scale: 10 }, /scale from 0/u],
    [{ type: 'fixed', name: 'F', size: 3 }, /3 bytes do not hold a decimal of precision 9/u],
  ])('is refused with %j', (change, message) => {
    expect(() => serdeOf({ ...decimal(9), ...change })).toThrow(message);
  });

  test.each([
    [1, 2],
    [2, 4],
    [4, 9],
    [8, 18],
    [16, 38],
  ])('in %d bytes has up to %d digits', (size, precision) => {
    expect(() => serdeOf(fixedDecimal(size, precision))).not.toThrow();
    expect(() => serdeOf(fixedDecimal(size, precision + 1))).toThrow(/do not hold/u);
  });
});

describe('uuid', () => {
  const text = '3f1c9a54-7d1b-4f0e-9f6d-0a1b2c3d4e5f';

  test('on a string is the string', () => {
    const serde = serdeOf<string>({ type: 'string', logicalType: 'uuid' });
    expect(serde.deserialize(serde.serialize(text, 't', noHeaders), 't', noHeaders)).toBe(text);
  });

  test('on fixed is its 16 bytes', () => {
    const serde = serdeOf<string>({ type: 'fixed', name: 'Id', size: 16, logicalType: 'uuid' });
    const bytes = serde.serialize(text.toUpperCase(), 't', noHeaders);
    expect(Buffer.from(bytes).subarray(5).toString('hex')).toBe(text.replaceAll('-', ''));
    expect(serde.deserialize(bytes, 't', noHeaders)).toBe(text);
    expect(() => serde.serialize('no uuid', 't', noHeaders)).toThrow(/it must be uuid, not this string/u);
  });
});

test.each([
  ['timestamp-millis', 'long', 1_721_900_000_000],
  ['timestamp-micros', 'long', 1_721_900_000_000_000],
  ['date', 'int', 19_929],
  ['time-millis', 'int', 86_399_999],
  ['something-else', 'long', -5],
])('%s is the %s beneath', (logicalType, type, value) => {
  const serde = serdeOf<number>({ type, logicalType });
  expect(serde.deserialize(serde.serialize(value, 't', noHeaders), 't', noHeaders)).toBe(value);
});

test('a name of Object is no logical type', () => {
  const serde = serdeOf({ type: 'bytes', logicalType: 'constructor' });
  expect(serde.deserialize(Buffer.from([0, 0, 0, 0, 1, 2, 7]), 't', noHeaders)).toEqual(Buffer.of(7));
});
