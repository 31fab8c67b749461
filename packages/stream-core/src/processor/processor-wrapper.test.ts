import { describe, expect, test } from 'vitest';

import { recordedTopology } from '../../test/recorded-topologies.ts';
import { StreamsBuilder } from '../kstream/streams-builder.ts';
import { joinWindows, timeWindows } from '../kstream/windows/windows.ts';
import { serdes } from '../serdes/serdes.ts';
import type { KeyValueStore } from '../state/key-value-store.ts';
import { stores } from '../state/stores.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import { Topology } from '../topology/topology.ts';
import type { ProcessorWrapper } from './processor-wrapper.ts';

const text = { key: serdes.string(), value: serdes.string() };

/** The topology of the recorder, with something of everything. */
const everything = (processorWrapper: ProcessorWrapper): Topology => {
  const builder = new StreamsBuilder({ processorWrapper });
  const stream = builder.stream<string, string>('in');
  const other = builder.stream<string, string>('other');
  const table = builder.table<string, string>('table', { materialized: { name: 'table-store' } });
  const second = builder.table<string, string>('second');
  const global = builder.globalTable<string, string>('global', { materialized: { name: 'global-store' } });
  const left = (value: string): string => value;
  const mapped = stream
    .filter(() => true)
    .mapValues((value) => value)
    .map((key, value) => [key, value] as const)
    .peek(() => undefined);
  mapped.groupByKey().count();
  mapped
    .flatMap((key, value) => [[key, value] as const])
    .flatMapValues((value) => [value])
    .repartition()
    .to('out');
  stream
    .selectKey((key) => key)
    .merge(other)
    .foreach(() => undefined);
  stream
    .split()
    .branch(() => true)
    .defaultBranch();
  stream.leftJoin(other, left, joinWindows({ timeDifference: 10 }));
  stream.join(table, left);
  stream.join(global, (key) => key, left);
  table
    .outerJoin(second, (value) => value)
    .mapValues((value) => value)
    .filter(() => true)
    .toStream();
  table.join(second, (value) => value, left);
  table.groupBy((key, value) => [key, value]).reduce(left, left);
  stream.toTable();
  stream
    .groupByKey()
    .windowedBy(timeWindows({ size: 10 }))
    .count();
  stream.process(() => ({ process: () => undefined }), { name: 'papi' });
  stream.processValues(() => ({ process: () => undefined }), { name: 'papi-values' });
  return builder.build();
};

/** Kafka Streams lists neighbours in no order. */
const inOrder = (description: string): string =>
  description.replace(/(?<=--> |<-- ).*/g, (names) => names.split(', ').sort().join(', '));

test('every processor is wrapped but those of global stores, under the kind that Kafka Streams gives it', () => {
  const { wrapped, describe: described } = recordedTopology('wrappers');
  const seen = new Map<string, string>();
  const topology = everything({
    wrapProcessor: (name, supplier) => {
      seen.set(name, 'processor');
      return supplier;
    },
    wrapFixedKeyProcessor: (name, supplier) => {
      seen.set(name, 'fixedKey');
      return supplier;
    },
  });
  expect(inOrder(topology.describe())).toBe(inOrder(described));
  expect(new Map([...seen].sort())).toEqual(new Map(wrapped));
});

/** Counts what processors get, and lets it go on. */
const counting = () => {
  const counts = new Map<string, number>();
  const saw = (name: string): void => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  const wrapper: ProcessorWrapper = {
    wrapProcessor: (name, supplier) => () => {
      const inner = supplier();
      return {
        init: (context) => inner.init?.(context),
        process: (record) => {
          saw(name);
          inner.process(record);
        },
        close: () => inner.close?.(),
      };
    },
    wrapFixedKeyProcessor: (name, supplier) => () => {
      const inner = supplier();
      return {
        init: (context) => inner.init?.(context),
        process: (record) => {
          saw(name);
          inner.process(record);
        },
        close: () => inner.close?.(),
      };
    },
  };
  return { counts, wrapper };
};

describe('a wrapper that hands everything on', () => {
  const outputs = (processorWrapper: ProcessorWrapper) => {
    const driver = new TopologyTestDriver(everything(processorWrapper), {
      defaultKeySerde: text.key,
      defaultValueSerde: text.value,
      initialWallClockMs: 5,
    });
    const headers = [{ key: 'h', value: Buffer.from('1') }];
    for (const [index, topic] of ['global', 'table', 'second', 'in', 'other', 'in', 'table'].entries()) {
      driver.createInputTopic(topic, text).pipeInput('k', `${topic} ${index}`, { timestamp: index, headers });
    }
    const produced = driver
      .takeProduced()
      .map(({ topic, key, value, timestamp, headers: own }) => [
        topic,
        String(key),
        String(value),
        timestamp,
        own.length,
      ]);
    driver.close();
    return produced;
  };

  test('changes nothing of what a topology writes', () => {
    const { counts, wrapper } = counting();
    const plain = outputs({});
    expect(plain.length).toBeGreaterThan(10);
    expect(outputs(wrapper)).toEqual(plain);
    expect(counts.get('KSTREAM-FILTER-0000000009')).toBe(2);
    expect(counts.get('KTABLE-SOURCE-0000000003')).toBe(2);
    expect(counts.get('papi')).toBe(2);
    expect(counts.get('papi-values')).toBe(2);
  });
});

describe('a wrapper', () => {
  test('can change what goes in and what comes out, and bring a store along', () => {
    const log = stores.keyValueStore({ name: 'log', ...text });
    const processorWrapper: ProcessorWrapper = {
      wrapFixedKeyProcessor: (name, supplier) => {
        if (!name.startsWith('KSTREAM-MAPVALUES')) return supplier;
        const wrapped: typeof supplier = () => {
          const inner = supplier();
          return {
            init: (context) => {
              const store = context.getStateStore<KeyValueStore<string, string>>('log');
              inner.init?.({
                ...context,
                forward: (record, child) => {
                  store.put(String(record.key), String(record.value));
                  context.forward({ ...record, timestamp: record.timestamp + 1 }, child);
                },
              });
            },
            process: (record) => inner.process({ ...record, timestamp: record.timestamp + 10 }),
          };
        };
        return Object.assign(wrapped, { stores: () => [log] });
      },
    };
    const builder = new StreamsBuilder({ processorWrapper });
    builder
      .stream('in', text)
      .mapValues((value) => `${value}!`)
      .to('out', text);
    const driver = new TopologyTestDriver(builder.build());
    driver.createInputTopic('in', text).pipeInput('a', '1', { timestamp: 100 });
    expect(driver.createOutputTopic('out', text).readRecords()).toMatchObject([{ value: '1!', timestamp: 111 }]);
    expect(driver.getStateStore<KeyValueStore<string, string>>('log')?.get('a')).toBe('1!');
    driver.close();
  });

  test('stands around the processors of a plain topology too', () => {
    const { counts, wrapper } = counting();
    const topology = new Topology({ processorWrapper: wrapper })
      .addSource('source', 'in', text)
      .addProcessor('sink', () => ({ process: () => undefined }), 'source');
    const driver = new TopologyTestDriver(topology);
    driver.createInputTopic('in', text).pipeInput('a', '1');
    expect([...counts]).toEqual([['sink', 1]]);
    driver.close();
  });
});
