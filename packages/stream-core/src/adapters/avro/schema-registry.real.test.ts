import { randomUUID } from 'node:crypto';

import { SchemaRegistry as KafkajsRegistry } from '@kafkajs/confluent-schema-registry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { describeWith } from '../../../test/servers/describe-with.ts';
import type { SchemaRegistryServer } from '../../../test/servers/schema-registry.ts';
import { startSchemaRegistry } from '../../../test/servers/schema-registry.ts';
import { noHeaders } from '../../common/headers.ts';
import type { Serde } from '../../serdes/serde.ts';
import { avroSerdes } from './avro-serdes.ts';
import type { SchemaRegistryOptions } from './registry/registry-options.ts';
import { schemaRegistry } from './schema-registry.ts';
import type { SchemaSource } from './schema-source.ts';
import type { AvroSchema } from './schema-text.ts';
import { recordNameStrategy, topicRecordNameStrategy } from './subject-name-strategy.ts';

const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more });
const record = (name: string, ...fields: object[]) => ({ type: 'record', name, namespace: 'millrace.test', fields });

/** A topic that no other run of this test has used: the registry may be shared. */
const freshTopic = (): string => `payments-${randomUUID()}`;

let registry: SchemaRegistryServer;

const avroAt = (options: Partial<SchemaRegistryOptions> = {}) =>
  avroSerdes({ source: schemaRegistry({ url: registry.url, ...options }) });

/** Serdes that share nothing with those of other calls, as if they were in another process. */
const serdeOf = <T = unknown>(schema: AvroSchema, options: Partial<SchemaRegistryOptions> = {}): Serde<T> =>
  avroAt(options)<T>(schema);

const write = async <T>(serde: Serde<T>, topic: string, value: T): Promise<Uint8Array> => {
  await serde.prepareWrite?.(topic);
  return serde.serialize(value, topic, noHeaders);
};

const read = async <T>(serde: Serde<T>, topic: string, bytes: Uint8Array): Promise<T> => {
  await serde.prepare?.([bytes], topic);
  return serde.deserialize(bytes, topic, noHeaders);
};

