import { expect, test } from 'vitest';

import { TopologyError } from '../src/errors/streams-error.ts';
import { StreamsBuilder } from '../src/kstream/streams-builder.ts';
import type { TimestampExtractor } from '../src/processor/timestamp-extractor.ts';
import { serdes } from '../src/serdes/serdes.ts';
import { Topology } from '../src/topology/topology.ts';
import { driveEdges } from './edge-driver.ts';
import type { RecordedRun } from './recorded-edges.ts';
import { recordedEdges } from './recorded-edges.ts';

// Sources that read by a pattern, against recorded answers of Kafka Streams.

interface PatternCase extends RecordedRun {
  readonly case: string;
  /** Null where the topology was refused. */
  readonly describe: string | null;
}

const text = { key: serdes.string(), value: serdes.string() };

const dsl = (body: (builder: StreamsBuilder) => void) => (): Topology => {
  const builder = new StreamsBuilder();
  body(builder);
  return builder.build();
};

const later: TimestampExtractor = ({ timestamp }) => timestamp + 100;

const topologies: Readonly<Record<string, () => Topology>> = {
  one: dsl((builder) => builder.stream(/orders-.*/, text).to('out', text)),
  two: dsl((builder) => {
    builder.stream(/orders-.*/, text).to('out', text);
    builder.stream(/oth.*/, text).to('out2', text);
  }),
  same: dsl((builder) => {
    builder.stream(/orders-.*/, text).to('out', text);
    builder.stream(/orders-.*/, text).to('out2', text);
  }),
  topicFirst: dsl((builder) => {
    builder.stream('orders-eu', text).to('out', text);
    builder.stream(/orders-.*/, text).to('out2', text);
  }),
  topicLater: dsl((builder) => {
    builder.stream(/orders-.*/, text).to('out', text);
    builder.stream('orders-eu', text).to('out2', text);
  }),
  beside: dsl((builder) => {
    builder.stream(/orders-.*/, text).to('out', text);
    builder.stream('other', text).to('out2', text);
  }),
  partOfName: dsl((builder) => builder.stream(/orders/, text).to('out', text)),
  counted: dsl((builder) =>
    builder
      .stream(/orders-.*/, text)
      .groupByKey(text)
      .count()
      .toStream()
      .mapValues(String)
      .to('out', text),
  ),
  otherResets: dsl((builder) => {
    builder.stream(/orders-.*/, { ...text, offsetReset: 'earliest' }).to('out', text);
    builder.stream(/orders-.*/, { ...text, offsetReset: 'latest' }).to('out2', text);
  }),
  stamped: dsl((builder) =>
    builder.stream(/orders-.*/, { ...text, timestampExtractor: later, offsetReset: 'by_duration:1h' }).to('out', text),
  ),
  papi: () =>
    new Topology().addSource('source', /orders-.*/, text).addSink('sink', 'out', { ...text, parents: 'source' }),
  papiTopicFirst: () => new Topology().addSource('source', 'orders-eu', text).addSource('second', /orders-.*/, text),
  papiTopicLater: () => new Topology().addSource('second', /orders-.*/, text).addSource('source', 'orders-eu', text),
};

const cases = new Map(recordedEdges<PatternCase>('patterns').map((one) => [one.case, one]));

test.each(Object.entries(topologies))('%s', (name, make) => {
  const recorded = cases.get(name);
  if (recorded === undefined) throw new Error(`${name} was not recorded`);
  if (recorded.describe === null) {
    expect(make).toThrow(TopologyError);
    return;
  }
  expect(make().describe().trim()).toBe(recorded.describe.trim());
  const { outputs, error } = driveEdges(make(), {}, { ...recorded, topics: ['out', 'out2'] });
  expect(outputs).toEqual(recorded.outputs);
  expect(error === null).toBe(recorded.error === null);
});

// Kafka Streams' driver gives the topic to the pattern that was added last; a running application fails. So do we.
test('a topic that two patterns match is refused when it is met', () => {
  const builder = new StreamsBuilder();
  builder.stream(/ord.*/, text).to('out', text);
  builder.stream(/orders-.*/, text).to('out2', text);
  const inputs = [{ topic: 'orders-eu', key: 'k', value: '1', timestamp: 5, from: null }];
  const { error } = driveEdges(builder.build(), {}, { inputs, topics: ['out', 'out2'] });
  expect(error).toMatchObject({
    code: 'TOPOLOGY_INVALID',
    problems: [{ where: 'KSTREAM-SOURCE-0000000000, KSTREAM-SOURCE-0000000002' }],
  });
});
