import { describe, expect, test } from 'vitest';
import { noHeaders } from '../../common/headers.ts';
import { avroSerdes } from './avro-serdes.ts';
import { inMemorySchemaSource } from './in-memory-schema-source.ts';
import type { AvroSchema } from './schema-text.ts';

const record = (fields: object[], more: object = {}) => ({ type: 'record', name: 'a.Payment', fields, ...more });
const id = { name: 'id', type: 'string' };
const amount = { name: 'amount', type: 'int' };

/** What a reader makes of a value that another schema wrote. */
const reread = (writer: AvroSchema, reader: AvroSchema, value: unknown): unknown => {
  const avro = avroSerdes({ source: inMemorySchemaSource({ 7: writer }) });
  const bytes = avro(writer, { id: 7 }).serialize(value, 'payments', noHeaders);
  const serde = avro(reader);
  expect(serde.prepare?.([bytes], 'payments')).toBeUndefined();
  return serde.deserialize(bytes, 'payments', noHeaders);
};

const enumOf = (symbols: string[], more: object = {}) => ({ type: 'enum', name: 'Channel', symbols, ...more });
const decimal = (precision: number, scale: number) => ({ type: 'bytes', logicalType: 'decimal', precision, scale });

describe('a reader understands', () => {
  test.each<[string, AvroSchema, AvroSchema, unknown, unknown]>([
    [
      'the attributes of Java classes',
      record([{ name: 'id', type: { type: 'string', 'avro.java.string': 'String' } }]),
      record([id]),
      { id: 'a' },
      { id: 'a' },
    ],
    [
      'a field added with a default',
      record([id]),
      record([id, { ...amount, default: 5 }]),
      { id: 'a' },
      { id: 'a', amount: 5 },
    ],
    ['a field removed', record([amount, id]), record([id]), { id: 'a', amount: 5 }, { id: 'a' }],
    [
      'fields in another order',
      record([amount, id]),
      record([id, amount]),
      { id: 'a', amount: 5 },
      { id: 'a', amount: 5 },
    ],
    ['int as long', record([amount]), record([{ ...amount, type: 'long' }]), { amount: -5 }, { amount: -5 }],
    ['a string as bytes', 'string', 'bytes', 'ab', Buffer.from('ab')],
    ['bytes as a string', 'bytes', 'string', Buffer.from('ab'), 'ab'],
    [
      'a field renamed with an alias',
      record([id]),
      record([{ name: 'key', type: 'string', aliases: ['id'] }]),
      { id: 'a' },
      { key: 'a' },
    ],
    [
      'a record renamed with an alias',
      record([id]),
      record([id], { name: 'b.Order', aliases: ['a.Payment'] }),
      { id: 'a' },
      { id: 'a' },
    ],
    ['a record of another namespace', record([id]), record([id], { name: 'b.Payment' }), { id: 'a' }, { id: 'a' }],
    [
      'a field made nullable',
      record([id]),
      record([{ name: 'id', type: ['null', 'string'] }]),
      { id: 'a' },
      { id: 'a' },
    ],
    ['arrays of promoted items', { type: 'array', items: 'int' }, { type: 'array', items: 'double' }, [1, 2], [1, 2]],
    ['maps of promoted values', { type: 'map', values: 'int' }, { type: 'map', values: 'long' }, { a: 1 }, { a: 1 }],
    ['a union in another order', ['null', 'string'], ['string', 'null'], 'a', 'a'],
    ['enum symbols in another order', enumOf(['A', 'B']), enumOf(['B', 'A']), 'A', 'A'],
    ['an enum symbol by its default', enumOf(['A', 'B']), enumOf(['A', 'X'], { default: 'X' }), 'B', 'X'],
    ['known symbols beside unknown ones', enumOf(['A', 'B']), enumOf(['A']), 'A', 'A'],
    ['an enum renamed with an alias', enumOf(['A']), enumOf(['A'], { name: 'Way', aliases: ['Channel'] }), 'A', 'A'],
    ['a decimal of lower precision', decimal(4, 2), decimal(9, 2), 1250n, 1250n],
    ['a decimal as bytes', decimal(4, 2), 'bytes', 128n, Buffer.from([0, 0x80])],
    ['bytes as a decimal', 'bytes', decimal(4, 2), Buffer.from([0, 0x80]), 128n],
    [
      'a fixed decimal as one in bytes',
      { type: 'fixed', name: 'F', size: 4, logicalType: 'decimal', precision: 9, scale: 2 },
      decimal(9, 2),
      -5n,
      -5n,
    ],
    ['a decimal made nullable', decimal(4, 2), ['null', decimal(4, 2)], 5n, 5n],
    ['a nullable decimal as it is', ['null', decimal(4, 2)], ['null', decimal(9, 2)], 5n, 5n],
    ['other documentation', record([id], { doc: 'one' }), record([id], { doc: 'two' }), { id: 'a' }, { id: 'a' }],
  ])('%s', (_what, writer, reader, value, expected) => {
    expect(reread(writer, reader, value)).toStrictEqual(expected);
  });

  test('a removed field of every type, followed by another', () => {
    const removed = [
      { name: 'list', type: { type: 'array', items: 'string' } },
      { name: 'entries', type: { type: 'map', values: { type: 'array', items: 'long' } } },
      { name: 'money', type: ['null', decimal(9, 2)] },
      { name: 'kind', type: enumOf(['A', 'B']) },
      { name: 'raw', type: 'bytes' },
    ];
    const value = { list: ['a', 'b'], entries: { k: [1, -(2 ** 53) + 1] }, money: 5n, kind: 'B', raw: Buffer.of(1) };
    expect(reread(record([...removed, id]), record([id]), { ...value, id: 'z' })).toStrictEqual({ id: 'z' });
  });

  test('a removed array in blocks that carry their sizes', () => {
    const avro = avroSerdes({
      source: inMemorySchemaSource({ 7: record([{ name: 'list', type: { type: 'array', items: 'int' } }, id]) }),
    });
    const serde = avro(record([id]));
    // Two items in 2 bytes, one item without a size, the end; then the id.
    const bytes = Buffer.from([0, 0, 0, 0, 7, 3, 4, 2, 4, 2, 6, 0, 2, 0x7a]);
    expect(serde.prepare?.([bytes], 't')).toBeUndefined();
    expect(serde.deserialize(bytes, 't', noHeaders)).toStrictEqual({ id: 'z' });
  });

  test('a writer whose default is of another branch than the first', () => {
    const writer = record([{ name: 'id', type: ['string', 'null'], default: null }]);
    const serde = avroSerdes({ source: inMemorySchemaSource({ 7: writer }) })(record([id, { ...amount, default: 1 }]));
    const nullable = avroSerdes({ source: inMemorySchemaSource({ 7: writer }) })(
      record([{ name: 'id', type: ['null', 'string'] }]),
    );
    const bytes = Buffer.from([0, 0, 0, 0, 7, 0, 2, 0x7a]);
    expect(nullable.prepare?.([bytes], 't')).toBeUndefined();
    expect(nullable.deserialize(bytes, 't', noHeaders)).toStrictEqual({ id: 'z' });
    expect(serde.prepare?.([bytes], 't')).toBeUndefined();
    expect(() => serde.deserialize(bytes, 't', noHeaders)).toThrow(/cannot be read as a\.Payment/u);
  });

  test('an array in blocks that carry their sizes', () => {
    const serde = avroSerdes({ source: inMemorySchemaSource() })({ type: 'array', items: 'int' }, { id: 7 });
    const bytes = Buffer.from([0, 0, 0, 0, 7, 3, 4, 2, 4, 2, 6, 0]);
    expect(serde.deserialize(bytes, 't', noHeaders)).toEqual([1, 2, 3]);
  });

  test('recursive schemas', () => {
    const node = (fields: object[]) => ({ type: 'record', name: 'a.Node', fields });
    const next = { name: 'next', type: ['null', 'Node'] };
    const writer = node([next, { name: 'value', type: 'int' }]);
    const reader = node([{ name: 'value', type: 'long' }, next]);
    const value = { next: { next: null, value: 2 }, value: 1 };
    expect(reread(writer, reader, value)).toStrictEqual({ value: 1, next: { value: 2, next: null } });
  });
});

