import { describe, expect, test } from 'vitest';

import type { Duration } from '../common/duration.ts';
import { TopologyError } from '../errors/streams-error.ts';
import { serdes } from '../serdes/serdes.ts';
import { stores } from '../state/stores.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import { StreamsBuilder } from './streams-builder.ts';
import { joinWindows, timeWindows } from './windows/windows.ts';

const text = { key: serdes.string(), value: serdes.string() };
const nothing = () => ({ process: () => undefined });

/** The headlines of the description: what nodes there are. */
const nodesOf = (builder: StreamsBuilder): string[] =>
  [
    ...builder
      .build()
      .describe()
      .matchAll(/^ {4}(\S.*)$/gm),
  ].map(([, line = '']) => line);

const problemsOf = (action: () => unknown): string[] => {
  try {
    action();
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    return error.problems.map(({ where, problem, remedy }) => `${where}: ${problem}; ${remedy}`);
  }
  return [];
};

describe('a stream', () => {
  test('reads one topic or several, each once, under a generated name or its own', () => {
    const builder = new StreamsBuilder();
    builder.stream('a');
    builder.stream(['c', 'b', 'c'], { name: 'both' });
    builder.stream('d');
    expect(nodesOf(builder)).toEqual([
      'Source: KSTREAM-SOURCE-0000000000 (topics: [a])',
      'Source: both (topics: [b, c])',
      'Source: KSTREAM-SOURCE-0000000002 (topics: [d])',
    ]);
  });

  test('of several topics that name one twice gets every record of it once', () => {
    const builder = new StreamsBuilder();
    builder.stream(['in', 'in'], text).to('out', text);
    const driver = new TopologyTestDriver(builder.build());
    driver.createInputTopic('in', text).pipeInput('a', 'x');
    expect(driver.createOutputTopic('out', text).readPairs()).toEqual([['a', 'x']]);
  });

  test('without a topic is refused when the topology is built', () => {
    const builder = new StreamsBuilder();
    builder.stream([], { name: 'empty' });
    expect(problemsOf(() => builder.build())).toEqual(['empty: a source has no topic; name at least one']);
  });

  test('of the same topics as another one shares its source', () => {
    const builder = new StreamsBuilder();
    for (const topics of [
      ['a', 'b'],
      ['b', 'a'],
    ])
      builder.stream(topics, text).foreach(() => undefined);
    expect(nodesOf(builder)).toEqual([
      'Source: KSTREAM-SOURCE-0000000000 (topics: [a, b])',
      'Processor: KSTREAM-FOREACH-0000000001 (stores: [])',
      'Processor: KSTREAM-FOREACH-0000000003 (stores: [])',
    ]);
  });

  test('of some of the topics of another one is refused with the names of both', () => {
    const builder = new StreamsBuilder();
    builder.stream(['a', 'b'], { name: 'first' });
    builder.stream('b', { name: 'second' });
    expect(problemsOf(() => builder.build())).toEqual([
      'first, second: two sources read some of the same topics, but not all; ' +
        'read each topic in one source, or the same topics in both',
    ]);
  });

  test('of the same topics that begins elsewhere is refused', () => {
    const builder = new StreamsBuilder();
    builder.stream('a', { name: 'first', offsetReset: 'latest' });
    builder.stream('a', { name: 'second' });
    expect(problemsOf(() => builder.build())).toEqual([
      'first, second: both read a, with different offset resets; use the same offsetReset, or one stream twice',
    ]);
  });

  test('has an idle timeout that is a duration', () => {
    expect(() => new StreamsBuilder().stream('a', { idleTimeout: 'soon' as Duration })).toThrow(
      /^idle timeout: soon is not a duration/,
    );
  });
});

describe('a table', () => {
  test('has a source and a processor, whose name is the one that is given', () => {
    const builder = new StreamsBuilder();
    builder.table('a', text);
    builder.table('b', { ...text, name: 'own' });
    expect(nodesOf(builder)).toEqual([
      'Source: KSTREAM-SOURCE-0000000001 (topics: [a])',
      'Processor: KTABLE-SOURCE-0000000002 (stores: [])',
      'Source: own-source (topics: [b])',
      'Processor: own (stores: [])',
    ]);
  });

  test('is queryable under the name of its store, and only then keeps one that nobody needs', () => {
    const builder = new StreamsBuilder();
    expect(builder.table('a', text).queryableStoreName).toBeNull();
    expect(builder.table('b', { ...text, materialized: { caching: false } }).queryableStoreName).toBeNull();
    expect(builder.table('c', { ...text, materialized: { name: 'own' } }).queryableStoreName).toBe('own');
    expect([...builder.build().graph.stores.keys()]).toEqual(['own']);
  });

  test('keeps the last value of a key by offset, deletes by null, and drops what has no key', () => {
    const builder = new StreamsBuilder();
    builder
      .table('in', { ...text, materialized: { name: 'store' } })
      .toStream()
      .to('out', text);
    const driver = new TopologyTestDriver(builder.build());
    const input = driver.createInputTopic('in', text);
    input.pipeInput('a', 'late', { timestamp: 9 });
    input.pipeInput('a', 'early', { timestamp: 5 });
    input.pipeInput(null, 'lost');
    input.pipeInput('a', null, { timestamp: 6 });
    expect(
      driver
        .createOutputTopic('out', text)
        .readRecords()
        .map(({ value, timestamp }) => [value, timestamp]),
    ).toEqual([
      ['late', 9],
      ['early', 5],
      [null, 6],
    ]);
    const drops = driver.metrics().filter(({ name }) => name === 'dropped-records-total');
    expect(drops).toMatchObject([{ tags: { reason: 'null_key' }, value: 1 }]);
  });
});

