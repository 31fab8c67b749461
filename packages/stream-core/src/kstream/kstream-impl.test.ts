import { describe, expect, test } from 'vitest';

import { logAndContinue } from '../errors/exception-handlers.ts';
import { serdes } from '../serdes/serdes.ts';
import { stores } from '../state/stores.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import type { KStream } from './api.ts';
import { StreamsBuilder } from './streams-builder.ts';

const text = { key: serdes.string(), value: serdes.string() };
type Text = KStream<string | null, string | null>;
/** A stream of whatever types. */
interface AnyStream {
  to(topic: string, options: never): void;
}
type Pair = readonly [key: string | null, value: string | null];

/** What comes of records, piped one a millisecond, behind what `build` puts behind the source. */
const through = (build: (stream: Text) => AnyStream, ...records: readonly Pair[]) => {
  const builder = new StreamsBuilder();
  const source: KStream<string, string> = builder.stream('in', text);
  const json = { key: serdes.json<unknown>(), value: serdes.json<unknown>() };
  build(source as Text).to('out', json as never);
  const topology = builder.build();
  const driver = new TopologyTestDriver(topology, { processingExceptionHandler: logAndContinue });
  const input = driver.createInputTopic('in', { ...text, startTimestampMs: 1, autoAdvance: 1 });
  for (const [key, value] of records) input.pipeInput(key, value);
  const pairs = driver.createOutputTopic('out', json).readPairs();
  return { pairs, description: topology.describe(), drops: dropsOf(driver) };
};

const dropsOf = (driver: TopologyTestDriver) =>
  driver
    .metrics()
    .filter(({ name }) => name === 'dropped-records-total')
    .map(({ tags, value }) => [tags['reason'], value]);

const records: readonly Pair[] = [
  ['a', 'x'],
  [null, 'y'],
  ['b', null],
];

describe('operators on one record', () => {
  test('filter keeps what satisfies the predicate, which sees null keys and values too', () => {
    const seen: Pair[] = [];
    const predicate = (key: string | null, value: string | null) => {
      seen.push([key, value]);
      return key !== 'a';
    };
    expect(through((stream) => stream.filter(predicate), ...records).pairs).toEqual(records.slice(1));
    expect(seen).toEqual(records);
  });

  test('filterNot keeps the others', () => {
    expect(through((stream) => stream.filterNot((key) => key !== 'a'), ...records).pairs).toEqual(records.slice(0, 1));
  });

  test('mapValues keeps the key, which the mapper sees second', () => {
    const { pairs } = through((stream) => stream.mapValues((value, key) => [key, value]), ...records);
    expect(pairs).toEqual(records.map(([key, value]) => [key, [key, value]]));
  });

  test('selectKey keeps the value', () => {
    const { pairs } = through((stream) => stream.selectKey((key, value) => [key, value]), ...records);
    expect(pairs).toEqual(records.map(([key, value]) => [[key, value], value]));
  });

  test('map makes a new key and value, which may be null', () => {
    expect(through((stream) => stream.map((key, value) => [value, key]), ...records).pairs).toEqual([
      ['x', 'a'],
      ['y', null],
      [null, 'b'],
    ]);
  });

  test('map must return a pair, and the error names the node', () => {
    const errors: string[] = [];
    const builder = new StreamsBuilder();
    builder.stream('in', text).map(() => null as never, { name: 'mapping' });
    const driver = new TopologyTestDriver(builder.build(), {
      processingExceptionHandler: (error) => {
        errors.push(error.message);
        return 'continue';
      },
    });
    driver.createInputTopic('in', text).pipeInput('a', 'x');
    expect(errors).toEqual([
      'mapping failed on the record at in-0 offset 0: mapping: the mapper of a map must return a pair',
    ]);
  });

  test('flatMap and flatMapValues make any number of records, none too', () => {
    const twice = through(
      (stream) =>
        stream.flatMap((key, value) =>
          key === null
            ? []
            : [
                [value, 1],
                [key, 2],
              ],
        ),
      ...records,
    );
    expect(twice.pairs).toEqual([
      ['x', 1],
      ['a', 2],
      [null, 1],
      ['b', 2],
    ]);
    const values = through(
      (stream) => stream.flatMapValues((value, key) => new Set([value, key])),
      ['a', 'a'],
      ['b', 'c'],
    );
    expect(values.pairs).toEqual([
      ['a', 'a'],
      ['b', 'c'],
      ['b', 'b'],
    ]);
  });

  test('peek sees every record before those behind it do; foreach ends a stream', () => {
    const seen: string[] = [];
    const { pairs, description } = through((stream) => {
      stream.foreach((key, value) => seen.push(`foreach ${key} ${value}`), { name: 'each' });
      return stream.peek((key) => seen.push(`peek ${key}`)).mapValues((value) => seen.push(`behind ${value}`) > 0);
    }, records[0] as Pair);
    expect(seen).toEqual(['foreach a x', 'peek a', 'behind x']);
    expect(pairs).toEqual([['a', true]]);
    expect(description).toMatch(/Processor: each \(stores: \[\]\)\n {6}--> none/);
  });

  test('an operator that throws takes nothing with it but its record', () => {
    const { pairs, drops } = through(
      (stream) => stream.mapValues((value) => value?.length.toFixed(value === 'x' ? -1 : 0)),
      ['a', 'x'],
      ['b', 'yy'],
    );
    expect(pairs).toEqual([['b', '2']]);
    expect(drops).toEqual([['handler', 1]]);
  });
});

