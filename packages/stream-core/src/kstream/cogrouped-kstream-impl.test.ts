import { describe, expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import type { CogroupedKStream, KTable } from './api.ts';
import { StreamsBuilder } from './streams-builder.ts';
import { sessionWindows } from './windows/session-windows.ts';
import { slidingWindows } from './windows/sliding-windows.ts';
import { timeWindows } from './windows/windows.ts';

const text = { key: serdes.string(), value: serdes.string() };
const numbers = { key: serdes.string(), value: serdes.integer() };
const stored = { materialized: { name: 'merged', value: serdes.string() } };

type Input = readonly [topic: 'words' | 'numbers', key: string, timestamp: number];

/** Two streams that add to one text; every update as `key value @timestamp`. */
const run = <K>(
  aggregate: (cogrouped: CogroupedKStream<string, string>) => KTable<K, string>,
  records: readonly Input[],
  show: (key: K) => string,
) => {
  const builder = new StreamsBuilder();
  const words = builder.stream('words', text).groupByKey();
  const counted = builder.stream('numbers', numbers).groupByKey();
  const cogrouped = words
    .cogroup<string>((_key, value, sum) => sum + value)
    .cogroup(counted, (_key, value, sum) => `${sum}${value + 1}`);
  const updates: string[] = [];
  aggregate(cogrouped)
    .toStream()
    .process(() => ({
      process: ({ key, value, timestamp }) => {
        updates.push(`${show(key)} ${value} @${timestamp}`);
      },
    }));
  const topology = builder.build();
  const driver = new TopologyTestDriver(topology, { statestoreCacheMaxBytes: 0 });
  const inputs = {
    words: driver.createInputTopic('words', text),
    numbers: driver.createInputTopic('numbers', numbers),
  };
  for (const [topic, key, timestamp] of records) {
    if (topic === 'words') inputs.words.pipeInput(key, 'w', { timestamp });
    else inputs.numbers.pipeInput(key, 6, { timestamp });
  }
  return { updates, describe: topology.describe() };
};

const windowed = ({ key, window }: { readonly key: string; readonly window: { start: number; end: number } }) =>
  `${key} ${window.start}-${window.end}`;

describe('cogrouped streams', () => {
  test('add to one aggregate, each with its own aggregator', () => {
    const { updates } = run(
      (cogrouped) => cogrouped.aggregate(() => ':', stored),
      [
        ['words', 'a', 1],
        ['numbers', 'a', 2],
        ['numbers', 'b', 3],
        ['words', 'a', 1],
      ],
      String,
    );
    expect(updates).toEqual(['a :w @1', 'a :w7 @2', 'b :7 @3', 'a :w7w @2']);
  });

  test('add to windows, and each stream has a time of its own', () => {
    const { updates } = run(
      (cogrouped) => cogrouped.windowedBy(timeWindows({ size: 10 })).aggregate(() => ':', { ...stored }),
      [
        ['words', 'a', 5],
        ['words', 'a', 15],
        ['numbers', 'a', 9],
        ['words', 'a', 9],
      ],
      windowed,
    );
    expect(updates).toEqual(['a 0-10 :w @5', 'a 10-20 :w @15', 'a 0-10 :7 @9']);
  });

  test('add to sliding windows and to sessions', () => {
    const records: Input[] = [
      ['words', 'a', 15],
      ['numbers', 'a', 20],
    ];
    const sliding = run(
      (cogrouped) => cogrouped.windowedBy(slidingWindows({ timeDifference: 10 })).aggregate(() => ':', stored),
      records,
      windowed,
    );
    expect(sliding.updates).toEqual(['a 5-15 :w @15', 'a 16-26 :7 @20', 'a 10-20 :w7 @20']);
    const sessions = run(
      (cogrouped) =>
        cogrouped.windowedBy(sessionWindows({ inactivityGap: 10 })).aggregate(
          () => ':',
          (_key, left, right) => left + right,
          stored,
        ),
      records,
      windowed,
    );
    expect(sessions.updates).toEqual(['a 15-15 :w @15', 'a 15-15 null @15', 'a 15-20 ::w7 @20']);
  });

  test('have an operator each, and one behind them', () => {
    const { describe: description } = run(
      (cogrouped) => cogrouped.aggregate(() => ':', { name: 'all', ...stored }),
      [],
      String,
    );
    for (const name of ['all-cogroup-agg-0', 'all-cogroup-agg-1', 'all-cogroup-merge'])
      expect(description).toContain(name);
  });

  test('whose keys may have changed go through repartition topics, and two need names of their own', () => {
    const build = (name: string | null) => {
      const builder = new StreamsBuilder();
      const options = name === null ? {} : { name };
      const left = builder.stream('words', text).groupBy((_key, value) => value);
      const right = builder.stream('numbers', numbers).groupBy((key) => key, { ...numbers, ...options });
      const table = left.cogroup<string>((_key, value, sum) => sum + value).cogroup(right, (_key, _value, sum) => sum);
      table.aggregate(() => '', { materialized: { value: serdes.string() } });
      return builder.build().describe();
    };
    expect(build('numbers')).toContain('numbers-repartition');
    expect(() => build(null)).toThrow(/repartition/);
  });
});
