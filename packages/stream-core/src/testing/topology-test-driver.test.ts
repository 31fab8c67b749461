import { describe, expect, test } from 'vitest';

import { ConfigError, TopologyError } from '../errors/streams-error.ts';
import { StreamsBuilder } from '../kstream/streams-builder.ts';
import { joinWindows } from '../kstream/windows/windows.ts';
import type { Serde } from '../serdes/serde.ts';
import { serdes } from '../serdes/serdes.ts';
import type { TimestampedKeyValueStore } from '../state/key-value-store.ts';
import { Topology } from '../topology/topology.ts';
import type { TestDriverConfig } from './topology-test-driver.ts';
import { TopologyTestDriver } from './topology-test-driver.ts';

const text = { key: serdes.string(), value: serdes.string() };

const drive = (build: (builder: StreamsBuilder) => void, config: TestDriverConfig = {}): TopologyTestDriver => {
  const builder = new StreamsBuilder();
  build(builder);
  return new TopologyTestDriver(builder.build(), config);
};
const copying = (builder: StreamsBuilder): void => builder.stream('in', text).to('out', text);

describe('making a driver', () => {
  test('refuses a configuration and a topology as an application would', () => {
    expect(() => drive(copying, { applicationId: 'a b' })).toThrow(ConfigError);
    expect(() => new TopologyTestDriver(new Topology())).toThrow(TopologyError);
    expect(() => drive((builder) => builder.stream('in').to('out'))).toThrow(/it has no key serde/);
  });

  test('takes the default serdes of the configuration', () => {
    const driver = drive((builder) => builder.stream('in').to('out'), {
      defaultKeySerde: serdes.string() as Serde<unknown>,
      defaultValueSerde: serdes.string() as Serde<unknown>,
    });
    driver.createInputTopic('in', text).pipeInput('a', 'x');
    expect(driver.createOutputTopic('out', text).readPairs()).toEqual([['a', 'x']]);
  });
});

describe('piping', () => {
  test('into a topic that the topology does not read is an error that lists those that it does', () => {
    const driver = drive((builder) => {
      copying(builder);
      builder.table('table', text);
    });
    expect(() => driver.createInputTopic('out', text).pipeInput('a', 'x')).toThrow(
      expect.objectContaining({
        code: 'UNKNOWN_TOPIC_OR_PARTITION',
        message: 'The topology reads no topic out; it reads in, table',
        context: { topic: 'out' },
      }),
    );
  });

  test('in bytes runs everything that it causes, through internal topics too, before it returns', () => {
    const driver = drive(
      (builder) =>
        builder
          .stream('in', text)
          .repartition({ name: 'again' })
          .mapValues((value) => `${value}!`)
          .to('out', text),
      { applicationId: 'app' },
    );
    driver.pipe({ topic: 'in', key: Buffer.from('a'), value: Buffer.from('x'), timestamp: 5 });
    expect(driver.takeProduced().map(({ topic, value, timestamp }) => [topic, String(value), timestamp])).toEqual([
      ['app-again-repartition', 'x', 5],
      ['out', 'x!', 5],
    ]);
    expect(driver.takeProduced()).toEqual([]);
  });

  test('gives the records of a topic their offsets in turn', () => {
    const offsets: number[] = [];
    const driver = drive((builder) => {
      builder.stream('in', text).to((_key, _value, { offset }) => `out-${offsets.push(offset)}`, text);
    });
    const input = driver.createInputTopic('in', text);
    for (const value of ['x', 'y', 'z']) input.pipeInput('a', value);
    expect(offsets).toEqual([0, 1, 2]);
  });

  test('a record of an invalid timestamp, or of bytes that cannot be read, is an error by default', () => {
    const driver = drive((builder) =>
      builder.stream('in', { ...text, value: serdes.long() }).to('out', { key: text.key }),
    );
    const bytes = Buffer.alloc(8);
    expect(() => driver.pipe({ topic: 'in', key: null, value: bytes, timestamp: -1 })).toThrow(
      expect.objectContaining({ code: 'TIMESTAMP_INVALID' }),
    );
    expect(() => driver.pipe({ topic: 'in', key: null, value: Buffer.alloc(3), timestamp: 0 })).toThrow(
      expect.objectContaining({
        code: 'DESERIALIZATION_FAILED',
        message: 'The record at in-0 offset 1 cannot be read: a long has 8 bytes, not 3',
        context: { taskId: '0_0', node: 'KSTREAM-SOURCE-0000000000', topic: 'in', partition: 0, offset: 1 },
      }),
    );
  });
});

