import { describe, expect, test } from 'vitest';

import { compileSchema } from '../compile-schema.ts';
import { inlineReferences } from './inline-references.ts';

const record = (name: string, fields: Readonly<Record<string, unknown>>, more: object = {}) => ({
  type: 'record',
  name,
  ...more,
  fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })),
});

const inline = (schema: unknown, ...referenced: unknown[]): unknown =>
  JSON.parse(
    inlineReferences(
      JSON.stringify(schema),
      referenced.map((each) => JSON.stringify(each)),
    ),
  );

/** Bytes tell whether two schemas are the same to Avro, whatever their names look like. */
const bytesOf = (schema: unknown, value: unknown): Buffer => {
  const target = Buffer.alloc(200);
  return target.subarray(0, compileSchema(schema, 'writer').encode(value, target, 0));
};

describe('a schema that refers to others', () => {
  const money = record('Money', { units: 'long', currency: 'string' }, { namespace: 'a.b' });

  test('has the definition where the name is met first, and the name afterwards', () => {
    const payment = record('Payment', { amount: 'a.b.Money', fee: ['null', 'a.b.Money'] }, { namespace: 'x' });
    const whole = inline(payment, money);
    const value = { amount: { units: 5, currency: 'EGP' }, fee: { units: 1, currency: 'EGP' } };
    expect(bytesOf(whole, value).toString('hex')).toBe('0a06454750020206454750');
    expect(JSON.stringify(whole).match(/"units"/gu)).toHaveLength(1);
  });

  test('may name types of its own namespace without it', () => {
    const payment = record('Payment', { amount: 'Money' }, { namespace: 'a.b' });
    expect(bytesOf(inline(payment, money), { amount: { units: 5, currency: 'E' } }).toString('hex')).toBe('0a0245');
  });

  test('may take a type that is nested in another, in either order', () => {
    const outer = record(
      'Outer',
      { level: { type: 'enum', name: 'Level', symbols: ['LOW', 'HIGH'] } },
      { namespace: 'n' },
    );
    const before = record('Both', { level: 'n.Level', outer: 'n.Outer' });
    const after = record('Both', { outer: 'n.Outer', level: 'n.Level' });
    const value = { outer: { level: 'HIGH' }, level: 'LOW' };
    expect(bytesOf(inline(before, outer), value).toString('hex')).toBe('0002');
    expect(bytesOf(inline(after, outer), value).toString('hex')).toBe('0200');
  });

  test('may refer to schemas that refer to others, in arrays and maps, and to itself', () => {
    const node = record('n.Node', { money: 'a.b.Money', next: ['null', 'n.Node'] });
    const root = record('Root', { list: { type: 'array', items: 'n.Node' }, map: { type: 'map', values: 'n.Node' } });
    const leaf = { money: { units: 1, currency: '' }, next: null };
    const value = { list: [{ ...leaf, next: leaf }], map: { k: leaf } };
    expect(bytesOf(inline(root, node, money), value).toString('hex')).toBe('020200020200000002026b02000000');
  });

  test('keeps types without a namespace apart from those with one', () => {
    const bare = record('Money', { cents: 'int' });
    const payment = record('Payment', { amount: 'Money', other: 'a.b.Money' }, { namespace: 'x' });
    const value = { amount: { cents: 3 }, other: { units: 5, currency: 'E' } };
    expect(bytesOf(inline(payment, bare, money), value).toString('hex')).toBe('060a0245');
  });

  test('keeps defaults, logical types and documentation as they are', () => {
    const fee = { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 };
    const schema = record('Fee', { fee }, { doc: 'Money', fieldsOf: 'Money' });
    expect(inline(schema, money)).toMatchObject({ doc: 'Money', fieldsOf: 'Money', fields: [{ type: fee }] });
  });

  test('leaves names that nobody defines, which is what the compiler then says', () => {
    const whole = inline(record('Payment', { amount: 'a.b.Money' }));
    expect(() => compileSchema(whole, 'writer')).toThrow(/a\.b\.Money/u);
  });
});
