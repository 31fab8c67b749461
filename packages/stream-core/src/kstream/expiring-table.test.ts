import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import type { TimestampedKeyValueStore } from '../state/key-value-store.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import type { Materialized } from './options/materialized.ts';
import { StreamsBuilder } from './streams-builder.ts';

const text = { key: serdes.string(), value: serdes.string() };

type Input = readonly [key: string, value: string | null, timestamp: number];

/** Makes a table of `in`, and shows its updates as `old>new@timestamp` by way of a table that is made of it. */
const updates = (materialized: Materialized<string, string>, inputs: readonly Input[], cacheMaxBytes = 0) => {
  const builder = new StreamsBuilder();
  const table = builder.table('in', { ...text, materialized });
  const shownOf = (value: string | null) => value ?? '-';
  table.toStream().to('out', text);
  // Adder and subtractor see the new and the old value of every update.
  table
    .groupBy((key, value) => [key, value], text)
    .aggregate<string>(
      () => '',
      (_key, value, seen) => `${seen}+${shownOf(value)}`,
      (_key, value, seen) => `${seen}-${shownOf(value)}`,
      { materialized: { ...text, name: 'seen' } },
    );
  const driver = new TopologyTestDriver(builder.build(), { statestoreCacheMaxBytes: cacheMaxBytes });
  const input = driver.createInputTopic('in', text);
  for (const [key, value, timestamp] of inputs) input.pipeInput(key, value, { timestamp });
  const output = driver.createOutputTopic('out', text).readRecords();
  const rows = [...(driver.getStateStore<TimestampedKeyValueStore<string, string>>('table')?.all() ?? [])];
  const changelog = driver.createOutputTopic('test-table-changelog', text).readRecords();
  const seen = [...(driver.getStateStore<TimestampedKeyValueStore<string, string>>('seen')?.all() ?? [])];
  driver.close();
  const line = ({ key, value, timestamp }: { key: unknown; value: unknown; timestamp: number }) =>
    `${key}=${value ?? '-'}@${timestamp}`;
  return {
    output: output.map(line),
    changelog: changelog.map(line),
    rows: rows.map(({ key, value }) => `${key}=${value.value}@${value.timestamp}`),
    seen: seen.map(({ key, value }) => `${key}: ${value.value}`),
  };
};

/** What a table with a time to live is meant to do, in few words. */
const model = (ttl: number, inputs: readonly Input[]) => {
  const rows = new Map<string, { value: string; timestamp: number }>();
  const output: string[] = [];
  let streamTime = -1;
  const expire = (): void => {
    const due = [...rows].filter(([, row]) => row.timestamp + ttl <= streamTime);
    due.sort(([left, a], [right, b]) => a.timestamp - b.timestamp || (left < right ? -1 : 1));
    for (const [key] of due) {
      rows.delete(key);
      output.push(`${key}=-@${streamTime}`);
    }
  };
  for (const [key, value, timestamp] of inputs) {
    streamTime = Math.max(streamTime, timestamp);
    expire();
    if (value === null) rows.delete(key);
    else rows.set(key, { value, timestamp });
    output.push(`${key}=${value ?? '-'}@${timestamp}`);
    expire();
  }
  const left = [...rows].map(([key, { value, timestamp }]) => `${key}=${value}@${timestamp}`).sort();
  return { output, rows: left };
};

