import { describe, expect, test } from 'vitest';

import { broker, create, put, until } from '../../test/kafka-streams-harness.ts';
import { partitionForKey } from '../common/murmur2.ts';
import { logAndContinue } from '../errors/exception-handlers.ts';
import { findStreamsError } from '../errors/streams-error.ts';
import { StreamsBuilder } from '../kstream/streams-builder.ts';
import type { StreamPartitioner } from '../processor/stream-partitioner.ts';
import { serdes } from '../serdes/serdes.ts';
import type { TestDriverConfig } from '../testing/topology-test-driver.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import { Topology } from './topology.ts';

const text = { key: serdes.string(), value: serdes.string() };

/** A sink called `sink` behind a source, driven record by record: every topic has one partition. */
const drive = (
  sink: { readonly topic?: Parameters<Topology['addSink']>[1]; readonly value?: typeof text.value },
  config: TestDriverConfig & { readonly partitioner?: StreamPartitioner<unknown, unknown> } = {},
) => {
  const { topic = 'out', value = text.value } = sink;
  const { partitioner, ...rest } = config;
  const options = { parents: 'source', key: text.key, value, ...(partitioner === undefined ? {} : { partitioner }) };
  const topology = new Topology().addSource('source', 'in', text).addSink('sink', topic, options as never);
  const driver = new TopologyTestDriver(topology, rest);
  return { driver, input: driver.createInputTopic('in', text) };
};

const thrownBy = (action: () => void): unknown => {
  try {
    action();
  } catch (error) {
    return error;
  }
  return null;
};

const dropsOf = (driver: TopologyTestDriver) =>
  driver
    .metrics()
    .filter(({ name }) => name === 'dropped-records-total')
    .map(({ tags, value }) => ({ ...tags, value }));

describe('what is written', () => {
  test('is key, value, timestamp and headers; null stays null and reaches no serde', () => {
    const { driver, input } = drive({});
    input.pipeInput('a', 'x', { timestamp: 5, headers: [{ key: 'h', value: null }] });
    input.pipeInput(null, null, { timestamp: 6 });
    expect(driver.takeProduced()).toEqual([
      {
        topic: 'out',
        partition: 0,
        key: Buffer.from('a'),
        value: Buffer.from('x'),
        timestamp: 5,
        headers: [{ key: 'h', value: null }],
      },
      { topic: 'out', partition: 0, key: null, value: null, timestamp: 6, headers: [] },
    ]);
  });

  test('goes to the topic that a function names by key, value and where the record came from', () => {
    const seen: unknown[] = [];
    const { driver, input } = drive({
      topic: (key, value, { topic, partition, offset, timestamp }) => {
        seen.push([key, value, topic, partition, offset, timestamp]);
        return `to-${key}`;
      },
    });
    input.pipeInput('a', 'x', { timestamp: 5 });
    input.pipeInput('b', 'y', { timestamp: 6 });
    expect(driver.takeProduced().map(({ topic }) => topic)).toEqual(['to-a', 'to-b']);
    expect(seen).toEqual([
      ['a', 'x', 'in', 0, 0, 5],
      ['b', 'y', 'in', 0, 1, 6],
    ]);
  });
});

describe('what cannot be serialised', () => {
  const serialize = (value: string) => {
    if (value === 'bad') throw new RangeError('a bad value');
    return text.value.serialize(value, 'out', []);
  };
  const value = { ...serdes.string(), serialize };

  test('is an error that names the sink and the topic, and keeps what the serde threw', () => {
    const { input } = drive({ value });
    const error = findStreamsError(
      thrownBy(() => input.pipeInput('a', 'bad')),
      'SERIALIZATION_FAILED',
    );
    expect(error).toMatchObject({
      message: 'A record for out cannot be serialised by sink: a bad value',
      context: { node: 'sink', topic: 'out' },
      cause: new RangeError('a bad value'),
    });
  });

  test('may be passed over by the production handler, and is counted', () => {
    const { driver, input } = drive({ value }, { productionExceptionHandler: logAndContinue });
    for (const each of ['good', 'bad', 'fine']) input.pipeInput('a', each);
    expect(driver.takeProduced().map((record) => String(record.value))).toEqual(['good', 'fine']);
    expect(dropsOf(driver)).toEqual([{ task: '0_0', node: 'sink', reason: 'handler', value: 1 }]);
  });
});

describe('a partitioner', () => {
  test('is asked with topic, key, value and the number of partitions', () => {
    const seen: unknown[] = [];
    const partitioner: StreamPartitioner<unknown, unknown> = (...args) => {
      seen.push(args);
      return 0;
    };
    drive({}, { partitioner }).input.pipeInput('a', 'x');
    expect(seen).toEqual([['out', 'a', 'x', 1]]);
  });

  test.each([1, -1, 0.5, Number.NaN])('must name a partition that there is, which %s is not', (partition) => {
    const { input } = drive({}, { partitioner: () => partition });
    expect(findStreamsError(thrownBy(() => input.pipeInput('a', 'x')))).toMatchObject({
      code: 'PARTITION_INVALID',
      message: `out has 1 partitions and no partition ${partition}; let the partitioner of sink name one from 0 on`,
      context: { node: 'sink', topic: 'out', partition },
    });
  });

  test('drops a record for which it names none, and the record is counted', () => {
    const { driver, input } = drive({}, { partitioner: () => [] });
    input.pipeInput('a', 'x');
    expect(driver.takeProduced()).toEqual([]);
    expect(dropsOf(driver)).toEqual([{ task: '0_0', node: 'sink', reason: 'handler', value: 1 }]);
  });

  test('chooses among all partitions, several for one record too, and null leaves it to the hash of the key', async () => {
    const builder = new StreamsBuilder();
    const chosen: Readonly<Record<string, number | readonly number[] | null>> = { one: 1, both: [1, 0], hash: null };
    builder.stream('in', text).to('out', { ...text, partitioner: (_topic, _key, value) => chosen[value] ?? null });
    const server = broker('in', 'out');
    const streams = create({ topology: builder.build(), broker: server });
    await streams.start();
    const keys = ['a', 'b', 'c', 'd', 'e'];
    put(server, 'in', ['a', 'one'], ['a', 'both'], ...keys.map((key) => [key, 'hash'] as const));
    await until(() => server.records('out').length === 8);
    const partitionsOf = (wanted: string) =>
      server
        .records('out')
        .filter(({ value }) => String(value) === wanted)
        .map(({ key, partition }) => [String(key), partition]);
    expect(partitionsOf('one')).toEqual([['a', 1]]);
    expect(partitionsOf('both').sort()).toEqual([
      ['a', 0],
      ['a', 1],
    ]);
    const hashed = keys.map((key) => [key, partitionForKey(Buffer.from(key), 2)]);
    expect(partitionsOf('hash').sort()).toEqual(hashed);
    expect(new Set(hashed.map(([, partition]) => partition)).size).toBe(2);
  });
});