describe('names', () => {
  test('that topics could not have are refused by the call that gives them', () => {
    const stream = new StreamsBuilder().stream('in', text);
    const table = new StreamsBuilder().table('in', text);
    const name = 'a b';
    for (const call of [
      () => new StreamsBuilder().stream('x', { name }),
      () => new StreamsBuilder().table('x', { name }),
      () => stream.filter(() => true, { name }),
      () => stream.split({ name }),
      () => stream.to('out', { name }),
      () => table.mapValues((value) => value, { name }),
      () => table.groupBy((key, value) => [key, value], { name }),
      () => stream.groupByKey().count({ name }),
    ]) {
      expect(call).toThrow(/a b(-source)?: the name has a character that topics cannot have/);
    }
  });

  test('that two nodes have are refused when the topology is built', () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', text)
      .peek(() => undefined, { name: 'same' })
      .filter(() => true, { name: 'same' });
    expect(problemsOf(() => builder.build())).toEqual([
      'same: a node of this name was added already; give the nodes different names',
    ]);
  });

  test('use up a number, so that naming one node renames no other', () => {
    const namesWith = (name?: string) => {
      const builder = new StreamsBuilder();
      builder
        .stream('in', text)
        .filter(() => true, name === undefined ? {} : { name })
        .to('out', text);
      return nodesOf(builder).filter((line) => !line.startsWith('Processor'));
    };
    expect(namesWith('own')).toEqual(namesWith());
    expect(namesWith()).toContain('Sink: KSTREAM-SINK-0000000002 (topic: out)');
  });

  test('can be demanded of whatever would be lost with a generated one, and all that have none are listed', () => {
    const build = (named: boolean) => {
      const builder = new StreamsBuilder({ ensureExplicitInternalResourceNaming: true });
      const stream = builder.stream('in', text);
      const as = (name: string) => (named ? { name } : {});
      stream.groupBy((_key, value) => value, { ...text, ...as('group') }).count({ materialized: as('counts') });
      stream
        .groupByKey()
        .windowedBy(timeWindows({ size: 5 }))
        .count({ materialized: { ...as('windows'), logging: false } });
      stream.join(stream, (left) => left, joinWindows({ timeDifference: 5 }), named ? { storeName: 'join' } : {});
      return () => builder.build();
    };
    const store = 'give `materialized` (of a join: `storeName`) a name';
    expect(problemsOf(build(false))).toEqual([
      expect.stringMatching(
        /^store KSTREAM-AGGREGATE-STATE-STORE-\d+: it and its changelog have a generated name; give/,
      ),
      expect.stringMatching(
        /^repartition topic KSTREAM-AGGREGATE-STATE-STORE-\d+-repartition: .*; give the operator or its group a name/,
      ),
      expect.stringMatching(/^store KSTREAM-AGGREGATE-STATE-STORE-\d+: it has a generated name; give/),
      `store KSTREAM-JOINTHIS-0000000013-store: it and its changelog have a generated name; ${store}`,
      `store KSTREAM-JOINOTHER-0000000014-store: it and its changelog have a generated name; ${store}`,
    ]);
    expect(problemsOf(build(true))).toEqual([]);
  });
});

describe('building', () => {
  test('gives the same topology each time', () => {
    const builder = new StreamsBuilder();
    builder.stream('in', text).to('out', text);
    expect(builder.build()).toBe(builder.build());
  });

  test('nothing gives an empty topology', () => {
    expect(nodesOf(new StreamsBuilder())).toEqual([]);
  });

  test('keeps a store that was added for processors, and refuses one that was not', () => {
    const builder = new StreamsBuilder();
    builder.addStateStore(stores.keyValueStore({ name: 'shared', ...text }));
    builder.stream('in', text).process(nothing, { name: 'own', stores: ['shared'] });
    expect(nodesOf(builder)).toContain('Processor: own (stores: [shared])');
    const wrong = new StreamsBuilder();
    wrong.stream('in', text).process(nothing, { name: 'own', stores: ['shared'] });
    expect(problemsOf(() => wrong.build())).toEqual([
      'own: there is no store shared; add the store before it is connected',
    ]);
  });
});