const post = async (path: string, body: object): Promise<Record<string, unknown>> => {
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
  const response = await fetch(`${registry.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return response.json() as Promise<Record<string, unknown>>;
};

const get = async (path: string): Promise<unknown> => (await fetch(`${registry.url}${path}`)).json();

const payment = record(
  'Payment',
  field('id', 'string'),
  field('fee', { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 }),
  field('note', ['null', 'string'], { default: null }),
);
const value = { id: 'p-1', fee: 1250n, note: null };

describeWith(['registry'], 'a real schema registry', () => {
  beforeAll(async () => {
    registry = await startSchemaRegistry();
  }, 240_000);
  afterAll(() => registry?.close());

  describe('values', () => {
    test('are read back by another process, with the schema that the registry gives', async () => {
      const topic = freshTopic();
      const bytes = await write(serdeOf(payment), topic, value);
      expect(await read(serdeOf(payment), topic, bytes)).toEqual(value);
    });

    test('are registered under TOPIC-value and TOPIC-key, and have the id that is registered there', async () => {
      const topic = freshTopic();
      const avro = avroAt();
      const bytes = await write(avro(payment), topic, value);
      const key = await write(avro('string', { isKey: true }), topic, 'k');
      const latest = (await get(`/subjects/${topic}-value/versions/latest`)) as { id: number; schema: string };
      expect(Buffer.from(bytes).readUInt32BE(1)).toBe(latest.id);
      expect(JSON.parse(latest.schema)).toEqual(payment);
      const ofKey = (await get(`/subjects/${topic}-key/versions/latest`)) as { id: number; schema: string };
      expect(Buffer.from(key).readUInt32BE(1)).toBe(ofKey.id);
      expect(ofKey.schema).toBe('"string"');
    });

    test('have the subject of their strategy', async () => {
      const topic = freshTopic();
      const named = record(`P${randomUUID().replaceAll('-', '')}`, field('id', 'string'));
      const avro = avroAt();
      await write(avro(named, { subject: recordNameStrategy }), topic, { id: 'a' });
      await write(avro(named, { subject: topicRecordNameStrategy }), topic, { id: 'a' });
      const full = `millrace.test.${named.name}`;
      expect(await get(`/subjects/${full}/versions`)).toEqual([1]);
      expect(await get(`/subjects/${topic}-${full}/versions`)).toEqual([1]);
    });

    test('of several types in one topic are each read with their own schema', async () => {
      const topic = freshTopic();
      const other = record('Refund', field('amount', 'long'));
      const avro = avroAt();
      const options = { subject: topicRecordNameStrategy };
      const first = await write(avro(payment, options), topic, value);
      const second = await write(avro(other, options), topic, { amount: 5 });
      expect(await read(serdeOf(other), topic, second)).toEqual({ amount: 5 });
      expect(await read(serdeOf(payment), topic, first)).toEqual(value);
    });

    test('of an unknown id are SCHEMA_UNKNOWN', async () => {
      const bytes = Buffer.from([0, 0x7f, 0xff, 0xff, 0xf0, 2, 0x61]);
      await expect(read(serdeOf('string'), 'payments', bytes)).rejects.toMatchObject({
        code: 'SCHEMA_UNKNOWN',
        message: expect.stringContaining('2147483632'),
      });
    });

    test('of many serdes at the same time need one request an id', async () => {
      const topic = freshTopic();
      const bytes = await write(serdeOf(payment), topic, value);
      const source = schemaRegistry({ url: registry.url });
      let asked = 0;
      const counting: SchemaSource = {
        register: (subject, schema) => source.register(subject, schema),
        schemaById: (id) => {
          asked++;
          return source.schemaById(id);
        },
      };
      const avro = avroSerdes({ source: counting });
      const serdes = Array.from({ length: 20 }, () => avro(payment));
      expect(await Promise.all(serdes.map((serde) => read(serde, topic, bytes)))).toEqual(serdes.map(() => value));
      expect(asked).toBe(1);
    });
  });

  describe('a schema that changed', () => {
    const newer = record('Payment', ...payment.fields, field('channel', 'string', { default: 'APP' }));

    test('is registered as the next version, and old and new instances read each other', async () => {
      const topic = freshTopic();
      const old = await write(serdeOf(payment), topic, value);
      const fresh = await write(serdeOf(newer), topic, { ...value, channel: 'USSD' });
      expect(Buffer.from(old).readUInt32BE(1)).not.toBe(Buffer.from(fresh).readUInt32BE(1));
      expect(await read(serdeOf(newer), topic, old)).toEqual({ ...value, channel: 'APP' });
      expect(await read(serdeOf(payment), topic, fresh)).toEqual(value);
    });

    test('is refused when it does not go with the versions before it, with the reason', async () => {
      const topic = freshTopic();
      await write(serdeOf(record('Payment', field('id', 'string'))), topic, { id: 'a' });
      await registry.setCompatibility(`${topic}-value`, 'BACKWARD');
      const broken = serdeOf(record('Payment', field('id', 'long')));
      await expect(broken.prepareWrite?.(topic)).rejects.toMatchObject({
        code: 'SCHEMA_INCOMPATIBLE',
        message: expect.stringMatching(new RegExp(`${topic}-value.*LONG.*STRING`, 'iu')),
      });
      expect(() => broken.serialize({ id: 1 }, topic, noHeaders)).toThrow(/No schema id is known/u);
    });
  });

  describe('without autoRegister', () => {
    const lookUp = { autoRegister: false };

    test('a schema that is there gives its id', async () => {
      const topic = freshTopic();
      const registered = await write(serdeOf(payment), topic, value);
      expect(await write(serdeOf(payment, lookUp), topic, value)).toEqual(registered);
    });

    test('a subject or a schema that is not there is SCHEMA_UNKNOWN, and nothing is registered', async () => {
      const topic = freshTopic();
      const unknown = { code: 'SCHEMA_UNKNOWN', message: expect.stringContaining(`${topic}-value`) };
      await expect(serdeOf(payment, lookUp).prepareWrite?.(topic)).rejects.toMatchObject(unknown);
      await write(serdeOf('string'), topic, 'a');
      await expect(serdeOf(payment, lookUp).prepareWrite?.(topic)).rejects.toMatchObject(unknown);
      expect(await get(`/subjects/${topic}-value/versions`)).toEqual([1]);
    });

    test('the latest version can be what is written', async () => {
      const topic = freshTopic();
      const newer = record('Payment', field('channel', 'string', { default: 'APP' }), ...payment.fields);
      await write(serdeOf(newer), topic, { ...value, channel: 'WEB' });
      const latest = { autoRegister: false, useLatestVersion: true };
      const serde = serdeOf<Record<string, unknown>>(payment, latest);
      const bytes = await write(serde, topic, value);
      expect(await read(serdeOf(newer), topic, bytes)).toEqual({ ...value, channel: 'APP' });
      expect(await read(serde, topic, bytes)).toEqual(value);
    });

    test('a latest version that cannot read what is written is SCHEMA_INCOMPATIBLE', async () => {
      const topic = freshTopic();
      await write(serdeOf(record('Payment', field('must', 'string'))), topic, { must: 'a' });
      const serde = serdeOf(payment, { autoRegister: false, useLatestVersion: true });
      await expect(serde.prepareWrite?.(topic)).rejects.toMatchObject({
        code: 'SCHEMA_INCOMPATIBLE',
        message: expect.stringContaining(`${topic}-value`),
      });
    });
  });

  test('a schema that refers to others is read with them', async () => {
    const topic = freshTopic();
    const money = record('Money', field('units', 'long'), field('currency', 'string'));
    await post(`/subjects/${topic}-money/versions`, { schema: JSON.stringify(money) });
    const order = record('Order', field('total', 'Money'), field('fee', ['null', 'millrace.test.Money']));
    const references = [{ name: 'millrace.test.Money', subject: `${topic}-money`, version: 1 }];
    const { id } = await post(`/subjects/${topic}-value/versions`, { schema: JSON.stringify(order), references });
    const body = Buffer.from('0a06454750020206454750', 'hex');
    const bytes = Buffer.concat([Buffer.from([0, 0, 0, 0, 0]), body]);
    bytes.writeUInt32BE(Number(id), 1);
    const reader = record('Order', field('total', money), field('fee', ['null', 'Money']));
    const decoded = { total: { units: 5, currency: 'EGP' }, fee: { units: 1, currency: 'EGP' } };
    expect(await read(serdeOf(reader), topic, bytes)).toEqual(decoded);
  });

  describe("kafkajs's client", () => {
    const plain = record('Plain', field('id', 'string'), field('count', 'int', { default: 3 }));
    const plainValue = { id: 'hé', count: -65 };

    test('reads what is written here', async () => {
      const topic = freshTopic();
      const bytes = await write(serdeOf(plain), topic, plainValue);
      const client = new KafkajsRegistry({ host: registry.url });
      expect({ ...(await client.decode(Buffer.from(bytes))) }).toEqual(plainValue);
    });

    test('writes what is read here, byte for byte what is written here', async () => {
      const topic = freshTopic();
      const own = await write(serdeOf(plain), topic, plainValue);
      const client = new KafkajsRegistry({ host: registry.url });
      const id = await client.getLatestSchemaId(`${topic}-value`);
      const bytes = await client.encode(id, plainValue);
      expect(bytes).toEqual(own);
      expect(await read(serdeOf(plain), topic, bytes)).toEqual(plainValue);
    });
  });

  test('that is stopped and started again in mid-use costs no record', async (context) => {
    if (!registry.isOwn) context.skip('the registry of the environment is not ours to stop');
    const topic = freshTopic();
    const serde = serdeOf<typeof value>(payment);
    const first = await write(serde, topic, value);
    const newer = record('Payment', ...payment.fields, field('channel', 'string', { default: 'APP' }));
    const second = await write(serdeOf(newer), topic, { ...value, channel: 'USSD' });
    await registry.stop();

    // What is known goes on without it.
    expect(await read(serde, topic, first)).toEqual(value);
    expect(await write(serde, topic, value)).toEqual(first);
    const impatient = serdeOf(payment, { retry: { attempts: 2, backoff: 1 } });
    const away = { code: 'SCHEMA_REGISTRY_UNAVAILABLE', message: expect.stringContaining(new URL(registry.url).host) };
    await expect(impatient.prepare?.([second], topic)).rejects.toMatchObject(away);
    await expect(impatient.prepareWrite?.(topic)).rejects.toMatchObject(away);

    // What is not known waits for it.
    const patient = serdeOf(payment, { retry: { attempts: 1000, maxBackoff: '500ms' } });
    const waiting = [
      read(serde, topic, second).catch(() => read(patient, topic, second)),
      write(patient, topic, value),
    ];
    await registry.start();
    expect(await Promise.all(waiting)).toEqual([value, first]);
    await impatient.prepare?.([second], topic);
    expect(impatient.deserialize(second, topic, noHeaders)).toEqual(value);
  }, 240_000);
});
