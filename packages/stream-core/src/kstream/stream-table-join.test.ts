import { describe, expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import { StreamsBuilder } from './streams-builder.ts';

const text = { key: serdes.string(), value: serdes.string() };
type Input = readonly [topic: 'stream' | 'table', key: string | null, value: string | null, timestamp?: number];

const join = (kind: 'join' | 'leftJoin', ...records: readonly Input[]) => {
  const builder = new StreamsBuilder();
  const joiner = (left: string, right: string | null, key: string) => `${key}: ${left}+${right}`;
  const stream = builder.stream('stream', text);
  const table = builder.table('table', text);
  const joined = kind === 'join' ? stream.join(table, joiner) : stream.leftJoin(table, joiner);
  joined.to('out', text);
  const driver = new TopologyTestDriver(builder.build());
  const inputs = { stream: driver.createInputTopic('stream', text), table: driver.createInputTopic('table', text) };
  for (const [topic, key, value, timestamp = 0] of records) inputs[topic].pipeInput(key, value, { timestamp });
  const drops = driver.metrics().filter(({ name }) => name === 'dropped-records-total');
  return {
    results: driver
      .createOutputTopic('out', text)
      .readRecords()
      .map(({ value, timestamp }) => `${value}@${timestamp}`),
    drops: drops.map(({ tags, value }) => [tags['reason'], value]),
  };
};

describe('a stream joined with a table', () => {
  test('meets the value that its key has when it comes, with its own timestamp; the table alone makes no result', () => {
    const { results } = join(
      'join',
      ['stream', 'a', 'early'],
      ['table', 'a', 't1', 50],
      ['stream', 'a', 'x', 5],
      ['table', 'a', 't2'],
      ['stream', 'a', 'y', 6],
      ['table', 'a', null],
      ['stream', 'a', 'gone'],
    );
    expect(results).toEqual(['a: x+t1@5', 'a: y+t2@6']);
  });

  test('in a left join meets null when there is none', () => {
    const { results } = join('leftJoin', ['stream', 'a', 'x', 5], ['table', 'a', 't'], ['stream', 'a', 'y', 6]);
    expect(results).toEqual(['a: x+null@5', 'a: y+t@6']);
  });

  test('drops records without a value, and those without a key in an inner join', () => {
    const records: readonly Input[] = [
      ['table', 'a', 't'],
      ['stream', 'a', null],
      ['stream', null, null],
      ['stream', null, 'x'],
    ];
    expect(join('join', ...records)).toEqual({
      results: [],
      drops: [
        ['null_value', 2],
        ['null_key', 1],
      ],
    });
    expect(join('leftJoin', ...records)).toEqual({ results: ['null: x+null@0'], drops: [['null_value', 2]] });
  });
});

describe('names and topics', () => {
  const build = (changesKey: boolean, isLeft = false) => {
    const builder = new StreamsBuilder();
    const stream = builder.stream('stream', text);
    const left = changesKey ? stream.selectKey((_key, value) => value) : stream;
    const table = builder.table('table', text);
    const options = { ...text, name: 'j' };
    const joined = isLeft
      ? left.leftJoin(table, (value) => value, options)
      : left.join(table, (value) => value, options);
    joined.to('out', text);
    const topology = builder.build();
    return { topology, graph: topology.graph };
  };

  test('a join has the name that it is given, and its topics must be partitioned alike', () => {
    const { topology, graph } = build(false);
    expect(topology.describe()).toMatch(/Processor: j \(stores: \[table-STATE-STORE-\d+\]\)/);
    expect(graph.copartitionGroups()).toEqual([['stream', 'table']]);
  });

  test('a stream whose key may have changed goes through a repartition topic of that name', () => {
    const { graph } = build(true);
    expect([...graph.repartitionTopics.keys()]).toEqual(['j-repartition']);
    expect(graph.copartitionGroups()).toEqual([['j-repartition', 'table']]);
  });

  test('a repartition topic drops records without a key, except for a left join behind it', () => {
    const passed = (isLeft: boolean) => {
      const driver = new TopologyTestDriver(build(true, isLeft).topology, { applicationId: 'app' });
      driver.createInputTopic('stream', text).pipeInput('a', null);
      return driver.takeProduced().map(({ topic, key }) => [topic, key]);
    };
    expect(passed(false)).toEqual([]);
    expect(passed(true)).toEqual([['app-j-repartition', null]]);
  });
});
