import { expect, test } from 'vitest';

import { describeWith } from '../../../test/servers/describe-with.ts';
import { askJavaAvro } from '../../../test/servers/java-avro.ts';
import { noHeaders } from '../../common/headers.ts';
import { avroSerdes } from './avro-serdes.ts';
import { inMemorySchemaSource } from './in-memory-schema-source.ts';

const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more });
const record = (...fields: object[]) => ({ type: 'record', name: 'All', namespace: 'millrace.test', fields });
const channel = { type: 'enum', name: 'Channel', symbols: ['APP', 'USSD'] };

const schema = record(
  field('id', 'string'),
  field('amount', 'long'),
  field('attempts', { type: 'array', items: 'int' }),
  field('tags', { type: 'map', values: 'string' }),
  field('channel', channel),
  field('note', ['null', 'string'], { default: null }),
  field('fee', { type: 'bytes', logicalType: 'decimal', precision: 18, scale: 2 }),
  field('hash', { type: 'fixed', name: 'Hash', size: 2 }),
  field('ratio', 'double'),
  field('share', 'float'),
  field('urgent', 'boolean'),
  field('at', { type: 'long', logicalType: 'timestamp-millis' }),
);

/** A value as it is here, and in the JSON encoding of the Avro specification. */
interface Sample {
  readonly value: Record<string, unknown>;
  readonly json: Record<string, unknown>;
}

const samples: readonly Sample[] = [
  {
    value: {
      id: 'hé😀',
      amount: -65,
      attempts: [1, 300, -2147483648],
      tags: { k: 'v' },
      channel: 'USSD',
      note: 'x',
      fee: -129n,
      hash: Buffer.from([0, 255]),
      ratio: 1.5,
      share: -0.25,
      urgent: true,
      at: 1_760_000_000_000,
    },
    json: {
      id: 'hé😀',
      amount: -65,
      attempts: [1, 300, -2147483648],
      tags: { k: 'v' },
      channel: 'USSD',
      note: { string: 'x' },
      fee: '\u00ff\u007f',
      hash: '\u0000\u00ff',
      ratio: 1.5,
      share: -0.25,
      urgent: true,
      at: 1_760_000_000_000,
    },
  },
  {
    value: {
      id: '',
      amount: Number.MAX_SAFE_INTEGER,
      attempts: [],
      tags: {},
      channel: 'APP',
      note: null,
      fee: 0n,
      hash: Buffer.from([1, 2]),
      ratio: -1e300,
      share: 0,
      urgent: false,
      at: -1,
    },
    json: {
      id: '',
      amount: Number.MAX_SAFE_INTEGER,
      attempts: [],
      tags: {},
      channel: 'APP',
      note: null,
      fee: '\u0000',
      hash: '\u0001\u0002',
      ratio: -1e300,
      share: 0,
      urgent: false,
      at: -1,
    },
  },
];

const serdeOf = (own: object) => avroSerdes({ source: inMemorySchemaSource({ 7: schema }) })(own);

const framed = (hex: string): Buffer => Buffer.from(`0000000007${hex}`, 'hex');

describeWith(['java clients'], "Avro's library for Java", () => {
  test('writes the bytes that are written here, and reads them', async () => {
    const written = samples.map(({ value }) => {
      const serde = avroSerdes({ source: inMemorySchemaSource() })(schema, { id: 7 });
      return Buffer.from(serde.serialize(value, 't', noHeaders));
    });
    const answers = await askJavaAvro([
      ...samples.map(({ json }) => ({ schema, json })),
      ...written.map((bytes) => ({ writer: schema, reader: schema, bytes: bytes.subarray(5) })),
    ]);
    expect(written).toEqual(answers.slice(0, samples.length).map(framed));
    expect(answers.slice(samples.length).map((answer): unknown => JSON.parse(answer))).toEqual(
      samples.map(({ json }) => json),
    );
  }, 120_000);

  test('understands a schema that changed as it is understood here', async () => {
    const reader = record(
      field('added', 'string', { default: 'new' }),
      field('amount', 'double'),
      field('id', ['null', 'string']),
      field('channel', channel),
    );
    const answers = await askJavaAvro(samples.map(({ json }) => ({ schema, json })));
    const read = answers.map((hex) => {
      const bytes = framed(hex);
      const serde = serdeOf(reader);
      expect(serde.prepare?.([bytes], 't')).toBeUndefined();
      return serde.deserialize(bytes, 't', noHeaders);
    });
    const questions = answers.map((hex) => ({ writer: schema, reader, bytes: Buffer.from(hex, 'hex') }));
    const ofJava = (await askJavaAvro(questions)).map((answer): unknown => JSON.parse(answer));
    const inJson = read.map((value) => ({ ...(value as object), id: { string: (value as { id: string }).id } }));
    expect(inJson).toEqual(ofJava);
  }, 120_000);
});
