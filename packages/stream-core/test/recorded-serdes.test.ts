import { describe, expect, test } from 'vitest';

import { TopologyError } from '../src/errors/streams-error.ts';
import type { KStream, KTable } from '../src/kstream/api.ts';
import { untilTimeLimit } from '../src/kstream/options/suppressed.ts';
import { StreamsBuilder } from '../src/kstream/streams-builder.ts';
import { sessionWindows } from '../src/kstream/windows/session-windows.ts';
import { slidingWindows } from '../src/kstream/windows/sliding-windows.ts';
import { joinWindows, timeWindows } from '../src/kstream/windows/windows.ts';
import type { FixedKeyProcessor, Processor } from '../src/processor/processor.ts';
import { serdes } from '../src/serdes/serdes.ts';
import { TopologyTestDriver } from '../src/testing/topology-test-driver.ts';
import { recordedEdges } from './recorded-edges.ts';

// Which serdes a stream or table has after every operator, against what Kafka Streams 4.3.1 has.

interface SerdeCase {
  readonly case: string;
  /** The class of the serde; null for none. */
  readonly key: string | null;
  readonly value: string | null;
}

type Text = KStream<string, string>;
type TextTable = KTable<string, string>;

interface Sources {
  readonly a: Text;
  readonly b: Text;
  readonly table: TextTable;
  readonly other: TextTable;
}

/** A sink behind the operator that says nothing of serdes: what is missing is what the operator dropped. */
const sink = <K, V>(stream: KStream<K, V> | KTable<K, V>): void => {
  const behind = 'toStream' in stream ? stream.toStream() : stream;
  behind.to('sink');
};

const left = <T>(value: T): T => value;
const window = joinWindows({ timeDifference: 10 });
const tumbling = timeWindows({ size: 10 });
const nothing = (): Processor<string, string> => ({ process: () => undefined });
const nothingFixed = (): FixedKeyProcessor<string, string> => ({ process: () => undefined });
const text = { key: serdes.string(), value: serdes.string() };

const operators: Readonly<Record<string, (sources: Sources) => void>> = {
  stream: ({ a }) => sink(a),
  table: ({ table }) => sink(table),
  filter: ({ a }) => sink(a.filter(() => true)),
  filterNot: ({ a }) => sink(a.filterNot(() => true)),
  peek: ({ a }) => sink(a.peek(() => undefined)),
  selectKey: ({ a }) => sink(a.selectKey((key) => key)),
  map: ({ a }) => sink(a.map((key, value) => [key, value])),
  mapValues: ({ a }) => sink(a.mapValues((value) => value)),
  flatMap: ({ a }) => sink(a.flatMap((key, value) => [[key, value]])),
  flatMapValues: ({ a }) => sink(a.flatMapValues((value) => [value])),
  branch: ({ a }) => {
    const branches = a
      .split()
      .branch(() => true, { name: 'x' })
      .noDefaultBranch();
    for (const branch of branches.values()) sink(branch);
  },
  process: ({ a }) => sink(a.process(nothing)),
  processValues: ({ a }) => sink(a.processValues(nothingFixed)),
  repartition: ({ a }) => sink(a.repartition()),
  toTable: ({ a }) => sink(a.toTable()),
  toStream: ({ table }) => sink(table.toStream()),
  toStreamMapped: ({ table }) => sink(table.toStream((key) => key)),
  tableFilter: ({ table }) => sink(table.filter(() => true)),
  tableMapValues: ({ table }) => sink(table.mapValues((value) => value)),
  suppress: ({ table }) => sink(table.suppress(untilTimeLimit({ timeLimit: 10 }))),
  count: ({ a }) => sink(a.groupByKey().count()),
  reduce: ({ a }) => sink(a.groupByKey().reduce(left)),
  aggregate: ({ a }) =>
    sink(
      a.groupByKey().aggregate(
        () => '',
        (_key, _value, aggregate) => aggregate,
      ),
    ),
  groupByReduce: ({ a }) => sink(a.groupBy((_key, value) => value).reduce(left)),
  tableReduce: ({ table }) => sink(table.groupBy((key, value) => [key, value], text).reduce(left, left)),
  tableCount: ({ table }) => sink(table.groupBy((key, value) => [key, value], text).count()),
  tumblingCount: ({ a }) => sink(a.groupByKey().windowedBy(tumbling).count()),
  tumblingReduce: ({ a }) => sink(a.groupByKey().windowedBy(tumbling).reduce(left)),
  sessionCount: ({ a }) =>
    sink(
      a
        .groupByKey()
        .windowedBy(sessionWindows({ inactivityGap: 10 }))
        .count(),
    ),
  slidingCount: ({ a }) =>
    sink(
      a
        .groupByKey()
        .windowedBy(slidingWindows({ timeDifference: 10 }))
        .count(),
    ),
  cogroup: ({ a }) =>
    sink(
      a
        .groupByKey()
        .cogroup<string>((_key, _value, aggregate) => aggregate)
        .aggregate(() => ''),
    ),
  merge: ({ a, b }) => sink(a.merge(b)),
  streamJoin: ({ a, b }) => sink(a.join(b, left, window)),
  streamLeftJoin: ({ a, b }) => sink(a.leftJoin(b, left, window)),
  streamOuterJoin: ({ a, b }) => sink(a.outerJoin(b, left, window)),
  streamTableJoin: ({ a, table }) => sink(a.join(table, left)),
  streamTableLeftJoin: ({ a, table }) => sink(a.leftJoin(table, left)),
  tableJoin: ({ table, other }) => sink(table.join(other, left)),
  tableLeftJoin: ({ table, other }) => sink(table.leftJoin(other, left)),
  tableOuterJoin: ({ table, other }) => sink(table.outerJoin(other, left)),
};

/** What the sink does not find. */
const missingBehind = (operator: (sources: Sources) => void): readonly string[] => {
  const builder = new StreamsBuilder();
  const stream = (topic: string): Text => builder.stream<string, string>(topic, text);
  const table = (topic: string): TextTable => builder.table<string, string>(topic, text);
  operator({ a: stream('a'), b: stream('b'), table: table('t'), other: table('u') });
  try {
    new TopologyTestDriver(builder.build()).close();
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    const ofSink = error.problems.filter(({ where }) => where.endsWith('(sink)'));
    return ofSink.map(({ problem }) => (problem.includes('key serde') ? 'key' : 'value'));
  }
  return [];
};

// Where serdes are kept that Kafka Streams drops; docs/kafka-streams-parity.md names them.
const kept: Readonly<Record<string, readonly string[]>> = {
  cogroup: ['key'],
  merge: ['key', 'value'],
  streamJoin: ['key'],
  streamLeftJoin: ['key'],
  streamOuterJoin: ['key'],
};

const cases = recordedEdges<SerdeCase>('serdes');

test('every recorded operator is compared', () => {
  expect(Object.keys(operators).sort()).toEqual(cases.map((one) => one.case).sort());
});

describe('the serdes behind an operator', () => {
  test.each(cases.map((one) => [one.case, one] as const))('%s', (name, { key, value }) => {
    const operator = operators[name];
    if (operator === undefined) throw new Error(`${name} is not here`);
    const dropped = [...(key === null ? ['key'] : []), ...(value === null ? ['value'] : [])];
    const keptHere = kept[name] ?? [];
    for (const part of keptHere) expect(dropped).toContain(part);
    expect(missingBehind(operator)).toEqual(dropped.filter((part) => !keptHere.includes(part)));
  });
});
