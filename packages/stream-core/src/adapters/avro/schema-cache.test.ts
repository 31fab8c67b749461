import { describe, expect, test } from 'vitest';
import type { Clock } from '../../common/clock.ts';
import { noHeaders } from '../../common/headers.ts';
import { StreamsError } from '../../errors/streams-error.ts';
import { avroSerdes } from './avro-serdes.ts';
import { inMemorySchemaSource } from './in-memory-schema-source.ts';
import type { SchemaSource } from './schema-source.ts';
import { recordNameStrategy, topicNameStrategy, topicRecordNameStrategy } from './subject-name-strategy.ts';

const string = (id: number, text = 'a'): Buffer => Buffer.from([0, 0, 0, 0, id, 2, text.charCodeAt(0)]);

/** A source that answers with promises and notes what it was asked. */
const slowSource = (schemas: Record<number, string> = { 1: '"string"', 2: '"string"' }) => {
  const asked: (number | string)[] = [];
  const state = { down: false };
  const source: SchemaSource = {
    register: async (subject) => {
      asked.push(subject);
      await Promise.resolve();
      if (state.down) throw new Error('the registry is down');
      return 1;
    },
    schemaById: async (id) => {
      asked.push(id);
      await Promise.resolve();
      if (state.down) throw new Error('the registry is down');
      return schemas[id] ?? null;
    },
  };
  return { source, asked, state, schemas };
};

const manualClock = () => {
  let now = 1000;
  const clock: Clock = { now: () => now, monotonic: () => now, schedule: () => ({ cancel: () => undefined }) };
  return { clock, advance: (ms: number) => (now += ms) };
};

describe('prepare', () => {
  test('fetches each unknown id once and has no work afterwards', async () => {
    const { source, asked } = slowSource();
    const serde = avroSerdes({ source })<string>('string');
    const batch = [string(1), string(2), string(1), Buffer.from('junk'), string(2)];
    await serde.prepare?.(batch, 't');
    expect(asked).toEqual([1, 2]);
    expect(serde.prepare?.(batch, 't')).toBeUndefined();
    expect(serde.deserialize(string(2, 'z'), 't', noHeaders)).toBe('z');
  });

  test('shares the fetches of several serdes at the same time', async () => {
    const { source, asked } = slowSource();
    const avro = avroSerdes({ source });
    const serdes = [avro('string'), avro('bytes'), avro('string', { isKey: true })];
    await Promise.all(
      serdes.flatMap((serde) => [serde.prepare?.([string(1)], 't'), serde.prepare?.([string(1)], 'u')]),
    );
    expect(asked).toEqual([1]);
    expect(serdes.map((serde) => serde.deserialize(string(1), 't', noHeaders))).toEqual(['a', Buffer.from('a'), 'a']);
  });

  test('an unknown id fails its own records only, and is asked for again after a while', async () => {
    const { source, asked, schemas } = slowSource();
    const { clock, advance } = manualClock();
    const serde = avroSerdes({ source, clock, retryUnknownAfter: '500ms' })<string>('string');
    const batch = [string(1), string(9), string(2)];
    await serde.prepare?.(batch, 'payments');
    expect(serde.deserialize(string(1), 'payments', noHeaders)).toBe('a');
    expect(serde.deserialize(string(2), 'payments', noHeaders)).toBe('a');
    const read = () => serde.deserialize(string(9), 'payments', noHeaders);
    expect(read).toThrow(expect.objectContaining({ code: 'SCHEMA_UNKNOWN', context: { topic: 'payments' } }));
    expect(read).toThrow(/does not know schema 9, which a record of payments names/u);

    advance(499);
    expect(serde.prepare?.(batch, 'payments')).toBeUndefined();
    schemas[9] = '"string"';
    advance(1);
    await serde.prepare?.(batch, 'payments');
    expect(asked).toEqual([1, 9, 2, 9]);
    expect(read()).toBe('a');
  });

  test('a schema that is none fails its own records only', async () => {
    const { source } = slowSource({ 1: '"string"', 2: '{"type":"nonsense"}' });
    const serde = avroSerdes({ source })<string>('string');
    await serde.prepare?.([string(1), string(2)], 't');
    expect(serde.deserialize(string(1), 't', noHeaders)).toBe('a');
    const read = () => serde.deserialize(string(2), 't', noHeaders);
    for (const _again of [1, 2]) expect(read).toThrow(expect.objectContaining({ code: 'SCHEMA_MISMATCH' }));
    expect(read).toThrow(/^Schema 2 \(not valid\) cannot be read as string: .*nonsense/u);
  });

  test('passes on what an unreachable source throws, and tries again', async () => {
    const { source, asked, state } = slowSource();
    const serde = avroSerdes({ source })<string>('string');
    state.down = true;
    await expect(serde.prepare?.([string(1), string(2)], 't')).rejects.toThrow('the registry is down');
    state.down = false;
    await serde.prepare?.([string(1), string(2)], 't');
    expect(asked).toEqual([1, 2, 1, 2]);
    expect(serde.deserialize(string(1), 't', noHeaders)).toBe('a');
  });

  test('makes a rejection of what a source throws at once', async () => {
    const source: SchemaSource = {
      register: () => {
        throw new Error('no');
      },
      schemaById: () => {
        throw new Error('no');
      },
    };
    const serde = avroSerdes({ source })('string');
    await expect(serde.prepare?.([string(1)], 't')).rejects.toThrow('no');
    await expect(serde.prepareWrite?.('t')).rejects.toThrow('no');
  });

  test('forgets the oldest of very many unknown ids', () => {
    const asked: number[] = [];
    const source: SchemaSource = {
      register: () => 1,
      schemaById: (id) => {
        asked.push(id);
        return null;
      },
    };
    const serde = avroSerdes({ source })('string');
    const batch = Array.from({ length: 10_001 }, (_, index) => {
      const bytes = Buffer.alloc(6);
      bytes.writeUInt32BE(index + 1, 1);
      return bytes;
    });
    expect(serde.prepare?.(batch, 't')).toBeUndefined();
    expect(asked.splice(0)).toHaveLength(10_001);
    expect(serde.prepare?.(batch.slice(1), 't')).toBeUndefined();
    expect(asked).toEqual([]);
    expect(serde.prepare?.(batch.slice(0, 1), 't')).toBeUndefined();
    expect(asked).toEqual([1]);
  });

  test('never waits for a source in memory', () => {
    const avro = avroSerdes({ source: inMemorySchemaSource({ 5: 'string' }) });
    const serde = avro<string>('string');
    expect(serde.prepare?.([string(5), string(6)], 't')).toBeUndefined();
    expect(serde.deserialize(string(5), 't', noHeaders)).toBe('a');
    expect(() => serde.deserialize(string(6), 't', noHeaders)).toThrow(StreamsError);
  });
});

