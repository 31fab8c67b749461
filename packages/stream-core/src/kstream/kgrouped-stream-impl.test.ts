import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import type { TimestampedKeyValueStore } from '../state/key-value-store.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import type { KGroupedStream } from './api.ts';
import { StreamsBuilder } from './streams-builder.ts';

const numbers = { key: serdes.string(), value: serdes.integer() };
/** A table of whatever types. */
interface AnyTable {
  toStream(): { to(topic: string, options: never): void };
}
type Input = readonly [key: string | null, value: number | null, timestamp?: number];

/** The updates of a table that is made of a grouped stream. */
const aggregate = (build: (grouped: KGroupedStream<string, number>) => AnyTable, ...records: readonly Input[]) => {
  const builder = new StreamsBuilder();
  const json = { key: serdes.string(), value: serdes.json<unknown>() };
  build(builder.stream('in', numbers).groupByKey())
    .toStream()
    .to('out', json as never);
  const topology = builder.build();
  const driver = new TopologyTestDriver(topology);
  const input = driver.createInputTopic('in', numbers);
  for (const [key, value, timestamp = 0] of records) input.pipeInput(key, value, { timestamp });
  const updates = driver
    .createOutputTopic('out', json)
    .readRecords()
    .map(({ key, value, timestamp }) => [key, value, timestamp]);
  return { updates, driver, description: topology.describe() };
};

const json = { materialized: { value: serdes.json<number>() } };

describe('count', () => {
  test('counts the records of a key, with the largest of their timestamps', () => {
    const { updates } = aggregate((grouped) => grouped.count(), ['a', 1, 5], ['b', 1, 9], ['a', 1, 3], ['a', 1, 7]);
    expect(updates).toEqual([
      ['a', 1, 5],
      ['b', 1, 9],
      ['a', 2, 5],
      ['a', 3, 7],
    ]);
  });

  test('counts nothing without a key or without a value, and says why', () => {
    const { updates, driver } = aggregate((grouped) => grouped.count(), [null, 1], ['a', null], [null, null]);
    expect(updates).toEqual([]);
    const drops = driver.metrics().filter(({ name }) => name === 'dropped-records-total');
    expect(drops.map(({ tags, value }) => [tags['reason'], value])).toEqual([
      ['null_key', 2],
      ['null_value', 1],
    ]);
  });
});

describe('reduce', () => {
  test('begins with the first value as it is', () => {
    const reduced = aggregate(
      (grouped) => grouped.reduce((sum, value) => 10 * sum + value),
      ['a', 1],
      ['a', 2],
      ['a', 3],
    );
    expect(reduced.updates.map(([, value]) => value)).toEqual([1, 12, 123]);
  });

  test('that gives null deletes, and begins anew with the next value', () => {
    const reduced = aggregate(
      (grouped) => grouped.reduce((sum, value) => (value === 0 ? null : sum + value)),
      ['a', 1],
      ['a', 0],
      ['a', 5],
    );
    expect(reduced.updates.map(([, value]) => value)).toEqual([1, null, 5]);
  });
});

describe('aggregate', () => {
  test('begins with the initial value of each key', () => {
    let made = 0;
    const { updates } = aggregate(
      (grouped) =>
        grouped.aggregate(
          () => 100 * ++made,
          (key, value, sum) => sum + value + key.length,
          json,
        ),
      ['a', 1],
      ['a', 1],
      ['bb', 1],
    );
    expect(updates.map(([key, value]) => [key, value])).toEqual([
      ['a', 102],
      ['a', 104],
      ['bb', 203],
    ]);
  });

  test('that gives null deletes, and begins anew', () => {
    const { updates } = aggregate(
      (grouped) =>
        grouped.aggregate(
          () => 10,
          (_key, value, sum) => (value === 0 ? null : sum + value),
          json,
        ),
      ['a', 1],
      ['a', 0],
      ['a', 2],
    );
    expect(updates.map(([, value]) => value)).toEqual([11, null, 12]);
  });
});

test('sums and counts are those of the records, whatever comes', () => {
  const record = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: -99, max: 99 }));
  fc.assert(
    fc.property(fc.array(record, { maxLength: 12 }), (records) => {
      const sums = new Map<string, number>();
      for (const [key, value] of records) sums.set(key, (sums.get(key) ?? 0) + value);
      const { updates } = aggregate((grouped) => grouped.reduce((sum, value) => sum + value), ...records);
      expect(new Map(updates.map(([key, value]) => [key, value]))).toEqual(sums);
      expect(updates).toHaveLength(records.length);
    }),
    { numRuns: 25 },
  );
});

describe('options', () => {
  test('name the processor and the store, under which the table is queryable', () => {
    let name: string | null = null;
    const { driver, description } = aggregate(
      (grouped) => {
        const table = grouped.count({ name: 'counting', materialized: { name: 'counts' } });
        name = table.queryableStoreName;
        return table;
      },
      ['a', 1, 7],
    );
    expect(name).toBe('counts');
    expect(description).toContain('Processor: counting (stores: [counts])');
    expect(driver.getStateStore<TimestampedKeyValueStore<string, number>>('counts')?.get('a')).toEqual({
      value: 1,
      timestamp: 7,
    });
  });

  test('of a store without a name leave the table without one that can be queried', () => {
    const table = new StreamsBuilder()
      .stream('in', numbers)
      .groupByKey()
      .count({ materialized: { caching: false } });
    expect(table.queryableStoreName).toBeNull();
  });

  test('of a group name its repartition topic, which aggregations of the group share', () => {
    const build = (group: { readonly name?: string }) => {
      const builder = new StreamsBuilder();
      const grouped = builder.stream('in', numbers).groupBy((key) => key, { ...numbers, ...group });
      grouped.count();
      grouped.reduce((sum) => sum);
      return [...builder.build().graph.repartitionTopics.keys()];
    };
    expect(build({ name: 'group' })).toEqual(['group-repartition']);
    expect(build({})).toHaveLength(2);
  });
});
