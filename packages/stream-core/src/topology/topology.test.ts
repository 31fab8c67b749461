import { describe, expect, test } from 'vitest';

import { TopologyError } from '../errors/streams-error.ts';
import { logAndSkipOnInvalidTimestamp } from '../processor/timestamp-extractor.ts';
import { serdes } from '../serdes/serdes.ts';
import { stores } from '../state/stores.ts';
import { Topology } from './topology.ts';

const nothing = () => ({ process: () => undefined });
const none = { key: null, value: null };
const defaults = { key: serdes.bytes(), value: serdes.double() };
const counts = stores.keyValueStore({ name: 'counts', key: serdes.string(), value: serdes.long() });

/** The node, with what its serdes are without and with defaults. */
const nodeOf = (topology: Topology, name: string) => {
  const node = topology.graph.nodes.get(name);
  if (node === undefined || node.kind === 'processor') throw new Error(`no source or sink ${name}`);
  const { key, value, ...rest } = node;
  return { ...rest, serdes: [key(none), value(none)], withDefaults: [key(defaults), value(defaults)] };
};

describe('a source', () => {
  test('leaves everything to the configuration that it does not say itself', () => {
    expect(nodeOf(new Topology().addSource('source', 'in'), 'source')).toEqual({
      kind: 'source',
      name: 'source',
      topics: ['in'],
      serdes: [null, null],
      withDefaults: [defaults.key, defaults.value],
      timestampExtractor: null,
      offsetReset: null,
      idleTimeoutMs: null,
      pattern: null,
    });
  });

  test('has the topics, serdes, extractor and reset that it is given', () => {
    const options = {
      key: serdes.string(),
      value: serdes.long(),
      timestampExtractor: logAndSkipOnInvalidTimestamp,
      offsetReset: 'latest',
    } as const;
    expect(nodeOf(new Topology().addSource('source', ['a', 'b'], options), 'source')).toMatchObject({
      topics: ['a', 'b'],
      serdes: [options.key, options.value],
      withDefaults: [options.key, options.value],
      timestampExtractor: logAndSkipOnInvalidTimestamp,
      offsetReset: 'latest',
    });
  });
});

describe('a sink', () => {
  test('has one parent or several, and the partitioner of Kafka unless another is given', () => {
    const partitioner = () => 0;
    const topology = new Topology()
      .addSource('a', 'a')
      .addSource('b', 'b')
      .addSink('one', 'out', { parents: 'a' })
      .addSink('both', 'out', { parents: ['a', 'b'], partitioner, key: serdes.string(), value: serdes.long() });
    expect(nodeOf(topology, 'one')).toMatchObject({ parents: ['a'], partitioner: null, serdes: [null, null] });
    expect(nodeOf(topology, 'both')).toMatchObject({
      parents: ['a', 'b'],
      partitioner,
      serdes: [serdes.string(), serdes.long()],
    });
  });
});

describe('stores', () => {
  test('are connected when they are added or later, by one name or several', () => {
    const other = stores.keyValueStore({ name: 'other', key: serdes.string(), value: serdes.long() });
    const topology = new Topology()
      .addSource('source', 'in')
      .addProcessor('first', nothing, 'source')
      .addProcessor('second', nothing, ['source'])
      .addStateStore(counts, 'first')
      .addStateStore(other)
      .connectProcessorAndStateStores('first', 'other')
      .connectProcessorAndStateStores('second', ['counts', 'other']);
    expect(topology.graph.nodes.get('first')).toMatchObject({ stores: ['counts', 'other'] });
    expect(topology.graph.nodes.get('second')).toMatchObject({ stores: ['counts', 'other'] });
  });
});

test('what is wrong is thrown by the call that is wrong', () => {
  const topology = new Topology().addSource('source', 'in');
  expect(() => topology.addSource('source', 'other')).toThrow(TopologyError);
  expect(() => topology.addProcessor('p', nothing, 'missing')).toThrow(TopologyError);
  expect(() => topology.addSink('sink', 'out', { parents: [] })).toThrow(TopologyError);
  expect(() => topology.addStateStore(counts, 'missing')).toThrow(TopologyError);
  expect(() => topology.connectProcessorAndStateStores('source', 'counts')).toThrow(TopologyError);
});