describe('a reader refuses', () => {
  test.each<[string, AvroSchema, AvroSchema, unknown, RegExp]>([
    [
      'another record',
      record([id], { name: 'a.Order' }),
      record([id]),
      { id: 'a' },
      /^Schema 7 \(a\.Order\) cannot be read as a\.Payment: /u,
    ],
    [
      'a field added without a default',
      record([id]),
      record([id, amount]),
      { id: 'a' },
      /^Schema 7 \(a\.Payment\) cannot be read as a\.Payment: .*amount/u,
    ],
    ['a narrower type', 'long', 'int', 5, /^Schema 7 \(long\) cannot be read as int: /u],
    [
      'a decimal of another scale',
      decimal(9, 2),
      decimal(9, 3),
      1250n,
      /^Schema 7 \(decimal\) cannot be read as decimal: /u,
    ],
    [
      'a nested decimal of another scale',
      record([{ name: 'a', type: decimal(9, 2) }]),
      record([{ name: 'a', type: decimal(9, 4) }]),
      { a: 1n },
      /cannot be read as a\.Payment/u,
    ],
    [
      'an enum without a common symbol',
      enumOf(['A']),
      enumOf(['B']),
      'A',
      /^Schema 7 \(Channel\) cannot be read as Channel: /u,
    ],
    [
      'an enum of another name',
      enumOf(['A']),
      enumOf(['A'], { name: 'Way' }),
      'A',
      /^Schema 7 \(Channel\) cannot be read as Way: /u,
    ],
  ])('%s', (_what, writer, reader, value, message) => {
    const read = () => reread(writer, reader, value);
    expect(read).toThrow(expect.objectContaining({ code: 'SCHEMA_MISMATCH' }));
    expect(read).toThrow(message);
  });

  test('only the records with an enum symbol that it lacks', () => {
    const read = () => reread(enumOf(['A', 'B']), enumOf(['A']), 'B');
    expect(read).toThrow(expect.objectContaining({ code: 'SCHEMA_MISMATCH' }));
    expect(read).toThrow(/enum Channel has no symbol B and no default/u);
  });

  test('decimals that exceed its precision, one by one', () => {
    expect(reread(decimal(9, 2), decimal(3, 2), 999n)).toBe(999n);
    expect(() => reread(decimal(9, 2), decimal(3, 2), 1000n)).toThrow(/more than 3 digits/u);
  });
});
