import { describe, expect, test } from 'vitest';

import { TopologyError } from '../errors/streams-error.ts';
import { StreamsBuilder } from '../kstream/streams-builder.ts';
import { joinWindows } from '../kstream/windows/windows.ts';
import type { Serde } from '../serdes/serde.ts';
import type { SerdeDefaults } from '../serdes/serde-slot.ts';
import { serdes } from '../serdes/serdes.ts';
import { stores } from '../state/stores.ts';
import type { TopologyPlan } from './plan.ts';
import { createPlan, mergeSubtopologies, prepareWrites } from './plan.ts';
import { Topology } from './topology.ts';

const text = { key: serdes.string(), value: serdes.string() };
const nothing = () => ({ process: () => undefined });
const none: SerdeDefaults = { key: null, value: null };

const planOf = (build: (builder: StreamsBuilder) => void, defaults = none): TopologyPlan => {
  const builder = new StreamsBuilder();
  build(builder);
  return createPlan(builder.build(), { applicationId: 'app', defaults });
};

const problemsOf = (plan: () => unknown): string[] => {
  try {
    plan();
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    return error.problems.map(({ where, problem, remedy }) => `${where}: ${problem}; ${remedy}`);
  }
  return [];
};

describe('what is missing', () => {
  test('is said all at once: of sources, sinks and stores, keys and values', () => {
    const topology = new Topology()
      .addSource('source', ['a', 'b'], { key: serdes.string() })
      .addProcessor('p', nothing, 'source')
      .addStateStore(stores.keyValueStore({ name: 'store', value: serdes.long() }), 'p')
      .addSink('sink', 'out', { parents: 'p', value: serdes.string() });
    const key = 'give one in the options, or a default key serde in the configuration';
    const value = 'give one in the options, or a default value serde in the configuration';
    expect(problemsOf(() => createPlan(topology, { applicationId: 'app', defaults: none }))).toEqual([
      `source source (a, b): it has no value serde; ${value}`,
      `sink sink (out): it has no key serde; ${key}`,
      `store store: it has no key serde; ${key}`,
    ]);
    const defaults = { key: serdes.string(), value: serdes.string() };
    expect(problemsOf(() => createPlan(topology, { applicationId: 'app', defaults }))).toEqual([]);
  });

  test('of the values of an outer join is a value serde for either side', () => {
    const outer = (builder: StreamsBuilder) => {
      const left = builder.stream<string, string>('a', { key: serdes.string() });
      const right = builder.stream<string, string>('b', { key: serdes.string() });
      left.outerJoin(right, () => '', joinWindows({ timeDifference: 5 }), { storeName: 'j' });
    };
    const problems = problemsOf(() => planOf(outer)).filter((problem) => problem.startsWith('store j-outer-shared'));
    expect(problems).toEqual([
      expect.stringMatching(/it has no left value serde; .* a default value serde/),
      expect.stringMatching(/it has no right value serde; .* a default value serde/),
    ]);
  });

  test('is the source in a topology without a node', () => {
    const plan = () => createPlan(new Topology(), { applicationId: 'app', defaults: none });
    expect(problemsOf(plan)).toEqual(['topology: it has no node; add a source']);
  });
});

