import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { noHeaders } from '../../common/headers.ts';
import { StreamsError } from '../../errors/streams-error.ts';
import { avroSerdes } from './avro-serdes.ts';
import { inMemorySchemaSource } from './in-memory-schema-source.ts';
import type { AvroSchema } from './schema-text.ts';

const serdeOf = (schema: AvroSchema) => avroSerdes({ source: inMemorySchemaSource() })(schema, { id: 1 });
const framed = (...body: number[]): Buffer => Buffer.from([0, 0, 0, 0, 1, ...body]);
const arrayOf = (items: AvroSchema) => ({ type: 'array', items });
const mapOf = (values: AvroSchema) => ({ type: 'map', values });

/** The varints of counts that no memory holds. */
const hugeCounts = [
  [0xfe, 0xff, 0xff, 0xff, 0x0f], // 2^31 - 1
  [0xfe, 0xff, 0xff, 0xff, 0xff, 0x0f], // beyond the length of any array
  [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], // 2^63 - 1
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x02], // -2^63, and a size
];

describe('bytes that are not framed', () => {
  test.each([
    [[], /they have 0 bytes, and the framing alone has 5/u],
    [[0, 0, 0, 1], /they have 4 bytes/u],
    [[0x7b, 0x22, 0x61, 0x22, 0x3a, 0x31, 0x7d], /they start with byte 123, not with the magic byte 0/u],
  ])('%j', (bytes, message) => {
    const serde = serdeOf('string');
    const read = () => serde.deserialize(Buffer.from(bytes), 'payments', noHeaders);
    expect(read).toThrow(RangeError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^Bytes of payments are not in Confluent's Avro framing/u);
    expect(serde.prepare?.([Buffer.from(bytes)], 'payments')).toBeUndefined();
  });
});

describe('bytes that are framed', () => {
  const record = {
    type: 'record',
    name: 'a.R',
    fields: [
      { name: 'f', type: 'string' },
      { name: 'g', type: 'long' },
    ],
  };

  test.each<[string, AvroSchema, number[], RegExp]>([
    ['no body', record, [], /are not a a\.R: they are cut off/u],
    ['a string cut off', 'string', [10, 0x61], /cut off/u],
    ['a string of huge length', 'string', hugeCounts[2] ?? [], /cut off/u],
    ['bytes of negative length', 'bytes', [3, 1], /cut off/u],
    ['a double cut off', 'double', [1, 2, 3], /cut off/u],
    ['a fixed cut off', { type: 'fixed', name: 'F', size: 4 }, [1, 2, 3], /cut off/u],
    ['a decimal cut off', { type: 'bytes', logicalType: 'decimal', precision: 3 }, [6, 1], /cut off/u],
    ['trailing bytes', 'int', [2, 0, 0], /2 bytes follow the value/u],
    ['an enum index', { type: 'enum', name: 'E', symbols: ['A'] }, [2], /out of its range/u],
    ['a union index', ['null', 'string'], [8], /out of its range/u],
    [
      'an endless list',
      { type: 'record', name: 'L', fields: [{ name: 'n', type: ['L', 'null'] }] },
      [0, 0],
      /Maximum call stack/u,
    ],
  ])('%s', (_what, schema, body, message) => {
    const read = () => serdeOf(schema).deserialize(framed(...body), 'payments', noHeaders);
    expect(read).toThrow(RangeError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^Bytes of payments with schema 1 are not a /u);
  });

  test.each([
    ['an array', arrayOf('int')],
    ['an array of strings', arrayOf('string')],
    ['an array of arrays', arrayOf(arrayOf('long'))],
    ['a map', mapOf('string')],
  ])('a huge count of %s is neither allocated nor counted through', (_what, schema) => {
    for (const count of hugeCounts) {
      expect(() => serdeOf(schema).deserialize(framed(...count, 1, 2, 3), 't', noHeaders)).toThrow(RangeError);
    }
  });

  test.each([
    ['nulls', 'null'],
    ['empty records', { type: 'record', name: 'Empty', fields: [] }],
    ['empty fixed', { type: 'fixed', name: 'Nothing', size: 0 }],
  ])('a huge count of %s, which take no bytes, is refused', (_what, items) => {
    for (const count of hugeCounts) {
      const bytes = framed(...count, 0);
      expect(() => serdeOf(arrayOf(items)).deserialize(bytes, 't', noHeaders)).toThrow(/items without any bytes/u);
    }
    expect(serdeOf(arrayOf('null')).deserialize(framed(6, 0), 't', noHeaders)).toEqual([null, null, null]);
  });

  test('many arrays of nulls share one limit', () => {
    const nested = Array.from({ length: 100 }, () => [0x80, 0x80, 0x02, 0]).flat(); // 16,384 nulls each
    const bytes = framed(0xc8, 0x01, ...nested, 0);
    expect(() => serdeOf(arrayOf(arrayOf('null'))).deserialize(bytes, 't', noHeaders)).toThrow(/without any bytes/u);
  });

  test.each([
    ['array', arrayOf('int'), [1, 0x01, 0]],
    ['array of nulls', arrayOf('null'), [0xfe, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]],
    ['array of huge count', arrayOf('int'), [0xfe, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]],
    // A block of -1 items in -3 bytes leads back to its own start: avsc 5.7.9 skips it for ever.
    ['array with a negative size', arrayOf('int'), [1, 5, 0]],
    ['map with a negative size', mapOf('int'), [1, 5, 0]],
    ['map of huge count', mapOf('int'), [0xfe, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]],
  ])('a damaged %s that the reader does not want ends', (_what, type, body) => {
    const fields = [{ name: 'gone', type }];
    const writer = { type: 'record', name: 'R', fields };
    const avro = avroSerdes({ source: inMemorySchemaSource({ 1: writer }) });
    const serde = avro({ type: 'record', name: 'R', fields: [] });
    const bytes = framed(...body);
    expect(serde.prepare?.([bytes], 't')).toBeUndefined();
    expect(() => serde.deserialize(bytes, 't', noHeaders)).toThrow(RangeError);
  });
});

describe('any bytes', () => {
  const fields = [
    { name: 'id', type: 'string' },
    { name: 'amount', type: { type: 'bytes', logicalType: 'decimal', precision: 12, scale: 2 } },
    { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B', 'C'] } },
    { name: 'lists', type: arrayOf(arrayOf(['null', 'long'])) },
    { name: 'entries', type: mapOf(['null', 'double', 'string']) },
    { name: 'nothing', type: arrayOf('null') },
    { name: 'next', type: ['null', 'Tree'] },
    { name: 'raw', type: { type: 'fixed', name: 'Raw', size: 3 } },
    { name: 'count', type: 'int' },
  ];
  const schema = { type: 'record', name: 'Tree', fields };
  const value = {
    id: 'tree',
    amount: -125000n,
    kind: 'C',
    lists: [[1, null], [], [-(2 ** 40)]],
    entries: { a: null, b: 1.5, c: 'text' },
    nothing: [null],
    next: null,
    raw: Buffer.of(1, 2, 3),
    count: 7,
  };
  const source = inMemorySchemaSource({ 1: schema });
  const own = avroSerdes({ source })(schema, { id: 1 });
  // This reader wants but the last field, so that all others are skipped, and the list of trees as well.
  const narrow = avroSerdes({ source })({ type: 'record', name: 'Tree', fields: fields.slice(-1) });
  const valid = Buffer.from(own.serialize({ ...value, next: value }, 't', noHeaders));
  const survives = (bytes: Uint8Array): void => {
    for (const serde of [own, narrow]) {
      try {
        serde.deserialize(bytes, 't', noHeaders);
      } catch (error) {
        expect(error instanceof RangeError || error instanceof StreamsError, String(error)).toBe(true);
      }
    }
  };

  beforeAll(() => narrow.prepare?.([valid], 't'));

  test('are read as written', () => {
    expect(own.deserialize(valid, 't', noHeaders)).toStrictEqual({ ...value, next: value });
    expect(narrow.deserialize(valid, 't', noHeaders)).toStrictEqual({ count: 7 });
  });

  test('cut off anywhere give a named error', () => {
    for (let length = 0; length < valid.length; length++) {
      expect(() => own.deserialize(valid.subarray(0, length), 't', noHeaders)).toThrow(RangeError);
      expect(() => narrow.deserialize(valid.subarray(0, length), 't', noHeaders)).toThrow(RangeError);
    }
  });

  test('with one byte changed give a value or a named error', () => {
    for (let index = 5; index < valid.length; index++) {
      for (const byte of [0, 1, 2, 3, 0x7f, 0x80, 0x81, 0xfe, 0xff]) {
        const bytes = Buffer.from(valid);
        bytes[index] = byte;
        survives(bytes);
      }
    }
  });

  test('of garbage give a value or a named error', () => {
    const garbage = fc.uint8Array({ maxLength: 200 });
    const counts = fc.array(fc.constantFrom(0, 1, 2, 3, 4, 0x7f, 0x80, 0xfe, 0xff), { maxLength: 200 });
    fc.assert(
      fc.property(fc.oneof(garbage, counts), fc.nat({ max: valid.length - 5 }), (tail, kept) => {
        survives(Buffer.from([...valid.subarray(0, 5 + kept), ...tail]));
      }),
      { numRuns: 5000 },
    );
  });
});
