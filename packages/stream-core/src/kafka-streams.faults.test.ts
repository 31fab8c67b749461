import { describe, expect, test } from 'vitest';

import { text } from '../test/kafka-streams-harness.ts';
import { countsOf, oneTo, outputOf, run } from '../test/simulated-world.ts';
import type { ProcessingGuarantee } from './config/streams-config.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import { joinWindows } from './kstream/windows/windows.ts';
import type { ProcessorContext } from './processor/processor-context.ts';
import { serdes } from './serdes/serdes.ts';
import type { KeyValueStore } from './state/key-value-store.ts';
import { stores } from './state/stores.ts';
import { SimulatedCluster } from './testing/simulation/simulated-cluster.ts';
import { Topology } from './topology/topology.ts';

const records = 120;

/** Counts by the first letter of the value, through a repartition topic; every update is written. */
const counting = (): Topology => {
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .groupBy((_key, value) => value.slice(0, 1), text)
    .count({ materialized: { caching: false } })
    .toStream()
    .to('out');
  return builder.build();
};

/** Joins every record with itself out of a second topic, by key and time. */
const joining = (): Topology => {
  const builder = new StreamsBuilder();
  const windows = joinWindows({ timeDifference: 1_000, grace: 10_000 });
  builder
    .stream('in', text)
    .join(builder.stream('other', text), (left, right) => `${left}+${right}`, windows)
    .to('out', text);
  return builder.build();
};

/** Numbers the records of each task, and by a wall-clock punctuation the ticks as well; every number is written. */
const ticking = (): Topology => {
  const ticker = () => {
    const count = (context: ProcessorContext<string, number>, name: string): void => {
      const store = context.getStateStore<KeyValueStore<string, number>>('numbers');
      const next = (store.get(name) ?? 0) + 1;
      store.put(name, next);
      context.forward({ key: `${name}-${context.taskId.partition}`, value: next, timestamp: 1, headers: [] });
    };
    let context: ProcessorContext<string, number>;
    return {
      init: (given: ProcessorContext<string, number>) => {
        context = given;
        given.schedule('100ms', 'wall_clock_time', () => count(given, 'tick'));
      },
      process: () => count(context, 'record'),
    };
  };
  return new Topology()
    .addSource('source', 'in', text)
    .addProcessor('ticker', ticker, 'source')
    .addStateStore(
      stores.keyValueStore({ name: 'numbers', key: serdes.string(), value: serdes.long(), caching: false }),
      ['ticker'],
    )
    .addSink('sink', 'out', { key: serdes.string(), value: serdes.long(), parents: 'ticker' });
};

/** Counts by key over two topics, of which the second gets its partitions one after the other. */
const merging = (): Topology => {
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .merge(builder.stream('other', text))
    .groupByKey()
    .count({ materialized: { caching: false } })
    .toStream()
    .to('out');
  return builder.build();
};

const worldOf = (seed: number, topology: () => Topology, guarantee: ProcessingGuarantee, other = 3): SimulatedCluster =>
  new SimulatedCluster({ seed, topology, guarantee, topics: { in: 3, other, out: 3 } });

/** A record whose key decides where it goes. */
const feed = (world: SimulatedCluster, topic: string, index: number): void => {
  const value = Buffer.from(`${'abcde'[index % 5]}${index}`);
  world.broker.produce(topic, [{ key: Buffer.from(`key-${index}`), value, timestamp: 1_000_000 + index }]);
};

/** A record for one partition, under a key of that partition. */
const feedTo = (world: SimulatedCluster, topic: string, partition: number): void => {
  const key = Buffer.from(`key-${partition}`);
  world.broker.produce(topic, [{ key, value: Buffer.from('x'), timestamp: 1_000_000, partition }]);
};

const seeds = Array.from({ length: 12 }, (_, index) => index + 1);

const both =
  (world: SimulatedCluster) =>
  (index: number): void => {
    feed(world, 'in', index);
    feed(world, 'other', index);
  };

describe('exactly-once', () => {
  test.each(seeds)('counts every record once, in order: seed %i', async (seed) => {
    const world = worldOf(seed, counting, 'exactly_once_v2');
    const isDone = (): boolean => outputOf(world).length >= records;
    await run(world, { steps: records, step: (index) => feed(world, 'in', index), isDone });
    const byKey = countsOf(world);
    expect([...byKey.keys()].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    for (const counts of byKey.values()) expect(counts).toEqual(oneTo(records / 5));
    const struck = [
      'crash',
      'crash loop',
      'zombie',
      'transaction time-out',
      'leave',
      'rebalance storm',
      'broker restart',
    ];
    expect(struck.some((name) => world.trace.countOf(`fault ${name}`) > 0)).toBe(true);
  });

  test.each(seeds)('joins every pair once: seed %i', async (seed) => {
    const world = worldOf(seed + 1_000, joining, 'exactly_once_v2');
    await run(world, { steps: records, step: both(world), isDone: () => outputOf(world).length >= records });
    const pairs = outputOf(world).map(({ key, value }) => `${key}=${value}`);
    const expected = Array.from({ length: records }, (_, index) => {
      const value = `${'abcde'[index % 5]}${index}`;
      return `key-${index}=${value}+${value}`;
    });
    expect(pairs.sort()).toEqual(expected.sort());
  });

  test.each(seeds)('punctuations write once, in order: seed %i', async (seed) => {
    const world = worldOf(seed + 3_000, ticking, 'exactly_once_v2');
    const seen = (): number =>
      [...countsOf(world)].filter(([key]) => key.startsWith('record')).flatMap(([, counts]) => counts).length;
    // Long pauses between records: most commits hold punctuations alone.
    const step = (index: number): void => {
      if (index % 8 === 0) feed(world, 'in', index);
    };
    await run(world, { steps: records, step, isDone: () => seen() >= records / 8 });
    expect(seen()).toBe(records / 8);
    for (const counts of countsOf(world).values()) expect(counts).toEqual(oneTo(counts.length));
  });

  test.each(seeds)('tasks go on with the partitions of a topic that grows: seed %i', async (seed) => {
    const world = worldOf(seed + 4_000, merging, 'exactly_once_v2', 1);
    const { topics } = world.broker.cluster;
    const fed = new Map<string, number>();
    const put = (topic: string, partition: number): void => {
      feedTo(world, topic, partition);
      fed.set(`key-${partition}`, (fed.get(`key-${partition}`) ?? 0) + 1);
    };
    let others = 1;
    const grow = (): void => topics.createPartitions('other', ++others);
    const step = (index: number): void => {
      if (index === records / 2) grow();
      put('in', index % 3);
      put('other', index % others);
    };
    const whenCalm = (): void => {
      grow();
      for (let index = 0; index < 9; index++) step(index);
    };
    const isDone = (): boolean => outputOf(world).length >= 2 * (records + 9);
    await run(world, { steps: records, step, whenCalm, isDone });
    const expected = [...fed].map(([key, count]) => [key, oneTo(count)] as const);
    expect(new Map(countsOf(world))).toEqual(new Map(expected));
  });
});

describe('at-least-once', () => {
  test.each(seeds)('loses no record: seed %i', async (seed) => {
    const world = worldOf(seed + 2_000, joining, 'at_least_once');
    const keys = () => new Set(outputOf(world).map(({ key }) => key));
    await run(world, { steps: records, step: both(world), isDone: () => keys().size >= records });
    expect(keys().size).toBe(records);
  });
});
