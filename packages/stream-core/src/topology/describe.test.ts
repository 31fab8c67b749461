import { expect, test } from 'vitest';

import type { ProcessorSupplier } from '../processor/processor.ts';
import { serdes } from '../serdes/serdes.ts';
import { stores } from '../state/stores.ts';
import { Topology } from './topology.ts';

const nothing: ProcessorSupplier<unknown, unknown> = () => ({ process: () => undefined });
const store = (name: string) => stores.keyValueStore({ name, key: serdes.string(), value: serdes.string() });

test('nodes come with their kind, topics, stores, children and parents, all names sorted', () => {
  const topology = new Topology()
    .addSource('source', ['z', 'a'])
    .addProcessor('second', nothing, 'source')
    .addProcessor('first', nothing, 'source')
    .addStateStore(store('y'), 'first')
    .addStateStore(store('b'), 'first')
    .addSink('sink', 'out', { parents: ['second', 'first'] });
  expect(topology.describe()).toBe(
    [
      'Topologies:',
      '   Sub-topology: 0',
      '    Source: source (topics: [a, z])',
      '      --> first, second',
      '    Processor: first (stores: [b, y])',
      '      --> sink',
      '      <-- source',
      '    Processor: second (stores: [])',
      '      --> sink',
      '      <-- source',
      '    Sink: sink (topic: out)',
      '      <-- first, second',
      '',
      '',
    ].join('\n'),
  );
});

test('sub-topologies are numbered in the order in which they begin, and a node without children says so', () => {
  const topology = new Topology()
    .addSource('later', 'b')
    .addSource('earlier', 'a')
    .addProcessor('end', nothing, 'earlier');
  expect(topology.describe()).toBe(
    [
      'Topologies:',
      '   Sub-topology: 0',
      '    Source: later (topics: [b])',
      '      --> none',
      '',
      '  Sub-topology: 1',
      '    Source: earlier (topics: [a])',
      '      --> end',
      '    Processor: end (stores: [])',
      '      --> none',
      '      <-- earlier',
      '',
      '',
    ].join('\n'),
  );
});

test('the node with the most nodes below it comes first, whatever its name', () => {
  const topology = new Topology()
    .addSource('z-long', 'z')
    .addSource('a-short', 'a')
    .addProcessor('z-1', nothing, 'z-long')
    .addProcessor('z-2', nothing, 'z-1')
    .addProcessor('join', nothing, ['z-2', 'a-short']);
  const order = [...topology.describe().matchAll(/(?:Source|Processor): (\S+)/g)].map(([, name]) => name);
  expect(order).toEqual(['z-long', 'z-1', 'a-short', 'z-2', 'join']);
});

test('a sink that asks a function for its topic shows the name of the function', () => {
  const byKey = (key: unknown) => String(key);
  const topology = new Topology()
    .addSource('source', 'in')
    .addSink('named', byKey, { parents: 'source' })
    .addSink(
      'unnamed',
      (
        () => (key: unknown) =>
          String(key)
      )(),
      { parents: 'source' },
    );
  expect(topology.describe()).toContain('Sink: named (extractor class: byKey)');
  expect(topology.describe()).toContain('Sink: unnamed (extractor class: anonymous)');
});
