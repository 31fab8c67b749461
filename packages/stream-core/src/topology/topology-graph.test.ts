import { describe, expect, test } from 'vitest';

import { TopologyError } from '../errors/streams-error.ts';
import { passThrough } from '../processor/pass-through.ts';
import { serdes } from '../serdes/serdes.ts';
import { stores } from '../state/stores.ts';
import { TopologyGraph } from './topology-graph.ts';

const text = () => serdes.string();
const store = (name: string) => stores.keyValueStore({ name, key: serdes.string(), value: serdes.string() });

/** A graph with short words for adding to it. */
const begin = () => {
  const graph = new TopologyGraph();
  const source = (name: string, ...topics: string[]) =>
    graph.addSource({
      name,
      topics,
      key: text,
      value: text,
      timestampExtractor: null,
      offsetReset: null,
      idleTimeoutMs: null,
      pattern: null,
    });
  const processor = (name: string, ...parents: string[]) =>
    graph.addProcessor({ name, operator: passThrough(), parents });
  const sink = (name: string, ...parents: string[]) =>
    graph.addSink({ name, topic: 'out', key: text, value: text, partitioner: null, parents });
  return { graph, source, processor, sink };
};

type Graph = ReturnType<typeof begin>;

/** A graph of a source, a processor with a store and a sink. */
const small = (): Graph => {
  const made = begin();
  made.source('source', 'in');
  made.processor('processor', 'source');
  made.graph.addStore(store('store'), ['processor']);
  made.sink('sink', 'processor');
  return made;
};

const groupNames = ({ graph }: Graph): string[][] => graph.nodeGroups().map((nodes) => nodes.map(({ name }) => name));

describe('what is refused, with the place and the remedy', () => {
  const sameName = 'a node of this name was added already; give the nodes different names';
  test.each<readonly [what: string, add: (graph: Graph) => void, message: string]>([
    ['a second source of a name', ({ source }) => source('source', 'other'), `source: ${sameName}`],
    ['a processor with the name of a source', ({ processor }) => processor('source', 'source'), `source: ${sameName}`],
    ['a sink with the name of a processor', ({ sink }) => sink('processor', 'source'), `processor: ${sameName}`],
    ['a source without a topic', ({ source }) => source('empty'), 'empty: a source has no topic; name at least one'],
    [
      'a topic that another source reads',
      ({ source }) => source('second', 'new', 'in'),
      'second: topic in is read by source already; read it once and use the stream twice',
    ],
    [
      'a topic that a source names twice',
      ({ source }) => source('second', 'new', 'new'),
      'second: topic new is read by second already; read it once and use the stream twice',
    ],
    ['a processor without a parent', ({ processor }) => processor('p'), 'p: the node has no parent; name at least one'],
    ['a sink without a parent', ({ sink }) => sink('s'), 's: the node has no parent; name at least one'],
    [
      'a parent that is not there, so that there are no cycles',
      ({ processor }) => processor('p', 'source', 'later'),
      'p: there is no parent later; add parents before their children',
    ],
    [
      'a node that is its own parent',
      ({ processor }) => processor('p', 'p'),
      'p: the node is its own parent; name another one',
    ],
    [
      'a parent that is a sink',
      ({ processor }) => processor('p', 'sink'),
      'p: the parent sink is a sink; name a source or processor',
    ],
    [
      'another store of a name',
      ({ graph }) => graph.addStore(store('store')),
      'store: another store of this name was added already; give the stores different names',
    ],
    [
      'a store for a processor that is not there',
      ({ graph }) => graph.connectStores('later', ['store']),
      'later: there is no processor of this name; add it before its stores',
    ],
    [
      'a store for a source',
      ({ graph }) => graph.connectStores('source', ['store']),
      'source: a source cannot use a store; connect the store to a processor',
    ],
    [
      'a store for a sink',
      ({ graph }) => graph.connectStores('sink', ['store']),
      'sink: a sink cannot use a store; connect the store to a processor',
    ],
    [
      'a store that is not there',
      ({ graph }) => graph.connectStores('processor', ['missing']),
      'processor: there is no store missing; add the store before it is connected',
    ],
    [
      'no store at all',
      ({ graph }) => graph.connectStores('processor', []),
      'processor: no store is named; name the stores to connect',
    ],
  ])('%s', (_what, add, message) => {
    const made = small();
    expect(() => add(made)).toThrow(TopologyError);
    expect(() => add(made)).toThrow(`The topology is not valid:\n  ${message}`);
  });

  test.each([
    ['source', ({ source }: Graph) => source('a b', 'new')],
    ['processor', ({ processor }: Graph) => processor('a b', 'source')],
    ['sink', ({ sink }: Graph) => sink('a b', 'source')],
    ['store', ({ graph }: Graph) => graph.addStore(store('a b'))],
    ['repartition topic', ({ graph }: Graph) => graph.addRepartitionTopic({ name: 'a b', partitions: null })],
  ] as const)('the name of a %s that could not become part of a topic name', (_kind, add) => {
    expect(() => add(small())).toThrow(/a b: the name has a character that topics cannot have/);
  });

  test('leaves nothing behind: what was refused can be added rightly', () => {
    const made = small();
    expect(() => made.source('second', 'new', 'in')).toThrow(TopologyError);
    made.source('second', 'new');
    expect(made.graph.nodes.get('second')).toMatchObject({ kind: 'source', topics: ['new'] });
  });
});

