import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noHeaders } from '../../common/headers.ts';
import type { StreamsError } from '../../errors/streams-error.ts';
import { avroSerdes } from './avro-serdes.ts';
import { inMemorySchemaSource } from './in-memory-schema-source.ts';
import type { AvroSchema } from './schema-text.ts';

const payment = {
  type: 'record',
  name: 'Payment',
  namespace: 'millrace.test',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'amount', type: 'long' },
    { name: 'channel', type: { type: 'enum', name: 'Channel', symbols: ['APP', 'USSD'] } },
    { name: 'reference', type: ['null', 'string'], default: null },
    { name: 'urgent', type: 'boolean' },
    { name: 'attempts', type: { type: 'array', items: 'int' } },
    { name: 'tags', type: { type: 'map', values: 'string' } },
    { name: 'ratio', type: 'double' },
  ],
};

// Avro 1.12, Binary Encoding: a long n is the varint of its zigzag, 2n or -2n-1; a string is its length and UTF-8;
// an enum and a union are an index; arrays and maps are blocks of a count and items, ended by 0; a double is 8 bytes,
// little-endian.
const value = {
  id: 'hé',
  amount: -65,
  channel: 'USSD',
  reference: 'x',
  urgent: true,
  attempts: [1, 300],
  tags: { k: 'v' },
  ratio: 1.5,
};
const body = [
  ...[6, 0x68, 0xc3, 0xa9], // 3 bytes
  ...[0x81, 0x01], // zigzag 129
  2, // symbol 1
  ...[2, 2, 0x78], // branch 1, one byte
  1,
  ...[4, 2, 0xd8, 0x04, 0], // two items, 1 and zigzag 600
  ...[2, 2, 0x6b, 2, 0x76, 0], // one entry
  ...[0, 0, 0, 0, 0, 0, 0xf8, 0x3f], // 0x3ff8000000000000
];
const golden = Buffer.from([0, 0x01, 0x02, 0x03, 0x04, ...body]);
const goldenId = 0x01020304;

const withId = (schema: AvroSchema, id: number) => avroSerdes({ source: inMemorySchemaSource() })(schema, { id });

const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    expect(error).toMatchObject({ code: 'SCHEMA_MISMATCH' });
    expect(error).not.toHaveProperty('cause');
    return (error as StreamsError).message;
  }
  throw new Error('nothing was thrown');
};

describe('the bytes', () => {
  test('are magic byte, schema id and Avro binary', () => {
    expect(withId(payment, goldenId).serialize(value, 'payments', noHeaders)).toEqual(golden);
  });

  test('are read to a plain object', () => {
    expect(withId(payment, goldenId).deserialize(golden, 'payments', noHeaders)).toStrictEqual(value);
  });

  test('may lie in the middle of a plain Uint8Array', () => {
    const around = new Uint8Array([9, 9, ...golden, 9]).subarray(2, 2 + golden.length);
    expect(withId(payment, goldenId).deserialize(around, 'payments', noHeaders)).toStrictEqual(value);
  });

  test('belong to the caller', () => {
    const serde = withId(payment, goldenId);
    const first = serde.serialize(value, 'payments', noHeaders);
    serde.serialize({ ...value, id: 'other' }, 'payments', noHeaders);
    expect(first).toEqual(golden);
  });

  test('hold ids above 2^31', () => {
    const bytes = withId('"string"', 0xffff_fffe).serialize('a', 't', noHeaders);
    expect(bytes).toEqual(Buffer.from([0, 0xff, 0xff, 0xff, 0xfe, 2, 0x61]));
    expect(withId('"string"', 0xffff_fffe).deserialize(bytes, 't', noHeaders)).toBe('a');
  });

  test('are those of large values too, and small ones after them', () => {
    const serde = withId('string', 7);
    for (const text of ['é'.repeat(1000), 'x'.repeat(1_000_000), 'y'.repeat(63), 'y'.repeat(64), '']) {
      const bytes = serde.serialize(text, 't', noHeaders);
      expect(serde.deserialize(bytes, 't', noHeaders)).toBe(text);
      expect(bytes.length).toBeLessThan(Buffer.byteLength(text) + 9);
    }
  });

  test('share no memory with decoded bytes', () => {
    const bytes = Buffer.from([0, 0, 0, 0, 7, 4, 1, 2]);
    const decoded = withId('bytes', 7).deserialize(bytes, 't', noHeaders);
    bytes.fill(9);
    expect(decoded).toEqual(Buffer.from([1, 2]));
  });
});

describe('absent fields', () => {
  const schema = {
    type: 'record',
    name: 'Defaults',
    fields: [
      { name: 'note', type: ['null', 'string'], default: null },
      { name: 'level', type: 'int', default: 3 },
      { name: 'must', type: ['null', 'string'] },
    ],
  };

  test('are written as their defaults', () => {
    const serde = withId(schema, 1);
    const bytes = serde.serialize({ must: null }, 't', noHeaders);
    expect(serde.deserialize(bytes, 't', noHeaders)).toStrictEqual({ note: null, level: 3, must: null });
  });

  test('do not fit without a default', () => {
    const message = messageOf(() => withId(schema, 1).serialize({}, 't', noHeaders));
    expect(message).toBe('A value for t does not fit the Avro schema Defaults: must must be null | string, not absent');
  });

  test('do not make a record of a string whose fields all have defaults', () => {
    const [note, level] = schema.fields;
    const serde = withId({ ...schema, fields: [note, level] }, 1);
    expect(messageOf(() => serde.serialize('text', 't', noHeaders))).toContain('it must be record Defaults');
  });
});

