import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everyApi } from '../../../../test/every-api.ts';
import { findStreamsError } from '../../../errors/streams-error.ts';
import { readMessage, structCodec } from './codec.ts';
import { Reader } from './reader.ts';
import type { Codec } from './scalar-codecs.ts';
import type { Field, Fields, ScalarType } from './schema.ts';
import { Writer } from './writer.ts';

/** A message of Kafka's own classes; see Recorder.java. */
interface Recorded {
  readonly api: string;
  readonly key: number;
  readonly side: 'request' | 'response';
  readonly version: number;
  readonly message: Values;
  readonly hex: string;
}

type Values = Readonly<Record<string, unknown>>;

const fixture = new URL('../../../../test/fixtures/kafka-protocol/messages.jsonl', import.meta.url);
const recorded = readFileSync(fixture, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

const apiOf = (name: string) => {
  const found = everyApi.find((api) => api.name === name);
  if (found === undefined) throw new Error(`no api ${name}`);
  return found;
};

const codecOf = ({ api, side, version }: Pick<Recorded, 'api' | 'side' | 'version'>): Codec => {
  const found = apiOf(api);
  return structCodec(found[side], { version, flexible: version >= found.flexibleVersion, where: `${api} ${side}` });
};

const write = (codec: Codec, message: unknown): Buffer => {
  const writer = new Writer();
  codec.write(writer, message);
  return writer.buffer;
};

const read = (codec: Codec, bytes: Buffer): unknown => readMessage(codec, new Reader(bytes), 'the message');

const outcomeOf = (codec: Codec, bytes: Buffer): string => {
  try {
    read(codec, bytes);
    return 'read';
  } catch (error) {
    return findStreamsError(error)?.code ?? String(error);
  }
};

const typeOf = (field: Field): ScalarType | Fields | { array: ScalarType | Fields } => {
  if (typeof field === 'string') return field;
  if ('type' in field) return field.type;
  return 'array' in field ? { array: field.array } : field.struct;
};

const isVersioned = (field: Field, version: number): boolean =>
  typeof field === 'string' || (version >= (field.since ?? 0) && version <= (field.until ?? 99));

/** What stands in Kafka's JSON, as the schema has it: bytes are base64 there, and uuids too. */
const fromJson = (type: ReturnType<typeof typeOf>, value: unknown, version: number): unknown => {
  if (value === null) return null;
  if (typeof type === 'string') {
    if (type === 'bytes' || type === 'records') return Buffer.from(value as string, 'base64');
    if (type !== 'uuid') return value;
    const hex = Buffer.from(value as string, 'base64url').toString('hex');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }
  if (Array.isArray(value)) {
    const { array } = type as { array: ScalarType | Fields };
    return value.map((item) => fromJson(array, item, version));
  }
  const fields = type as Fields;
  const entries = Object.entries(value as Values).map(([name, part]) => {
    const field = fields[name];
    if (field === undefined || !isVersioned(field, version)) throw new Error(`the schema has no ${name}`);
    return [name, fromJson(typeOf(field), part, version)];
  });
  return Object.fromEntries(entries);
};

const messageOf = (row: Recorded): unknown => fromJson(apiOf(row.api)[row.side], row.message, row.version);

describe('messages of Kafka', () => {
  it('are recorded for every api in every version', () => {
    const expected = everyApi.flatMap(({ name, minVersion, maxVersion }) =>
      Array.from({ length: maxVersion - minVersion + 1 }, (_, i) => `${name} ${minVersion + i}`),
    );
    expect([...new Set(recorded.map(({ api, version }) => `${api} ${version}`))]).toEqual(expected);
    for (const { api, key } of recorded) expect(apiOf(api).key).toBe(key);
  });

  it.each(everyApi.map(({ name }) => name))('%s: our bytes are those of Kafka', (name) => {
    for (const row of recorded.filter(({ api }) => api === name)) {
      const codec = codecOf(row);
      expect(write(codec, messageOf(row)).toString('hex'), `${row.side} ${row.version}`).toBe(row.hex);
    }
  });

  it.each(everyApi.map(({ name }) => name))('%s: we read what Kafka wrote', (name) => {
    for (const row of recorded.filter(({ api }) => api === name)) {
      const codec = codecOf(row);
      const message = messageOf(row);
      const found = read(codec, Buffer.from(row.hex, 'hex'));
      expect(found, `${row.side} ${row.version}`).toMatchObject(message as object);
      expect(found).toEqual(codec.received(message));
    }
  });

  it('that are cut off anywhere are corrupt, and nothing else', () => {
    const outcomes = new Set<string>();
    const newest = recorded.filter(({ api, version }) => version === apiOf(api).maxVersion);
    for (const row of newest) {
      const bytes = Buffer.from(row.hex, 'hex');
      const codec = codecOf(row);
      for (let length = 0; length < bytes.length; length++) outcomes.add(outcomeOf(codec, bytes.subarray(0, length)));
    }
    expect([...outcomes]).toEqual(['CORRUPT_MESSAGE']);
  });

  it('that are damaged are read as something else or are corrupt', () => {
    const rows = recorded.filter(({ hex }) => hex !== '');
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...rows), damage, (row, changes) => {
        const bytes = Buffer.from(row.hex, 'hex');
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        expect(['read', 'CORRUPT_MESSAGE']).toContain(outcomeOf(codecOf(row), bytes));
      }),
      { numRuns: 1_000 },
    );
  });
});

const bytesArbitrary = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));

const scalars: Readonly<Record<ScalarType, fc.Arbitrary<unknown>>> = {
  boolean: fc.boolean(),
  int8: fc.integer({ min: -128, max: 127 }),
  int16: fc.integer({ min: -0x8000, max: 0x7fff }),
  int32: fc.integer(),
  int64: fc.maxSafeInteger(),
  uuid: fc.uuid(),
  string: fc.string({ unit: 'grapheme', maxLength: 200 }),
  bytes: bytesArbitrary,
  records: bytesArbitrary,
};

const fieldArbitrary = (field: Field, version: number): fc.Arbitrary<unknown> => {
  const type = typeOf(field);
  const element = (of: ScalarType | Fields): fc.Arbitrary<unknown> =>
    typeof of === 'string' ? scalars[of] : messageArbitrary(of, version);
  const some =
    typeof type === 'object' && typeof field === 'object' && 'array' in field
      ? fc.array(element(field.array), { maxLength: 3 })
      : element(type as ScalarType | Fields);
  const nullable = typeof field === 'object' && (field.nullable === true || version >= (field.nullableSince ?? 99));
  return nullable ? fc.option(some) : some;
};

const messageArbitrary = (fields: Fields, version: number): fc.Arbitrary<Values> =>
  fc.record(
    Object.fromEntries(
      Object.entries(fields)
        .filter(([, field]) => isVersioned(field, version))
        .map(([name, field]) => [name, fieldArbitrary(field, version)]),
    ),
  );

describe('any message', () => {
  it.each(everyApi.map(({ name }) => name))('%s comes back as it went, in every version', (name) => {
    const { minVersion, maxVersion } = apiOf(name);
    for (let version = minVersion; version <= maxVersion; version++) {
      for (const side of ['request', 'response'] as const) {
        const codec = codecOf({ api: name, side, version });
        const property = fc.property(messageArbitrary(apiOf(name)[side], version), (message) => {
          const bytes = write(codec, message);
          const reader = new Reader(bytes);
          expect(readMessage(codec, reader, name)).toEqual(codec.received(message));
          expect(reader.remaining).toBe(0);
        });
        fc.assert(property, { numRuns: 10 });
      }
    }
  });
});