describe('merge', () => {
  test('has the records of both streams', () => {
    const { pairs } = through(
      (stream) => stream.mapValues((value) => `${value}1`).merge(stream.mapValues((value) => `${value}2`)),
      ['a', 'x'],
    );
    expect(pairs).toEqual([
      ['a', 'x1'],
      ['a', 'x2'],
    ]);
  });
});

describe('keys that may have changed', () => {
  const isRepartitioned = (build: (stream: Text) => KStream<string | null, string | null>) => {
    const counted = through(
      (stream) =>
        build(stream)
          .groupByKey({ ...text, name: 'group' })
          .count()
          .toStream(),
      ['a', 'x'],
    );
    expect(counted.pairs).toHaveLength(1);
    return counted.description.includes('group-repartition');
  };

  test.each<readonly [string, boolean, (stream: Text) => KStream<string | null, string | null>]>([
    ['filter', false, (stream) => stream.filter(() => true)],
    ['mapValues', false, (stream) => stream.mapValues((value) => value)],
    ['flatMapValues', false, (stream) => stream.flatMapValues((value) => [value])],
    ['peek', false, (stream) => stream.peek(() => undefined)],
    ['processValues', false, (stream) => stream.processValues(() => forwarding())],
    ['split', false, (stream) => stream.split().defaultBranch({ name: 'all' }).values().next().value as Text],
    ['selectKey', true, (stream) => stream.selectKey((key) => key)],
    ['map', true, (stream) => stream.map((key, value) => [key, value])],
    ['flatMap', true, (stream) => stream.flatMap((key, value) => [[key, value]])],
    ['process', true, (stream) => stream.process(() => forwarding())],
    ['merge with a changed stream', true, (stream) => stream.filter(() => false).merge(stream.selectKey((key) => key))],
    ['mapValues behind map', true, (stream) => stream.map((key, value) => [key, value]).mapValues((value) => value)],
    ['repartition behind map', false, (stream) => stream.map((key, value) => [key, value]).repartition(text as never)],
  ])('%s in front of a group: repartitioned? %s', (_name, expected, build) => {
    expect(isRepartitioned(build)).toBe(expected);
  });
});

const forwarding = () => {
  let own: { forward(record: never): void } | null = null;
  return {
    init: (context: { forward(record: never): void }) => {
      own = context;
    },
    process: (record: unknown) => own?.forward(record as never),
  };
};

describe('process', () => {
  test('connects stores by name and by builder', () => {
    const builder = new StreamsBuilder();
    const byBuilder = stores.keyValueStore({ name: 'by-builder', ...text });
    builder.addStateStore(stores.keyValueStore({ name: 'by-name', ...text }));
    const options = { stores: ['by-name', byBuilder] };
    builder.stream('in', text).process(forwarding, { ...options, name: 'changing' });
    builder.stream('in', text).processValues(forwarding, { ...options, name: 'keeping' });
    const description = builder.build().describe();
    expect(description).toContain('Processor: changing (stores: [by-builder, by-name])');
    expect(description).toContain('Processor: keeping (stores: [by-builder, by-name])');
  });
});

describe('repartition', () => {
  test('writes a topic of the application and reads it back, without records that have no key', () => {
    const { pairs, description } = through(
      (stream) => stream.repartition({ name: 'again', partitions: 3 }),
      ...records,
    );
    expect(pairs).toEqual([
      ['a', 'x'],
      ['b', null],
    ]);
    for (const node of ['again-repartition-filter', 'again-repartition-sink', 'again-repartition-source']) {
      expect(description).toContain(`: ${node} (`);
    }
  });

  test('has the partitions and the partitioner that are given', () => {
    const builder = new StreamsBuilder();
    const partitioner = () => 2;
    builder.stream('in', text).repartition({ name: 'again', partitions: 3, partitioner });
    const { graph } = builder.build();
    expect(graph.repartitionTopics.get('again-repartition')).toEqual({ name: 'again-repartition', partitions: 3 });
    expect(graph.nodes.get('again-repartition-sink')).toMatchObject({ partitioner });
  });
});

describe('serdes', () => {
  const sinkSerdes = (build: (stream: KStream<string, string>) => AnyStream) => {
    const builder = new StreamsBuilder();
    build(builder.stream('in', text)).to('out', { name: 'sink' } as never);
    const sink = builder.build().graph.nodes.get('sink');
    if (sink?.kind !== 'sink') throw new Error('no sink');
    const none = { key: null, value: null };
    return [sink.key(none) === null ? 'default' : 'carried', sink.value(none) === null ? 'default' : 'carried'];
  };

  test.each<readonly [string, readonly [string, string], (stream: KStream<string, string>) => AnyStream]>([
    ['filter', ['carried', 'carried'], (stream) => stream.filter(() => true)],
    ['peek', ['carried', 'carried'], (stream) => stream.peek(() => undefined)],
    ['merge', ['carried', 'carried'], (stream) => stream.merge(stream)],
    ['repartition', ['carried', 'carried'], (stream) => stream.repartition()],
    ['mapValues', ['carried', 'default'], (stream) => stream.mapValues((value) => value)],
    ['flatMapValues', ['carried', 'default'], (stream) => stream.flatMapValues((value) => [value])],
    ['processValues', ['carried', 'default'], (stream) => stream.processValues(forwarding)],
    ['selectKey', ['default', 'carried'], (stream) => stream.selectKey((key) => key)],
    ['map', ['default', 'default'], (stream) => stream.map((key, value) => [key, value])],
    ['flatMap', ['default', 'default'], (stream) => stream.flatMap((key, value) => [[key, value]])],
    ['process', ['default', 'default'], (stream) => stream.process(forwarding)],
  ])('%s: of key and value %j', (_name, expected, build) => {
    expect(sinkSerdes(build)).toEqual(expected);
  });
});
