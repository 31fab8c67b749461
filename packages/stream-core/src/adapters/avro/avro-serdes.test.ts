import { describe, expect, test } from 'vitest';
import { noHeaders } from '../../common/headers.ts';
import { ConfigError, StreamsError } from '../../errors/streams-error.ts';
import { avroSerdes } from './avro-serdes.ts';
import { inMemorySchemaSource } from './in-memory-schema-source.ts';
import type { AvroSchema } from './schema-text.ts';
import { recordNameStrategy } from './subject-name-strategy.ts';

describe('what cannot be configured', () => {
  const avro = avroSerdes({ source: inMemorySchemaSource() });

  test.each([
    ['an unknown type', { type: 'strin' }, {}, /schema: .*strin/u],
    ['text that is no JSON', '{"type":', {}, /schema: the text is neither JSON nor a primitive type/u],
    ['a misspelt primitive', 'strings', {}, /schema: the text is neither/u],
    ['an id that is none', 'string', { id: -1 }, /id: -1 is not a schema id/u],
    ['onlyId without an id', 'string', { onlyId: true }, /onlyId: there is no id/u],
    ['a decimal without precision', { type: 'bytes', logicalType: 'decimal' }, {}, /precision from 1/u],
  ])('%s is a ConfigError', (_what, schema, options, message) => {
    expect(() => avro(schema, options)).toThrow(ConfigError);
    expect(() => avro(schema, options)).toThrow(message);
  });

  test('is reported all at once', () => {
    expect(() => avro({ type: 'x' }, { id: 1.5, onlyId: true })).toThrow(/id: 1\.5.*\n.*schema: /u);
  });

  test('a schema without a name under a strategy that needs one', async () => {
    const serde = avro('string', { subject: recordNameStrategy });
    await expect(serde.prepareWrite?.('t')).rejects.toThrow(/written to t: it has no name/u);
  });
});

describe('traits', () => {
  const avro = avroSerdes({ source: inMemorySchemaSource() });
  const record = (...types: AvroSchema[]) => ({
    type: 'record',
    name: 'R',
    fields: types.map((type, index) => ({ name: `f${index}`, type })),
  });
  const decimal = { logicalType: 'decimal', precision: 4, scale: 2 };

  test.each([
    [true, record('string', 'long', ['null', 'int'], { type: 'enum', name: 'E', symbols: ['A'] })],
    [true, record({ type: 'fixed', name: 'F', size: 2, ...decimal })],
    [true, { type: 'record', name: 'Node', fields: [{ name: 'next', type: ['null', 'Node'] }] }],
    [false, record({ type: 'bytes', ...decimal })],
    [false, record({ type: 'map', values: 'int' })],
    [false, record(['null', { type: 'array', items: 'int' }])],
    [false, record('double')],
  ])('canonical is %s with onlyId for %j', (canonical, schema) => {
    expect(avro(schema, { id: 1, onlyId: true }).canonical).toBe(canonical);
    expect(avro(schema, { id: 1 }).canonical).toBe(false);
  });

  test('immutable is what the option says', () => {
    expect(avro('string').immutable).toBe(false);
    expect(avro('string', { immutable: true }).immutable).toBe(true);
  });

  test('onlyId refuses any other id', () => {
    const serde = avro('string', { id: 1, onlyId: true });
    const foreign = Buffer.from([0, 0, 0, 0, 2, 2, 0x61]);
    expect(serde.prepare?.([foreign], 't')).toBeUndefined();
    expect(() => serde.deserialize(foreign, 't', noHeaders)).toThrow(StreamsError);
    expect(() => serde.deserialize(foreign, 't', noHeaders)).toThrow(/has schema 2; this serde reads schema 1 only/u);
  });
});