describe('a value that does not fit', () => {
  const serde = withId(payment, 1);

  test.each([
    ['amount', 1.5, 'amount must be long, not this number'],
    ['amount', 2 ** 53, 'amount must be long, not this number'],
    ['amount', 5n, 'amount must be long, not this bigint'],
    ['id', 5, 'id must be string, not this number'],
    ['id', undefined, 'id must be string, not absent'],
    ['channel', 'WEB', 'channel must be enum millrace.test.Channel, not this string'],
    ['channel', 'constructor', 'channel must be enum millrace.test.Channel, not this string'],
    ['reference', 5, 'reference must be null | string, not this number'],
    ['attempts', [1, 5n], 'attempts.1 must be int, not this bigint'],
    ['attempts', [1, 2 ** 31], 'attempts.1 must be int, not this number'],
    ['tags', { '+201001234567': 5 }, 'tags.* must be string, not this number'],
    ['tags', new Map([['k', 'v']]), 'tags must be map, not a Map; maps are plain objects'],
    ['tags', Buffer.of(1), 'tags must be map, not a Buffer of 1 bytes'],
    ['urgent', null, 'urgent must be boolean, not null'],
  ])('%s of %s is named', (field, part, problem) => {
    const message = messageOf(() => serde.serialize({ ...value, [field]: part }, 'payments', noHeaders));
    expect(message).toBe(`A value for payments does not fit the Avro schema millrace.test.Payment: ${problem}`);
  });

  test('never appears in the message', () => {
    const secret = { id: 'secret-id', amount: 'secret-amount', tags: { 'secret-key': 1 } };
    expect(messageOf(() => serde.serialize(secret, 'payments', noHeaders))).not.toContain('secret');
  });

  test('names three fields and counts the others', () => {
    const message = messageOf(() => serde.serialize({}, 'payments', noHeaders));
    expect(message).toMatch(/: id must .*; amount must .*; channel must .*; and 4 more$/u);
  });

  test('does not harm the next value', () => {
    messageOf(() => serde.serialize({ ...value, ratio: 'x' }, 'payments', noHeaders));
    expect(withId(payment, goldenId).serialize(value, 'payments', noHeaders)).toEqual(golden);
  });

  test('has no path when it is in a cycle', () => {
    const node = { type: 'record', name: 'Node', fields: [{ name: 'next', type: ['null', 'Node'] }] };
    const cycle: { next: unknown } = { next: null };
    cycle.next = cycle;
    const message = messageOf(() => withId(node, 1).serialize(cycle, 't', noHeaders));
    expect(message).toBe('A value for t does not fit the Avro schema Node');
  });

  test('of bytes is a Buffer', () => {
    const message = messageOf(() => withId('bytes', 1).serialize(new Uint8Array(2), 't', noHeaders));
    expect(message).toContain('it must be bytes, not a Uint8Array that is no Buffer');
  });
});

describe('unions', () => {
  test('are unwrapped where JavaScript tells their types apart', () => {
    const serde = withId(['null', 'string', 'long'], 1);
    for (const branch of ['a', 5, null]) {
      expect(serde.deserialize(serde.serialize(branch, 't', noHeaders), 't', noHeaders)).toBe(branch);
    }
  });

  test('are wrapped where it does not', () => {
    const serde = withId(['int', 'string', 'double'], 1);
    const bytes = serde.serialize({ double: 2 }, 't', noHeaders);
    expect(bytes[5]).toBe(4);
    expect(serde.deserialize(bytes, 't', noHeaders)).toEqual({ double: 2 });
  });
});

test('a map keeps a key named __proto__', () => {
  const serde = withId({ type: 'map', values: 'int' }, 1);
  const entries = JSON.parse('{"__proto__": 1, "constructor": 2}');
  const decoded = serde.deserialize(serde.serialize(entries, 't', noHeaders), 't', noHeaders);
  expect(Object.entries(decoded as object)).toEqual([
    ['__proto__', 1],
    ['constructor', 2],
  ]);
  expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
});

test('a lone surrogate is written as Java writes it, at any length and in keys', () => {
  const serde = withId({ type: 'map', values: 'string' }, 1);
  const long = 'x'.repeat(100);
  const bytes = serde.serialize({ 'k\ud800': `${long}\udc00`, s: '\ud83d\ude00\ud83d' }, 't', noHeaders);
  expect(serde.deserialize(bytes, 't', noHeaders)).toEqual({ 'k?': `${long}?`, s: '\ud83d\ude00?' });
});

test('every value comes back', () => {
  const serde = withId(payment, 9);
  const text = fc.string({ unit: 'grapheme', maxLength: 100 });
  const parts = {
    id: text,
    amount: fc.maxSafeInteger(),
    channel: fc.constantFrom('APP', 'USSD'),
    reference: fc.option(text),
    urgent: fc.boolean(),
    attempts: fc.array(fc.integer()),
    tags: fc.dictionary(text, text, { noNullPrototype: true }),
    ratio: fc.double(),
  };
  const payments = fc.record(parts, { noNullPrototype: true });
  fc.assert(
    fc.property(payments, (each) => {
      expect(serde.deserialize(serde.serialize(each, 't', noHeaders), 't', noHeaders)).toStrictEqual(each);
    }),
  );
});
