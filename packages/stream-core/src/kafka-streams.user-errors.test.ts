import { expect, test } from 'vitest';

import { create, put, text, until, values } from '../test/kafka-streams-harness.ts';
import { MemoryBroker } from './adapters/memory/memory-broker.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import type { Processor } from './processor/processor.ts';
import type { ProcessorContext } from './processor/processor-context.ts';
import { TopologyTestDriver } from './testing/topology-test-driver.ts';
import { Topology } from './topology/topology.ts';

// Functions of the user that are called outside of any node: their errors must say where they come from.

const thrown = new Error('user code');
const fail = (): never => {
  throw thrown;
};

test.each<[string, (topology: Topology) => void, object]>([
  [
    'a timestamp extractor',
    (topology) =>
      topology
        .addSource('source', 'in', { ...text, timestampExtractor: fail })
        .addSink('sink', 'out', { parents: 'source', ...text }),
    { code: 'TIMESTAMP_INVALID', context: { node: 'source', topic: 'in', partition: 0, offset: 0 } },
  ],
  [
    'the preparation of a serde',
    (topology) =>
      topology
        .addSource('source', 'in', { key: text.key, value: { ...text.value, prepare: async () => fail() } })
        .addSink('sink', 'out', { parents: 'source', ...text }),
    { code: 'DESERIALIZATION_FAILED', context: { node: 'source', topic: 'in', partition: 0, offset: 0 } },
  ],
  [
    'a partitioner',
    (topology) =>
      topology
        .addSource('source', 'in', text)
        .addSink('sink', 'out', { parents: 'source', ...text, partitioner: fail }),
    { code: 'PROCESSING_FAILED', context: { node: 'sink', topic: 'in', partition: 0, offset: 0 } },
  ],
  [
    'a topic name extractor',
    (topology) => topology.addSource('source', 'in', text).addSink('sink', fail, { parents: 'source', ...text }),
    { code: 'PROCESSING_FAILED', context: { node: 'sink', topic: 'in', partition: 0, offset: 0 } },
  ],
])('%s that throws ends the instance with an error that says where', async (_what, add, expected) => {
  const server = new MemoryBroker();
  for (const topic of ['in', 'out']) server.createTopic(topic, { partitions: 1 });
  const topology = new Topology();
  add(topology);
  const streams = create({ topology, broker: server });
  await streams.start();
  put(server, 'in', ['a', 'x']);
  await streams.ended();
  expect(streams.error).toMatchObject({ ...expected, cause: thrown });
});

test('a changelog record that is too large is a matter of the production handler, at the commit too', async () => {
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .groupByKey()
    .reduce((left, right) => left + right, {
      materialized: { name: 'texts', ...text, changelogConfig: { 'max.message.bytes': '1000' } },
    })
    .toStream()
    .mapValues((value) => String(value.length))
    .to('out', text);
  const server = new MemoryBroker();
  for (const topic of ['in', 'out']) server.createTopic(topic, { partitions: 1 });
  const asked: unknown[] = [];
  const streams = create({
    topology: builder.build(),
    broker: server,
    productionExceptionHandler: ({ code }, { node, offset }) => {
      asked.push({ code, node, offset });
      return 'continue';
    },
  });
  await streams.start();
  put(server, 'in', ['large', 'x'.repeat(2_000)], ['small', 'y']);
  await until(() => server.records('out').length === 2);
  expect(values(server, 'out')).toEqual(['2000', '1']);
  expect(asked).toEqual([{ code: 'RECORD_TOO_LARGE', node: null, offset: 0 }]);
});

test('a processor that catches what a child threw has the timestamp of its own record again', () => {
  let own: ProcessorContext<string, string> | null = null;
  const catching = (): Processor<string, string> => ({
    init: (context) => {
      own = context;
    },
    process: (record) => {
      try {
        own?.forward({ ...record, timestamp: record.timestamp + 100 });
      } catch {
        // It goes on without the child.
      }
    },
  });
  const seen: number[] = [];
  const topology = new Topology()
    .addSource('source', 'in', text)
    .addProcessor('catching', catching, 'source')
    .addSink('broken', 'out', { parents: 'catching', ...text, partitioner: fail })
    .addSink('beside', (_key, _value, { timestamp }) => `seen-${seen.push(timestamp)}`, { parents: 'source', ...text });
  new TopologyTestDriver(topology).createInputTopic('in', text).pipeInput('a', 'x', { timestamp: 5 });
  expect(seen).toEqual([5]);
});
