import { expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import type { TimestampedKeyValueStore } from '../state/key-value-store.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import { StreamsBuilder } from './streams-builder.ts';

const text = { key: serdes.string(), value: serdes.string() };

test('a stream read as a table keeps the last value of a key, and null deletes', () => {
  const builder = new StreamsBuilder();
  const table = builder.stream('in', text).toTable({ name: 'tabling', materialized: { name: 'store' } });
  expect(table.queryableStoreName).toBe('store');
  const topology = builder.build();
  expect(topology.describe()).toContain('Processor: tabling (stores: [store])');
  const driver = new TopologyTestDriver(topology);
  const input = driver.createInputTopic('in', text);
  const store = driver.getStateStore<TimestampedKeyValueStore<string, string>>('store');
  input.pipeInput('a', 'x', { timestamp: 5 });
  input.pipeInput(null, 'no key');
  expect(store?.all().toArray()).toEqual([{ key: 'a', value: { value: 'x', timestamp: 5 } }]);
  input.pipeInput('a', null);
  expect(store?.get('a')).toBeNull();
});

test('without a name it keeps a store only when somebody looks values up', () => {
  const storesOf = (isJoined: boolean) => {
    const builder = new StreamsBuilder();
    const table = builder.stream('in', text).toTable();
    expect(table.queryableStoreName).toBeNull();
    if (isJoined) builder.stream('other', text).join(table, (left) => left);
    return [...builder.build().graph.stores.keys()];
  };
  expect(storesOf(false)).toEqual([]);
  expect(storesOf(true)).toEqual([expect.stringMatching(/^KSTREAM-TOTABLE-STATE-STORE-\d+$/)]);
});

test('a stream whose key may have changed goes through a repartition topic with the name of the operator', () => {
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .selectKey((_key, value) => value)
    .toTable({ name: 'tabling', materialized: text })
    .toStream()
    .to('out', text);
  const topology = builder.build();
  expect([...topology.graph.repartitionTopics.keys()]).toEqual(['tabling-repartition']);
  const driver = new TopologyTestDriver(topology);
  driver.createInputTopic('in', text).pipeInput('a', 'x');
  expect(driver.createOutputTopic('out', text).readPairs()).toEqual([['x', 'x']]);
});
