import { expect, test } from 'vitest';

import type { Processor } from '../processor/processor.ts';
import { serdes } from '../serdes/serdes.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import { Topology } from './topology.ts';

const text = { key: serdes.string(), value: serdes.string() };

/** Processors behind one another, each of which tells when it is closed. */
const chain = (closed: string[], failing: readonly string[] = []): Topology => {
  const closing = (name: string) => (): Processor<unknown, unknown> => ({
    process: () => undefined,
    close: () => {
      closed.push(name);
      if (failing.includes(name)) throw new Error(`${name} cannot be closed`);
    },
  });
  return new Topology()
    .addSource('source', 'in', text)
    .addProcessor('first', closing('first'), 'source')
    .addProcessor('second', closing('second'), 'first')
    .addProcessor('third', closing('third'), 'second');
};

test('processors are closed in the order of the nodes', () => {
  const closed: string[] = [];
  new TopologyTestDriver(chain(closed)).close();
  expect(closed).toEqual(['first', 'second', 'third']);
});

test('processors that fail to close keep nobody from being closed, and the first error comes through', () => {
  const closed: string[] = [];
  const driver = new TopologyTestDriver(chain(closed, ['first', 'second']));
  expect(() => driver.close()).toThrow('first cannot be closed');
  expect(closed).toEqual(['first', 'second', 'third']);
});

test('a record that is forwarded in init, when nobody downstream is open, is an error and not lost', () => {
  const topology = new Topology()
    .addSource('source', 'in', text)
    .addProcessor(
      'early',
      () => ({
        init: (context) => context.forward({ key: 'a', value: 'x', timestamp: 5, headers: [] }),
        process: () => undefined,
      }),
      'source',
    )
    .addSink('sink', 'out', { parents: 'early', ...text });
  expect(() => new TopologyTestDriver(topology)).toThrow(
    expect.objectContaining({
      code: 'PROCESSING_FAILED',
      message: 'sink is not open yet; forward in process or in a punctuation, not in init',
      context: { node: 'sink' },
    }),
  );
});

test('each topic of a source enters at that source', () => {
  const topology = new Topology()
    .addSource('letters', ['a', 'b'], text)
    .addSource('numbers', '1', text)
    .addSink('to-letters', 'letters-out', { parents: 'letters', ...text })
    .addSink('to-numbers', 'numbers-out', { parents: 'numbers', ...text });
  const driver = new TopologyTestDriver(topology);
  for (const topic of ['a', '1', 'b']) driver.createInputTopic(topic, text).pipeInput(topic, '');
  expect(driver.takeProduced().map(({ topic, key }) => [topic, String(key)])).toEqual([
    ['letters-out', 'a'],
    ['numbers-out', '1'],
    ['letters-out', 'b'],
  ]);
});