describe('a table with a time to live', () => {
  test('deletes a row when stream time has come to its end: downstream, and in the changelog', () => {
    const inputs: Input[] = [
      ['a', '1', 0],
      ['b', '2', 9],
      ['c', '3', 10],
      ['c', '4', 19],
    ];
    const { output, changelog, rows, seen } = updates({ name: 'table', ttl: 10 }, inputs);
    expect(output).toEqual(['a=1@0', 'b=2@9', 'a=-@10', 'c=3@10', 'b=-@19', 'c=4@19']);
    expect(changelog).toEqual(output);
    expect(rows).toEqual(['c=4@19']);
    expect(seen).toEqual(['a: +1-1', 'b: +2-2', 'c: +3-3+4']);
  });

  test('keeps a row that was written anew, and takes one at once that comes too late', () => {
    const inputs: Input[] = [
      ['a', '1', 0],
      ['a', '2', 8],
      ['b', '3', 15],
      ['c', '4', 5],
    ];
    const { output, rows } = updates({ name: 'table', ttl: 10 }, inputs);
    expect(output).toEqual(['a=1@0', 'a=2@8', 'b=3@15', 'c=4@5', 'c=-@15']);
    expect(rows).toEqual(['a=2@8', 'b=3@15']);
  });

  test('deletes in the order of time, whatever was there before', () => {
    const inputs: Input[] = [
      ['a', '1', 0],
      ['a', '2', 1],
      ['d', '3', 0],
      ['b', '4', 9],
    ];
    const { output } = updates({ name: 'table', ttl: 2 }, inputs);
    expect(output).toEqual(['a=1@0', 'a=2@1', 'd=3@0', 'd=-@9', 'a=-@9', 'b=4@9']);
  });

  const input = fc.tuple(
    fc.constantFrom('a', 'b', 'c', 'd'),
    fc.option(fc.constantFrom('1', '2', '3'), { freq: 6 }),
    fc.nat(60),
  );

  test('behaves like a map whose entries are deleted by time', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 40 }), fc.integer({ min: 1, max: 30 }), (inputs, ttl) => {
        const { output, rows } = updates({ name: 'table', ttl }, inputs);
        expect({ output, rows }).toEqual(model(ttl, inputs));
      }),
      { numRuns: 500 },
    );
  });

  test('has the same rows behind a record cache', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 40 }), fc.integer({ min: 1, max: 30 }), (inputs, ttl) => {
        expect(updates({ name: 'table', ttl }, inputs, 10_000).rows).toEqual(model(ttl, inputs).rows);
      }),
      { numRuns: 50 },
    );
  });

  test('is not found by a join when its time is over, though a record of another topic moved the time', () => {
    const builder = new StreamsBuilder();
    const table = builder.table('table', { ...text, materialized: { ttl: 10 } });
    const joiner = (left: string, right: string | null) => `${left}${right ?? '-'}`;
    builder.stream('stream', text).leftJoin(table, joiner).to('out', text);
    const driver = new TopologyTestDriver(builder.build());
    driver.createInputTopic('table', text).pipeInput('a', '1', { timestamp: 0 });
    for (const timestamp of [9, 10, 3]) {
      driver.createInputTopic('stream', text).pipeInput('a', `at ${timestamp} `, { timestamp });
    }
    const out = driver.createOutputTopic('out', text).readRecords();
    expect(out.map(({ value }) => value)).toEqual(['at 9 1', 'at 10 -', 'at 3 -']);
    driver.close();
  });

  test('can be an aggregation, which then begins anew, or a table of a stream', () => {
    const builder = new StreamsBuilder();
    const stream = builder.stream('in', text);
    stream
      .groupByKey()
      .count({ materialized: { name: 'counts', ttl: 10 } })
      .toStream()
      .to('counts-out');
    stream
      .toTable({ materialized: { ttl: 10 } })
      .toStream()
      .to('out', text);
    const driver = new TopologyTestDriver(builder.build(), { statestoreCacheMaxBytes: 0 });
    for (const timestamp of [0, 5, 15, 16]) {
      driver.createInputTopic('in', text).pipeInput('a', 'v', { timestamp });
    }
    const counts = driver.createOutputTopic('counts-out', { key: text.key, value: serdes.long() }).readRecords();
    expect(counts.map(({ value, timestamp }) => [value, timestamp])).toEqual([
      [1, 0],
      [2, 5],
      [null, 15],
      [1, 15],
      [2, 16],
    ]);
    expect(driver.createOutputTopic('out', text).readRecords()).toHaveLength(5);
    driver.close();
  });
});

describe('what cannot expire is refused when the topology is built', () => {
  const refusal = (build: (builder: StreamsBuilder) => void, optimization: 'all' | 'none' = 'none') => {
    const builder = new StreamsBuilder({ topologyOptimization: optimization });
    expect(() => {
      build(builder);
      builder.build();
    }).toThrow(expect.objectContaining({ code: 'TOPOLOGY_INVALID' }));
    expect(() => {
      const again = new StreamsBuilder({ topologyOptimization: optimization });
      build(again);
      again.build();
    }).toThrow(/store table: /);
  };
  const materialized = { ...text, name: 'table', ttl: '1h' } as const;

  test('a table that uses its source topic as changelog', () => {
    refusal((builder) => builder.table('in', { ...text, materialized }), 'all');
  });

  test('versioned tables, tables without timestamps, global tables, and tables made of tables', () => {
    refusal((builder) =>
      builder.table('in', { ...text, materialized: { ...materialized, versioned: { historyRetention: '1h' } } }),
    );
    refusal((builder) => builder.table('in', { ...text, materialized: { ...materialized, timestamped: false } }));
    refusal((builder) => builder.globalTable('in', { ...text, materialized }));
    refusal((builder) => builder.table('in', text).mapValues((value) => value, { materialized }));
    refusal((builder) => {
      const grouped = builder.table('in', text).groupBy((key, value) => [key, value], text);
      grouped.reduce(
        (left) => left,
        (left) => left,
        { materialized },
      );
    });
  });

  test('a time to live of nothing', () => {
    const builder = new StreamsBuilder();
    expect(() => builder.table('in', { ...text, materialized: { name: 'table', ttl: 0 } })).toThrow(RangeError);
  });
});
