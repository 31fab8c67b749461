import { describe, expect, test } from 'vitest';

import { broker, create, put, until, values } from '../../test/kafka-streams-harness.ts';
import type { RecordedTopology } from '../../test/recorded-topologies.ts';
import { recordedTopology } from '../../test/recorded-topologies.ts';
import { StreamsBuilder } from '../kstream/streams-builder.ts';
import type { Processor } from '../processor/processor.ts';
import { stateQueries } from '../query/state-queries.ts';
import { serdes } from '../serdes/serdes.ts';
import type { KeyValueStore } from '../state/key-value-store.ts';
import { stores } from '../state/stores.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import { Topology } from './topology.ts';

const text = { key: serdes.string(), value: serdes.string() };
type Texts = KeyValueStore<string, string>;

/** What the recorded input makes of a topology. */
const answersOf = (topology: Topology, { input = [] }: RecordedTopology) => {
  const driver = new TopologyTestDriver(topology);
  for (const [topic, key, value, timestamp] of input) {
    driver.createInputTopic(topic, text).pipeInput(key, value, { timestamp });
  }
  const output = driver.createOutputTopic('out', text).readRecords();
  const topics = [...new Set(driver.takeProduced().map(({ topic }) => topic))].sort();
  driver.close();
  return { output: output.map(({ key, value, timestamp }) => [key, value, timestamp]), topics };
};

const readOnly = (): Topology => {
  const puts = (): Processor<string, string, never, never> => {
    let rates: Texts | null = null;
    return {
      init: (context) => {
        rates = context.getStateStore<Texts>('rates');
      },
      process: ({ key, value }) => rates?.put(key, value),
    };
  };
  const reads = (): Processor<string, string> => {
    let read: Processor<string, string>['process'] = () => undefined;
    return {
      init: (context) => {
        const rates = context.getStateStore<Texts>('rates');
        read = (record) => context.forward({ ...record, value: `${record.value}${rates.get(record.key)}` });
      },
      process: (record) => read(record),
    };
  };
  const store = stores.keyValueStore({ name: 'rates', ...text, persistent: false });
  return new Topology()
    .addReadOnlyStateStore(
      { store, source: 'rates-source', topic: 'rates-topic', processor: 'rates-processor', ...text },
      puts,
    )
    .addSource('source', 'in', text)
    .addProcessor('reader', reads, 'source')
    .connectProcessorAndStateStores('reader', 'rates')
    .addSink('sink', 'out', { parents: 'reader', ...text });
};

describe('a read-only store', () => {
  test('is fed from its topic and logged nowhere, as in Kafka Streams', () => {
    const recorded = recordedTopology('readOnly');
    const topology = readOnly();
    expect(topology.describe()).toBe(recorded.describe);
    expect(answersOf(topology, recorded)).toEqual({ output: recorded.output, topics: recorded.topics });
  });

  test('is restored from its topic, and queried', async () => {
    const server = broker('rates-topic', 'in', 'out');
    const first = create({ topology: readOnly(), broker: server });
    await first.start();
    put(server, 'rates-topic', ['a', '1'], ['d', '2'], ['a', '3']);
    const query = stateQueries.key<string, string>('a');
    await until(async () => (await first.query({ store: 'rates', query })).onlyPartitionResult()?.value === '3');
    await first.close();
    const second = create({ topology: readOnly(), broker: server });
    await second.start();
    put(server, 'in', ['a', 'x'], ['d', 'y']);
    await until(() => values(server, 'out').length === 2);
    expect(values(server, 'out').sort()).toEqual(['x3', 'y2']);
    await expect(async () => server.records('app-rates-changelog')).rejects.toThrow();
  });
});

describe('a supplier that brings its stores along', () => {
  const remembering = () => {
    const own = stores.keyValueStore({ name: 'own', ...text, persistent: false });
    const supplier = (): Processor<string, string> => {
      let process: Processor<string, string>['process'] = () => undefined;
      return {
        init: (context) => {
          const store = context.getStateStore<Texts>('own');
          process = (record) => {
            const before = store.get(record.key);
            store.put(record.key, record.value);
            context.forward({ ...record, value: `${before}>${record.value}` });
          };
        },
        process: (record) => process(record),
      };
    };
    return Object.assign(supplier, { stores: () => [own] });
  };

  test('has them added and connected, beside those that are named', () => {
    const recorded = recordedTopology('connected');
    const builder = new StreamsBuilder();
    builder.addStateStore(stores.keyValueStore({ name: 'named', ...text, persistent: false }));
    builder
      .stream('in', text)
      .process<string, string>(remembering(), { stores: ['named'] })
      .to('out', text);
    const topology = builder.build();
    expect(topology.describe()).toBe(recorded.describe);
    expect(answersOf(topology, recorded)).toEqual({ output: recorded.output, topics: recorded.topics });
  });

  test('may stand in a plain topology, more than once', () => {
    const supplier = remembering();
    const topology = new Topology()
      .addSource('source', 'in', text)
      .addProcessor('first', supplier, 'source')
      .addProcessor('second', supplier, 'first')
      .addSink('sink', 'out', { parents: 'second', ...text });
    expect(answersOf(topology, { name: '', describe: '', input: [['in', 'a', '1', 0]] }).output).toEqual([
      ['a', '1>null>1', 0],
    ]);
  });

  test('may make a transformer of values', () => {
    const own = stores.keyValueStore({ name: 'own', ...text });
    const supplier = () => {
      let store: Texts | null = null;
      return {
        init: (context: { getStateStore(name: string): unknown }) => {
          store = context.getStateStore('own') as Texts;
        },
        transform: (_key: string, value: string) => `${value} ${store?.name}`,
      };
    };
    const builder = new StreamsBuilder();
    builder
      .table('in', text)
      .transformValues<string>(Object.assign(supplier, { stores: () => [own] }))
      .toStream()
      .to('out', text);
    expect(answersOf(builder.build(), { name: '', describe: '', input: [['in', 'a', '1', 0]] }).output).toEqual([
      ['a', '1 own', 0],
    ]);
  });
});
