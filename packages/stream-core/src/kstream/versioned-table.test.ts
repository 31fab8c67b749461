import { describe, expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import type { KTable } from './api.ts';
import type { Joined } from './options/joined.ts';
import { untilTimeLimit } from './options/suppressed.ts';
import { StreamsBuilder } from './streams-builder.ts';
import { timeWindows } from './windows/windows.ts';

const text = { key: serdes.string(), value: serdes.string() };
const versioned = (name: string) => ({ ...text, name, versioned: { historyRetention: 1_000 } });
type Input = readonly [topic: string, value: string | null, timestamp: number, key?: string | null];

const run = (build: (builder: StreamsBuilder) => void, records: readonly Input[]): string[] => {
  const builder = new StreamsBuilder();
  build(builder);
  const driver = new TopologyTestDriver(builder.build());
  for (const [topic, value, timestamp, key = 'a'] of records) {
    driver.createInputTopic(topic, text).pipeInput(key, value, { timestamp });
  }
  const results = driver.createOutputTopic('out', text).readRecords();
  driver.close();
  return results.map(({ value, timestamp }) => `${value}@${timestamp}`);
};

const table = (builder: StreamsBuilder, topic = 'table'): KTable<string, string> =>
  builder.table(topic, { ...text, materialized: versioned(`${topic}-versions`) });

describe('a versioned table', () => {
  const lookUp =
    (options: Joined<string, string> = {}) =>
    (builder: StreamsBuilder) =>
      builder
        .stream('stream', text)
        .join(table(builder), (left, right) => left + right, options)
        .to('out', text);

  test('is joined as of the time of the record', () => {
    const records: readonly Input[] = [
      ['table', '1', 10],
      ['table', '2', 20],
      ['stream', 'x', 15],
      ['stream', 'y', 25],
      ['stream', 'z', 5],
    ];
    expect(run(lookUp(), records)).toEqual(['x1@15', 'y2@25']);
  });

  test('lets records wait for late updates, and joins those that are later than the grace period at once', () => {
    const records: readonly Input[] = [
      ['table', '1', 0],
      ['stream', 'x', 15],
      ['stream', 'x', 15],
      ['table', '2', 12],
      ['stream', 'y', 40],
      ['stream', 'late', 1],
    ];
    expect(run(lookUp({ grace: 20 }), records)).toEqual(['x2@15', 'x2@15', 'late1@1']);
  });

  test('does not aggregate late updates, nor join them with another table', () => {
    const records: readonly Input[] = [
      ['other', 'o', 0],
      ['table', '1', 10],
      ['table', 'late', 5],
      ['table', '2', 20],
    ];
    const joined = (builder: StreamsBuilder): void =>
      table(builder)
        .join(builder.table('other', text), (left, right) => left + right)
        .toStream()
        .to('out', text);
    expect(run(joined, records)).toEqual(['1o@10', '2o@20']);
    const reduced = (builder: StreamsBuilder): void =>
      table(builder)
        .groupBy((key, value) => [key, value], text)
        .reduce(
          (sum, value) => `${sum}+${value}`,
          (sum, value) => `${sum}-${value}`,
        )
        .toStream()
        .to('out', text);
    expect(run(reduced, records.slice(1))).toEqual(['1@10', '1-1+2@20']);
  });

  test('hands late updates on, through filters too, and drops what is older than its history', () => {
    const filtered = (builder: StreamsBuilder): void =>
      table(builder)
        .filter((_key, value) => value !== 'no')
        .toStream()
        .to('out', text);
    const records: readonly Input[] = [
      ['table', '1', 2_000],
      ['table', 'late', 1_500],
      ['table', 'no', 1_600],
      ['table', 'lost', 10],
    ];
    expect(run(filtered, records)).toEqual(['1@2000', 'late@1500', 'null@1600']);
  });
});

describe('what cannot be', () => {
  const grace = (build: (builder: StreamsBuilder) => KTable<string, string>, ms: number) => () => {
    const builder = new StreamsBuilder();
    const right = build(builder);
    builder
      .stream('stream', text)
      .join(right, (left) => left, { grace: ms })
      .to('out', text);
    return builder.build();
  };

  test('is a join with a grace period and a table that is not versioned', () => {
    expect(grace((builder) => builder.table('table', text), 5)).toThrow(/needs a versioned table/);
    const joined = (builder: StreamsBuilder) => table(builder).join(table(builder, 'other'), (left) => left);
    expect(grace(joined, 5)).toThrow(/needs a versioned table/);
  });

  test('is a grace period that is longer than the history', () => {
    expect(grace((builder) => table(builder), 1_001)).toThrow(/shorter than the grace period of 1001 ms/);
    expect(grace((builder) => table(builder), 1_000)).not.toThrow();
  });

  test('is a windowed table with versions', () => {
    const builder = new StreamsBuilder();
    const windowed = builder
      .stream('in', text)
      .groupByKey()
      .windowedBy(timeWindows({ size: 10 }));
    expect(() => windowed.count({ materialized: { versioned: { historyRetention: 5 } } })).toThrow(
      /a windowed table cannot be versioned/,
    );
  });

  test('is a suppress behind a versioned table', () => {
    const builder = new StreamsBuilder();
    table(builder)
      .mapValues((value) => value)
      .suppress(untilTimeLimit({ timeLimit: 5 }));
    expect(() => builder.build()).toThrow(/behind a versioned table/);
  });

  test('is a record without a key in a left join with a grace period', () => {
    const left = (builder: StreamsBuilder): void =>
      builder
        .stream('stream', text)
        .leftJoin(table(builder), (value) => value, { grace: 5 })
        .to('out', text);
    expect(() => run(left, [['stream', 'x', 1, null]])).toThrow(/needs records with a key/);
  });
});
