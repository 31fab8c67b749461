import { expect, test } from 'vitest';

import { broker, create, put, text, until, values } from '../../test/kafka-streams-harness.ts';
import { TopologyError } from '../errors/streams-error.ts';
import type { Processor } from '../processor/processor.ts';
import type { KeyValueStore } from '../state/key-value-store.ts';
import { stores } from '../state/stores.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import { Topology } from './topology.ts';

type Texts = KeyValueStore<string, string>;

const keeps = (): Processor<string, string, never, never> => {
  let rows: Texts | null = null;
  return {
    init: (context) => {
      rows = context.getStateStore<Texts>('store');
    },
    process: ({ key, value }) => rows?.put(key, value.toUpperCase()),
  };
};

/** Reads the row that the value names. */
const reads = (): Processor<string, string> => {
  let read: Processor<string, string>['process'] = () => undefined;
  return {
    init: (context) => {
      const rows = context.getStateStore<Texts>('store');
      read = (record) => context.forward({ ...record, value: `${record.value}=${rows.get(record.value)}` });
    },
    process: (record) => read(record),
  };
};

const store = stores.keyValueStore({ name: 'store', ...text, persistent: false });
const global = { store, source: 'global-source', topic: 'global-topic', processor: 'global-processor', ...text };

const topology = (): Topology =>
  new Topology()
    .addGlobalStore(global, keeps)
    .addSource('source', 'in', text)
    .addProcessor('reader', reads, 'source')
    .addSink('sink', 'out', { parents: 'reader', ...text });

test('a global store is described as Kafka Streams 4.3.1 does', () => {
  expect(topology().describe()).toBe(`Topologies:
   Sub-topology: 0 for global store (will not generate tasks)
    Source: global-source (topics: [global-topic])
      --> global-processor
    Processor: global-processor (stores: [store])
      --> none
      <-- global-source
  Sub-topology: 1
    Source: source (topics: [in])
      --> reader
    Processor: reader (stores: [])
      --> sink
      <-- source
    Sink: sink (topic: out)
      <-- reader

`);
});

const other = stores.keyValueStore({ name: 'other', ...text });

test.each([
  ['a source of that name', { ...global, store: other, topic: 'second', source: 'source', processor: 'second' }],
  ['a processor of that name', { ...global, store: other, topic: 'second', source: 'second', processor: 'reader' }],
  ['one name for both', { ...global, store: other, topic: 'second', source: 'second', processor: 'second' }],
  ['a topic that is read already', { ...global, store: other, topic: 'in', source: 'second', processor: 'third' }],
  ['a store of that name', { ...global, topic: 'second', source: 'second', processor: 'third' }],
])('a global store is refused, as there: %s', (_why, parts) => {
  expect(() => topology().addGlobalStore(parts, keeps)).toThrow(TopologyError);
});

test('nobody is connected to a global store', () => {
  expect(() => topology().connectProcessorAndStateStores('reader', 'store')).toThrow(TopologyError);
});

test('the test driver keeps a global store up to date, and others read it', () => {
  const driver = new TopologyTestDriver(topology());
  driver.createInputTopic('global-topic', text).pipeInput('a', 'one');
  driver.createInputTopic('in', text).pipeInput('k', 'a');
  expect(driver.createOutputTopic('out', text).readRecords()).toMatchObject([{ key: 'k', value: 'a=ONE' }]);
  driver.close();
});

test('every instance has all partitions of a global store before it reads the first record', async () => {
  const server = broker('global-topic', 'in', 'out');
  const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
  put(server, 'global-topic', ...keys.map((key) => [key, `row of ${key}`] as const));
  const records = keys.map((key) => ['x', key] as const);
  put(server, 'in', ...records, ...records.map(([, key]) => [key, key] as const));
  for (const clientId of ['one', 'other']) {
    await create({ topology: topology(), broker: server, clientId }).start();
  }
  await until(() => values(server, 'out').length === 40);
  const expected = keys.map((key) => `${key}=ROW OF ${key.toUpperCase()}`);
  expect(values(server, 'out').toSorted()).toEqual([...expected, ...expected].toSorted());
});