describe('stores', () => {
  test('may be added twice if it is the same builder, each time with more users', () => {
    const made = small();
    const builder = store('shared');
    made.graph.addStore(builder);
    made.graph.addStore(builder, ['processor']);
    made.graph.addStore(builder, ['processor']);
    expect(made.graph.stores.get('shared')).toEqual({ builder, users: ['processor'] });
    expect(made.graph.nodes.get('processor')).toMatchObject({ stores: ['store', 'shared'] });
  });
});

describe('sub-topologies', () => {
  test('are what hangs together over parents, in the order of their first nodes', () => {
    const made = begin();
    made.source('a', 'a');
    made.source('b', 'b');
    made.processor('of-b', 'b');
    made.processor('of-a', 'a');
    expect(groupNames(made)).toEqual([
      ['a', 'of-a'],
      ['b', 'of-b'],
    ]);
    made.sink('of-both', 'of-a', 'of-b');
    expect(groupNames(made)).toEqual([['a', 'b', 'of-b', 'of-a', 'of-both']]);
  });

  test('are one when processors share a store, however they came to it', () => {
    const made = begin();
    for (const name of ['a', 'b', 'c']) {
      made.source(name, name);
      made.processor(`of-${name}`, name);
    }
    made.graph.addStore(store('shared'), ['of-a', 'of-c']);
    expect(groupNames(made)).toEqual([
      ['a', 'of-a', 'c', 'of-c'],
      ['b', 'of-b'],
    ]);
    made.graph.connectStores('of-b', ['shared']);
    expect(groupNames(made)).toHaveLength(1);
  });

  test('are divided by a topic that one writes and another reads', () => {
    const made = begin();
    made.source('a', 'a');
    made.sink('sink', 'a');
    made.source('again', 'out');
    expect(groupNames(made)).toEqual([['a', 'sink'], ['again']]);
  });
});

describe('topics that must be partitioned alike', () => {
  test('are those of the sources of a group', () => {
    const made = begin();
    made.source('a', 'a1', 'a2');
    made.source('b', 'b');
    made.graph.copartition(['a', 'b']);
    expect(made.graph.copartitionGroups()).toEqual([['a1', 'a2', 'b']]);
  });

  test('follow a source that took the place of another one, in the groups that had it', () => {
    const made = begin();
    for (const name of ['a', 'b', 'c']) made.source(name, name);
    made.graph.copartition(['a', 'b']);
    made.graph.copartition(['b']);
    made.graph.replaceCopartitioned('a', 'c');
    expect(made.graph.copartitionGroups()).toEqual([['b', 'c'], ['b']]);
  });

  test('are not asked of names that are no source', () => {
    const made = small();
    made.graph.copartition(['processor', 'missing', 'source']);
    expect(made.graph.copartitionGroups()).toEqual([['in']]);
  });
});

test('a repartition topic is kept under its name without the application', () => {
  const { graph } = begin();
  graph.addRepartitionTopic({ name: 'again-repartition', partitions: 3 });
  expect([...graph.repartitionTopics.values()]).toEqual([{ name: 'again-repartition', partitions: 3 }]);
});