describe('a plan', () => {
  test('gives sources, sinks and stores their serdes, those of the configuration where there are none', () => {
    const defaults = { key: serdes.bytes(), value: serdes.double() };
    const [subtopology] = planOf(
      (builder) => builder.stream<string>('in', { key: serdes.string() }).to('out', { value: serdes.json() }),
      defaults,
    ).subtopologies;
    expect(subtopology?.nodes[0]).toMatchObject({ topics: ['in'], key: serdes.string(), value: serdes.double() });
    expect(subtopology?.nodes[1]).toMatchObject({ topic: 'out', key: serdes.string() });
  });

  test('calls repartition topics and changelogs by their real names, and others as they are', () => {
    const plan = planOf((builder) =>
      builder
        .stream('in', text)
        .groupBy((_key, value) => value, { ...text, name: 'by-value' })
        .count({ materialized: { name: 'counts' } })
        .toStream()
        .to('out'),
    );
    const [writing, counting] = plan.subtopologies;
    expect(plan.subtopologies.map(({ id }) => id)).toEqual([0, 1]);
    expect(writing).toMatchObject({ sourceTopics: ['in'], sinkTopics: ['app-by-value-repartition'], stores: [] });
    expect(counting).toMatchObject({ sourceTopics: ['app-by-value-repartition'], sinkTopics: ['out'] });
    expect(counting?.stores.map(({ changelogTopic }) => changelogTopic)).toEqual(['app-counts-changelog']);
    expect([...plan.repartitionTopics]).toEqual([
      ['app-by-value-repartition', { name: 'app-by-value-repartition', partitions: null }],
    ]);
  });

  test('has no sink topic for a sink that chooses its topic for every record', () => {
    const plan = planOf((builder) => builder.stream('in', text).to((key) => key));
    expect(plan.subtopologies[0]?.sinkTopics).toEqual([]);
  });

  test('has a store that several nodes use once', () => {
    const store = stores.keyValueStore({ name: 'shared', ...text });
    const plan = planOf((builder) => {
      const stream = builder.stream('in', text);
      for (const name of ['first', 'second']) stream.process(nothing, { name, stores: [store] });
    });
    expect(plan.subtopologies[0]?.stores.map(({ builder }) => builder.name)).toEqual(['shared']);
  });

  test('unites topics that must be partitioned alike over all joins that they are in', () => {
    const plan = planOf((builder) => {
      const table = (topic: string) => builder.table(topic, text);
      const join = (left: string, right: string) => table(left).join(table(right), (value) => value);
      join('a', 'b');
      join('c', 'd');
      const [e, a] = [builder.stream('e', text), builder.stream('f', text)];
      e.join(a, (value) => value, joinWindows({ timeDifference: 5 }));
      e.join(table('g'), (value) => value);
    });
    expect(plan.copartitionGroups.map((group) => [...group].sort())).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f', 'g'],
    ]);
  });

  test('as one sub-topology has everything of all of them', () => {
    const merged = mergeSubtopologies(
      planOf((builder) => {
        builder.stream('a', text).repartition({ name: 'again' }).to('out', text);
        builder.table('b', { ...text, materialized: { name: 'b-store' } });
      }),
    );
    expect(merged).toMatchObject({
      id: 0,
      sourceTopics: ['a', 'app-again-repartition', 'b'],
      sinkTopics: ['app-again-repartition', 'out'],
    });
    expect(merged.stores.map(({ builder }) => builder.name)).toEqual(['b-store']);
  });
});

describe('preparing writes', () => {
  const written = (serde: Serde<string>) =>
    planOf((builder) => {
      builder
        .table('in', { key: text.key, value: serde, materialized: { name: 'store' } })
        .toStream()
        .to('out', { key: text.key, value: serde });
      builder.stream('other', text).to((key) => key, { key: text.key, value: serde });
    });

  test('is asked of the serdes of sinks that name a topic and of stores, and waited for', async () => {
    const asked: string[] = [];
    const serde = { ...serdes.string(), prepareWrite: async (topic: string) => void asked.push(topic) };
    const [tables, dynamic] = written(serde).subtopologies;
    if (tables === undefined || dynamic === undefined) throw new Error('two sub-topologies');
    await prepareWrites(tables);
    expect(asked).toEqual(['out', 'app-store-changelog']);
    expect(prepareWrites(dynamic)).toBeUndefined();
  });

  test('is no promise when no serde has anything to fetch', () => {
    const idle = { ...serdes.string(), prepareWrite: () => undefined };
    for (const serde of [serdes.string(), idle]) {
      expect(written(serde).subtopologies.map(prepareWrites)).toEqual([undefined, undefined]);
    }
  });
});