describe('prepareWrite', () => {
  const record = { type: 'record', name: 'a.R', fields: [] };

  test('registers once a topic, and then the id is known for reading too', async () => {
    const { source, asked } = slowSource();
    const serde = avroSerdes({ source })<string>('string');
    await Promise.all([serde.prepareWrite?.('t'), serde.prepareWrite?.('t')]);
    expect(serde.prepareWrite?.('t')).toBeUndefined();
    expect(serde.serialize('a', 't', noHeaders)).toEqual(string(1));
    expect(serde.prepare?.([string(1)], 't')).toBeUndefined();
    expect(serde.deserialize(string(1), 't', noHeaders)).toBe('a');
    expect(asked).toEqual(['t-value']);
  });

  test('must come before serialize', () => {
    const { source } = slowSource();
    const write = () => avroSerdes({ source })('string').serialize('a', 'payments', noHeaders);
    expect(write).toThrow(expect.objectContaining({ code: 'SCHEMA_UNKNOWN' }));
    expect(write).toThrow(/await prepareWrite\('payments'\) first/u);
  });

  test('passes on what the source throws, and tries again', async () => {
    const { source, state } = slowSource();
    const serde = avroSerdes({ source })<string>('string');
    state.down = true;
    await expect(serde.prepareWrite?.('t')).rejects.toThrow('the registry is down');
    state.down = false;
    await serde.prepareWrite?.('t');
    expect(serde.serialize('a', 't', noHeaders)).toEqual(string(1));
  });

  test('registers nothing for a fixed id', () => {
    const { source, asked } = slowSource();
    const serde = avroSerdes({ source })<string>('string', { id: 1 });
    expect(serde.prepareWrite?.('t')).toBeUndefined();
    expect(serde.serialize('a', 't', noHeaders)).toEqual(string(1));
    expect(serde.prepare?.([string(1)], 't')).toBeUndefined();
    expect(asked).toEqual([]);
  });

  test.each([
    ['topic name', topicNameStrategy, ['t-key', 'u-key', 't-value']],
    ['record name', recordNameStrategy, ['a.R']],
    ['topic and record name', topicRecordNameStrategy, ['t-a.R', 'u-a.R']],
  ])('uses the %s as subject', async (_name, subject, subjects) => {
    const { source, asked } = slowSource();
    const avro = avroSerdes({ source, subject });
    const key = avro(record, { isKey: true });
    const value = avro(record);
    await key.prepareWrite?.('t');
    await key.prepareWrite?.('u');
    await value.prepareWrite?.('t');
    expect(asked).toEqual(subjects);
  });

  test('takes the subject of the serde before that of all', async () => {
    const { source, asked } = slowSource();
    const serde = avroSerdes({ source, subject: recordNameStrategy })(record, {
      subject: ({ topic }) => `my-${topic}`,
    });
    await serde.prepareWrite?.('t');
    expect(asked).toEqual(['my-t']);
  });
});

describe('inMemorySchemaSource', () => {
  test('gives the same schema the same id, whatever its order and white space', async () => {
    const source = inMemorySchemaSource();
    expect(await source.register('a', '{"type":"fixed","name":"F","size":2}')).toBe(1);
    expect(await source.register('b', '"string"')).toBe(2);
    expect(await source.register('c', '{ "size": 2, "name": "F", "type": "fixed" }')).toBe(1);
    expect(await source.schemaById(2)).toBe('"string"');
    expect(await source.schemaById(3)).toBeNull();
  });

  test('tells decimals of different scales apart', async () => {
    const source = inMemorySchemaSource();
    const decimal = (scale: number) => JSON.stringify({ type: 'bytes', logicalType: 'decimal', precision: 9, scale });
    expect(await source.register('a', decimal(2))).not.toBe(await source.register('a', decimal(3)));
  });

  test('keeps fixed ids and goes around them', async () => {
    const source = inMemorySchemaSource({ 105: 'string', 1: { type: 'array', items: 'int' } });
    expect(await source.register('a', '"string"')).toBe(105);
    expect(await source.register('a', '"int"')).toBe(2);
    expect(await source.schemaById(1)).toBe('{"type":"array","items":"int"}');
  });
});
