import { describe, expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import type { KStream } from './api.ts';
import type { StreamsBuilderOptions } from './streams-builder.ts';
import { StreamsBuilder } from './streams-builder.ts';
import type { TopologyOptimization } from './topology-optimization.ts';
import { joinWindows } from './windows/windows.ts';

const text = { key: serdes.string(), value: serdes.string() };
const windows = joinWindows({ timeDifference: 10 });

const built = (
  build: (stream: KStream<string, string>, builder: StreamsBuilder) => void,
  options: StreamsBuilderOptions,
) => {
  const builder = new StreamsBuilder(options);
  build(builder.stream('in', text), builder);
  const topology = builder.build();
  const driver = new TopologyTestDriver(topology, { statestoreCacheMaxBytes: 0 });
  return { driver, description: topology.describe(), input: driver.createInputTopic('in', text) };
};

const rekeyedTwice = (stream: KStream<string, string>): void => {
  const rekeyed = stream.selectKey((_key, value) => value);
  rekeyed
    .filter(() => true)
    .groupByKey(text)
    .count({ materialized: { name: 'first' } });
  rekeyed.groupByKey(text).count({ materialized: { name: 'second' } });
};

const repartitionsOf = (description: string): number => [...description.matchAll(/Sink: .*repartition/g)].length;

describe('merge.repartition.topics', () => {
  const merging = { topologyOptimization: ['merge.repartition.topics'] } as const;

  test('lets operators behind one change of keys share a topic', () => {
    expect(repartitionsOf(built(rekeyedTwice, {}).description)).toBe(2);
    const { description, driver, input } = built(rekeyedTwice, merging);
    expect(repartitionsOf(description)).toBe(1);
    input.pipeInput('a', 'x');
    input.pipeInput('b', 'x');
    const written = driver.takeProduced().map(({ topic }) => topic);
    expect(written.filter((topic) => topic === 'test-first-repartition')).toHaveLength(2);
    expect(written.filter((topic) => topic.endsWith('-changelog'))).toHaveLength(4);
  });

  test('leaves alone what lies behind a change of values', () => {
    const { description } = built((stream) => {
      const rekeyed = stream.selectKey((_key, value) => value);
      rekeyed.groupByKey(text).count();
      rekeyed
        .mapValues((value) => value.length)
        .groupByKey({ key: serdes.string(), value: serdes.long() })
        .count();
    }, merging);
    expect(repartitionsOf(description)).toBe(2);
  });

  test('looks past processors, as Kafka Streams does, unless it is told of them', () => {
    const build = (stream: KStream<string, string>): void => {
      const rekeyed = stream.selectKey((_key, value) => value);
      rekeyed.groupByKey(text).count();
      rekeyed
        .processValues(() => ({ process: () => undefined }))
        .groupByKey(text)
        .count();
    };
    expect(repartitionsOf(built(build, merging).description)).toBe(1);
    expect(repartitionsOf(built(build, { ...merging, enableProcessProcessValuesFix: true }).description)).toBe(2);
  });
});

describe('single.store.self.join', () => {
  test('gives the same results in the same order, from one store', () => {
    const run = (options: StreamsBuilderOptions) => {
      const { driver, description, input } = built(
        (stream) => stream.join(stream, (left, right) => left + right, windows).to('out', text),
        options,
      );
      for (const [value, timestamp] of [
        ['a', 10],
        ['b', 15],
        ['c', 12],
        ['d', 40],
        ['e', 1],
      ] as const) {
        input.pipeInput('k', value, { timestamp });
      }
      const results = driver.createOutputTopic('out', text).readRecords();
      return { description, results: results.map(({ value, timestamp }) => `${value}@${timestamp}`) };
    };
    const two = run({});
    const one = run({ topologyOptimization: ['single.store.self.join'] });
    expect(one.results).toEqual(two.results);
    expect(one.results.length).toBeGreaterThan(8);
    expect(one.description).not.toContain('KSTREAM-JOINOTHER');
  });
});

test('an optimization that does not exist is refused', () => {
  const wrong = { topologyOptimization: ['reuse.everything' as TopologyOptimization] };
  expect(() => built((stream) => stream.to('out'), wrong)).toThrow(
    /there is no topology optimization reuse.everything/,
  );
});
