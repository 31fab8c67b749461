import { describe, expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import type { KeyValueStore } from '../state/key-value-store.ts';
import { stores } from '../state/stores.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import { StreamsBuilder } from './streams-builder.ts';

const text = { key: serdes.string(), value: serdes.string() };

const driven = (build: (builder: StreamsBuilder) => void) => {
  const builder = new StreamsBuilder();
  build(builder);
  const topology = builder.build();
  const driver = new TopologyTestDriver(topology);
  const pipe = (topic: string, key: string | null, value: string | null) =>
    driver.createInputTopic(topic, text).pipeInput(key, value);
  const results = () =>
    driver
      .createOutputTopic('out', text)
      .readRecords()
      .map(({ value }) => value);
  return { driver, topology, pipe, results };
};

describe('a global table', () => {
  test('is joined by any key, and its updates emit nothing', () => {
    const { pipe, results, topology } = driven((builder) => {
      const names = builder.globalTable('names', text);
      const stream = builder.stream('in', text);
      stream
        .join(
          names,
          (_key, value) => value,
          (value, name) => `${value}=${name}`,
        )
        .to('out', text);
      stream
        .leftJoin(
          names,
          () => null,
          (value, name) => `${value}~${name}`,
        )
        .to('out', text);
    });
    pipe('names', 'a', 'Ann');
    pipe('in', 'k', 'a');
    pipe('in', null, 'b');
    pipe('names', 'a', null);
    pipe('in', 'k', 'a');
    pipe('in', 'k', null);
    expect(results()).toEqual(['a=Ann', 'a~null', 'b~null', 'a~null']);
    expect(topology.describe()).toContain('Sub-topology: 0 for global store (will not generate tasks)');
  });

  test('is left-joined by records without a key behind a repartition too', () => {
    const { pipe, results } = driven((builder) => {
      const names = builder.globalTable('names', text);
      const stream = builder.stream('in', text).repartition({ name: 'r' });
      stream
        .leftJoin(
          names,
          (_key, value) => value,
          (value, name) => `${value}=${name}`,
        )
        .to('out', text);
    });
    pipe('in', null, 'a');
    expect(results()).toEqual(['a=null']);
  });

  test('passes over what it cannot read', () => {
    const { driver, results, pipe } = driven((builder) => {
      const numbers = builder.globalTable('numbers', { key: serdes.string(), value: serdes.long() });
      builder
        .stream('in', text)
        .leftJoin(
          numbers,
          (key) => key,
          (_value, number) => `${number}`,
        )
        .to('out', text);
    });
    driver.pipe({ topic: 'numbers', key: Buffer.from('a'), value: Buffer.from('bad'), timestamp: 0 });
    pipe('in', 'a', 'x');
    expect(results()).toEqual(['null']);
  });

  test('must have a name where its store is described, and cannot be versioned', () => {
    const builder = new StreamsBuilder();
    expect(() => builder.globalTable('t', { materialized: { caching: false } })).toThrow(/has no name/);
    const versioned = { name: 's', versioned: { historyRetention: 5 } };
    expect(() => builder.globalTable('t', { materialized: versioned })).toThrow(/a global table cannot be versioned/);
  });
});

describe('a global store', () => {
  const seen: string[] = [];
  const store = stores.keyValueStore<string, string>({ name: 'shared', ...text, persistent: false });
  const adding = (builder: StreamsBuilder): void => {
    builder.addGlobalStore<string, string>(store, 'topic', text, () => {
      let rows: KeyValueStore<string, string>;
      return {
        init: (context) => {
          rows = context.getStateStore('shared');
        },
        process: ({ key, value }) => rows.put(key, value.toUpperCase()),
      };
    });
  };

  test('is kept by its processor, and read by all others without being connected', () => {
    const { pipe, results, driver } = driven((builder) => {
      adding(builder);
      builder.stream('in', text).processValues<string>(() => {
        let rows: KeyValueStore<string, string>;
        return {
          init: (context) => {
            rows = context.getStateStore('shared');
            expect(() => rows.put('a', 'b')).toThrow(/can only be read here/);
          },
          process: (record) => void seen.push(String(rows.get(record.key))),
        };
      });
    });
    pipe('topic', 'a', 'x');
    pipe('in', 'a', '');
    expect(seen).toEqual(['X']);
    expect(results()).toEqual([]);
    expect(driver.getStateStore<KeyValueStore<string, string>>('shared')?.get('a')).toBe('X');
  });

  test('cannot be connected, nor have the name of another store', () => {
    const connecting = () =>
      driven((builder) => {
        adding(builder);
        builder.stream('in', text).process(() => ({ process: () => undefined }), { stores: ['shared'] });
      });
    expect(connecting).toThrow(/shared is a global store/);
    const twice = () =>
      driven((builder) => {
        adding(builder);
        builder.addStateStore(stores.keyValueStore({ name: 'shared', ...text }));
      });
    expect(twice).toThrow(/another store of this name/);
  });
});
