import { describe, expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import type { KGroupedTable } from './api.ts';
import { StreamsBuilder } from './streams-builder.ts';

interface Entry {
  readonly group: string | null;
  readonly amount: number | null;
}

/** A table of whatever types. */
interface AnyTable {
  toStream(): { to(topic: string, options: never): void };
}

const numbers = { key: serdes.string(), value: serdes.integer() };
const source = { key: serdes.string(), value: serdes.json<Entry>() };
type Input = readonly [key: string, entry: readonly [group: string | null, amount: number | null] | null];

/** The updates of an aggregate over entries that are grouped by what they say. */
const updates = (build: (grouped: KGroupedTable<string, number>) => AnyTable, ...records: readonly Input[]) => {
  const builder = new StreamsBuilder();
  const grouped = builder
    .table('in', source)
    .groupBy((_key, { group, amount }) => [group as string, amount as number], { ...numbers, name: 'group' });
  const json = { key: serdes.string(), value: serdes.json<unknown>() };
  build(grouped)
    .toStream()
    .to('out', json as never);
  const driver = new TopologyTestDriver(builder.build());
  const input = driver.createInputTopic('in', source);
  for (const [key, entry] of records) {
    input.pipeInput(key, entry === null ? null : { group: entry[0], amount: entry[1] });
  }
  return driver.createOutputTopic('out', json).readPairs();
};

const sum = (grouped: KGroupedTable<string, number>) =>
  grouped.reduce(
    (total, amount) => total + amount,
    (total, amount) => total - amount,
  );

describe('an aggregate over a table', () => {
  test('takes an entry out where it was before it comes in where it is', () => {
    expect(updates(sum, ['a', ['x', 1]], ['b', ['x', 10]], ['a', ['y', 2]])).toEqual([
      ['x', 1],
      ['x', 11],
      ['x', 10],
      ['y', 2],
    ]);
  });

  test('changes once when an entry stays in its group', () => {
    expect(updates(sum, ['a', ['x', 1]], ['a', ['x', 5]])).toEqual([
      ['x', 1],
      ['x', 5],
    ]);
  });

  test('loses an entry that is deleted, and keeps nothing of one that never was', () => {
    expect(updates(sum, ['a', ['x', 1]], ['b', ['x', 10]], ['a', null], ['c', null])).toEqual([
      ['x', 1],
      ['x', 11],
      ['x', 10],
    ]);
  });

  test('passes over entries whose group or value is null, and takes out what they were', () => {
    expect(updates(sum, ['a', [null, 1]], ['a', ['x', null]], ['a', ['x', 3]], ['a', [null, 3]])).toEqual([
      ['x', 3],
      ['x', 0],
    ]);
  });

  test('counts entries', () => {
    const counted = updates(
      (grouped) => grouped.count(),
      ['a', ['x', 1]],
      ['b', ['x', 1]],
      ['a', ['y', 1]],
      ['b', null],
    );
    expect(counted).toEqual([
      ['x', 1],
      ['x', 2],
      ['x', 1],
      ['y', 1],
      ['x', 0],
    ]);
  });

  test('begins with the initial value, again after it was deleted by a null', () => {
    const aggregated = updates(
      (grouped) =>
        grouped.aggregate(
          () => 100,
          (key, amount, total) => total + amount + key.length,
          () => null,
          { materialized: { value: serdes.integer() } },
        ),
      ['a', ['x', 1]],
      ['b', ['x', 2]],
      ['a', ['x', 5]],
    );
    // The update of `a` deletes the aggregate and then begins anew.
    expect(aggregated).toEqual([
      ['x', 102],
      ['x', 105],
      ['x', 106],
    ]);
  });
});

describe('names', () => {
  const build = (group: { readonly name?: string }) => {
    const builder = new StreamsBuilder();
    const grouped = builder.table('in', source).groupBy((key) => [key, 1], { ...numbers, ...group });
    const table = grouped.count({ name: 'counting', materialized: { name: 'counts' } });
    sum(grouped);
    const topology = builder.build();
    return { table, description: topology.describe(), topics: [...topology.graph.repartitionTopics.keys()] };
  };

  test('of the aggregation go to its processor, sink, source and store', () => {
    const { table, description } = build({});
    for (const node of ['counting (stores: [counts])', 'counting-sink (', 'counting-source (']) {
      expect(description).toContain(`: ${node}`);
    }
    expect(table.queryableStoreName).toBe('counts');
  });

  test('of the group go to the repartition topic, which its aggregations share', () => {
    expect(build({ name: 'group' }).topics).toEqual(['group-repartition']);
    expect(build({}).topics).toEqual([
      'counts-repartition',
      expect.stringMatching(/^KTABLE-AGGREGATE-STATE-STORE-\d+-repartition$/),
    ]);
  });
});