describe('time', () => {
  test('of the wall stands where it was put, and is that of records that name none', () => {
    const driver = drive(copying, { initialWallClockMs: 1_000 });
    const first = driver.createInputTopic('in', text);
    driver.advanceWallClockTime('5s');
    expect(driver.wallClockMs).toBe(6_000);
    first.pipeInput('a', 'x');
    driver.createInputTopic('in', text).pipeInput('a', 'y');
    const output = driver.createOutputTopic('out', text);
    expect(output.readRecords().map(({ timestamp }) => timestamp)).toEqual([1_000, 6_000]);
    expect(drive(copying).wallClockMs).toBe(0);
  });

  test('moves forward by a duration', () => {
    expect(() => drive(copying).advanceWallClockTime(-1)).toThrow(/^advance: -1 is not a duration/);
  });

  test('that passes without a record moves stream time of an idle source, and what waits for it comes out', () => {
    const seen: number[] = [];
    const driver = drive((builder) => {
      builder.stream('in', { ...text, idleTimeout: 10 }).process(() => ({
        init: (context) => void context.schedule(5, 'stream_time', (time) => seen.push(time)),
        process: () => undefined,
      }));
    });
    driver.createInputTopic('in', text).pipeInput('a', 'x', { timestamp: 100 });
    driver.advanceWallClockTime(9);
    expect(seen).toEqual([100]);
    driver.advanceWallClockTime(1);
    expect(seen).toEqual([100, 110]);
  });

  test('holds back no results of a join, whatever the emit interval is', () => {
    const driver = drive(
      (builder) => {
        const windows = joinWindows({ timeDifference: 10 });
        const left = builder.stream('in', text);
        left.leftJoin(builder.stream('other', text), (value) => value, windows).to('out', text);
      },
      { emitInterval: '1h', emission: 'throttled' },
    );
    const input = driver.createInputTopic('in', text);
    for (const timestamp of [100, 200, 300]) input.pipeInput('a', `at ${timestamp}`, { timestamp });
    const results = driver.createOutputTopic('out', text).readPairs();
    expect(results.map(([, value]) => value)).toEqual(['at 100', 'at 200']);
  });
});

describe('looking in', () => {
  const counting = () =>
    drive((builder) => {
      const counts = { materialized: { name: 'counts' } };
      builder.stream('in', text).groupByKey().count(counts).toStream().to('out');
    });

  test('a store is there by name, and null when there is none', () => {
    const driver = counting();
    driver.createInputTopic('in', text).pipeInput('a', 'x', { timestamp: 5 });
    expect(driver.getStateStore<TimestampedKeyValueStore<string, number>>('counts')?.get('a')).toEqual({
      value: 1,
      timestamp: 5,
    });
    expect(driver.getStateStore('other')).toBeNull();
  });

  test('writes of a store are in its changelog', () => {
    const driver = counting();
    driver.createInputTopic('in', text).pipeInput('a', 'x', { timestamp: 5 });
    expect(driver.takeProduced().map(({ topic, timestamp }) => [topic, timestamp])).toEqual(
      expect.arrayContaining([
        ['test-counts-changelog', 5],
        ['out', 5],
      ]),
    );
  });

  test('an output topic that is made late has what was written before, once', () => {
    const driver = drive(copying);
    driver.createInputTopic('in', text).pipeInput('a', 'x');
    expect(driver.createOutputTopic('out', text).readPairs()).toEqual([['a', 'x']]);
    expect(driver.createOutputTopic('out', text).isEmpty).toBe(true);
  });
});

describe('serdes that have to fetch something', () => {
  const fetching = (part: 'prepare' | 'prepareWrite'): Serde<string> => ({
    ...serdes.string(),
    [part]: () => Promise.resolve(),
  });

  test('for what is written are refused at once, with the way out', () => {
    const serde = { key: text.key, value: fetching('prepareWrite') };
    expect(() => drive((builder) => builder.stream('in', text).to('out', serde))).toThrow(
      expect.objectContaining({
        code: 'SCHEMA_UNKNOWN',
        message: expect.stringMatching(/for its sinks and stores, .*; use serdes whose schemas are at hand, such as/),
      }),
    );
  });

  test.each(['key', 'value'] as const)('for the %s of a record are refused when there is one', (part) => {
    const driver = drive((builder) => builder.stream('in', { ...text, [part]: fetching('prepare') }).to('out', text));
    const input = driver.createInputTopic('in', text);
    expect(() => input.pipeInput('a', 'x')).toThrow(
      expect.objectContaining({ code: 'SCHEMA_UNKNOWN', message: expect.stringMatching(/for in, which/) }),
    );
    expect(() => driver.pipe({ topic: 'in', key: null, value: null, timestamp: 0 })).not.toThrow();
  });
});
