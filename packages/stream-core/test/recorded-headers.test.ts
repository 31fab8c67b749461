import { expect, test } from 'vitest';

import type { KGroupedStream, KStream, KTable } from '../src/kstream/api.ts';
import type { GlobalKTable } from '../src/kstream/global-ktable.ts';
import { untilTimeLimit, untilWindowCloses } from '../src/kstream/options/suppressed.ts';
import { StreamsBuilder } from '../src/kstream/streams-builder.ts';
import { sessionWindows } from '../src/kstream/windows/session-windows.ts';
import { slidingWindows } from '../src/kstream/windows/sliding-windows.ts';
import { joinWindows, timeWindows } from '../src/kstream/windows/windows.ts';
import type { Processor } from '../src/processor/processor.ts';
import { serdes } from '../src/serdes/serdes.ts';
import { driveEdges } from './edge-driver.ts';
import type { RecordedOutput, RecordedRun } from './recorded-edges.ts';
import { recordedEdges } from './recorded-edges.ts';

// Which headers every operator gives to what it makes, against recorded answers of Kafka Streams. The table of
// docs/kafka-streams-parity.md says the same in words.

interface HeaderCase extends RecordedRun {
  readonly case: string;
}

const text = { key: serdes.string(), value: serdes.string() };
const window = joinWindows({ timeDifference: 10 });
const tumbling = timeWindows({ size: 10 });
const foreignKey = (value: string): string => (value.startsWith('x') ? 'i' : 'k');
const joined = { key: text.key, value: text.value, otherValue: text.value };

const both = (left: string | null, right: string | null): string => `${left}${right}`;
const grouped = (stream: KStream<string, string>): KGroupedStream<string, string> => stream.groupByKey(text);
const table = (stream: KStream<string, string>): KTable<string, string> => stream.toTable({ materialized: text });

const versioned = (stream: KStream<string, string>): KTable<string, string> =>
  stream.toTable({ materialized: { ...text, name: 'versions', versioned: { historyRetention: '10s' } } });

/** Adds a header to what it forwards; or forwards from a punctuation, where no record is in hand. */
const marking = (punctuates: boolean) => (): Processor<string, string, string, string> => {
  let process: Processor<string, string>['process'] = () => undefined;
  return {
    init: (context) => {
      if (punctuates) {
        const tick = (timestamp: number) => context.forward({ key: 'tick', value: 't', timestamp, headers: [] });
        context.schedule(10, 'stream_time', tick);
        return;
      }
      const mark = { key: 'mark', value: Buffer.from('m') };
      process = (record) => context.forward({ ...record, headers: [...record.headers, mark] });
    },
    process: (record) => process(record),
  };
};

type Text = KStream<string, string>;

/** Keys and values of any type as text. */
const out = <K, V>(stream: KStream<K, V>): Text =>
  stream.selectKey((key) => String(key)).mapValues((value) => String(value));

const operators: Readonly<Record<string, (a: Text, b: Text) => Text>> = {
  filter: (a) => out(a.filter(() => true)),
  map: (a) => out(a.map((key, value) => [key, value])),
  mapValues: (a) => out(a.mapValues((value) => value)),
  flatMap: (a) =>
    out(
      a.flatMap((key, value) => [
        [key, value],
        [key, value],
      ]),
    ),
  flatMapValues: (a) => out(a.flatMapValues((value) => [value, value])),
  merge: (a, b) => out(a.merge(b)),
  repartition: (a) => out(a.repartition(text)),
  toTable: (a) => out(table(a).toStream()),
  tableFilter: (a) =>
    out(
      table(a)
        .filter((_key, value) => value.length < 2)
        .toStream(),
    ),
  tableMapValues: (a) =>
    out(
      table(a)
        .mapValues((value) => `${value}!`)
        .toStream(),
    ),
  count: (a) => out(grouped(a).count().toStream()),
  reduce: (a) => out(grouped(a).reduce(both).toStream()),
  aggregate: (a) =>
    out(
      grouped(a)
        .aggregate(
          () => '',
          (_key, value, aggregate) => aggregate + value,
          { materialized: text },
        )
        .toStream(),
    ),
  cogroup: (a, b) =>
    out(
      grouped(a)
        .cogroup<string>((_key, value, aggregate) => aggregate + value)
        .cogroup(grouped(b), (_key, value, aggregate) => aggregate + value)
        .aggregate(() => '', { materialized: text })
        .toStream(),
    ),
  tumbling: (a) => out(grouped(a).windowedBy(tumbling).count().toStream()),
  tumblingOnClose: (a) =>
    out(
      grouped(a)
        .windowedBy(tumbling)
        .emitStrategy('onWindowClose')
        .count({ materialized: { retention: 1_000 } })
        .toStream(),
    ),
  sliding: (a) =>
    out(
      grouped(a)
        .windowedBy(slidingWindows({ timeDifference: 10 }))
        .count()
        .toStream(),
    ),
  session: (a) =>
    out(
      grouped(a)
        .windowedBy(sessionWindows({ inactivityGap: 10 }))
        .count()
        .toStream(),
    ),
  suppressUntilClose: (a) => out(grouped(a).windowedBy(tumbling).count().suppress(untilWindowCloses()).toStream()),
  suppressForTime: (a) =>
    out(
      grouped(a)
        .count()
        .suppress(untilTimeLimit({ timeLimit: 10 }))
        .toStream(),
    ),
  tableGroupBy: (a) =>
    out(
      table(a)
        .groupBy((_key, value) => [value.slice(0, 1), value], text)
        .count()
        .toStream(),
    ),
  streamJoin: (a, b) => out(a.join(b, both, window, joined)),
  streamLeftJoin: (a, b) => out(a.leftJoin(b, both, window, joined)),
  streamOuterJoin: (a, b) => out(a.outerJoin(b, both, window, joined)),
  streamTableJoin: (a, b) => out(a.join(table(b), both, text)),
  streamTableLeftJoin: (a, b) => out(a.leftJoin(table(b), both, text)),
  tableJoin: (a, b) => out(table(a).join(table(b), both).toStream()),
  tableLeftJoin: (a, b) => out(table(a).leftJoin(table(b), both).toStream()),
  tableOuterJoin: (a, b) => out(table(a).outerJoin(table(b), both).toStream()),
  foreignKeyJoin: (a, b) => out(table(a).join(table(b), foreignKey, both, { materialized: text }).toStream()),
  foreignKeyLeftJoin: (a, b) => out(table(a).leftJoin(table(b), foreignKey, both, { materialized: text }).toStream()),
  versionedTable: (a) => out(versioned(a).toStream()),
  versionedJoin: (a, b) => out(a.join(versioned(b), both, text)),
  versionedLeftJoinWithGrace: (a, b) => out(a.leftJoin(versioned(b), both, { ...text, name: 'graced', grace: 10 })),
  versionedTableJoin: (a, b) => out(versioned(a).leftJoin(table(b), both).toStream()),
  processAdds: (a) => out(a.process(marking(false))),
  punctuation: (a) => out(a.process(marking(true))),
};

const byKey = (key: string): string => key;

const globalOperators: Readonly<Record<string, (a: Text, b: GlobalKTable<string, string>) => Text>> = {
  globalJoin: (a, b) => out(a.join(b, byKey, both)),
  globalLeftJoin: (a, b) => out(a.leftJoin(b, byKey, both)),
};

const cases = recordedEdges<HeaderCase>('headers');

/** Where a record came out, and its headers: what keys and values are is compared elsewhere. */
const headersOf = (outputs: readonly RecordedOutput[]) => outputs.map(({ timestamp, headers }) => [timestamp, headers]);

test('every recorded operator is compared', () => {
  expect(Object.keys({ ...operators, ...globalOperators }).sort()).toEqual(cases.map((one) => one.case).sort());
});

test.each(cases.map((one) => [one.case, one] as const))('%s', (name, recorded) => {
  const builder = new StreamsBuilder();
  const a = builder.stream('a', text);
  const result =
    name in operators
      ? operators[name]?.(a, builder.stream('b', text))
      : globalOperators[name]?.(a, builder.globalTable('b', text));
  result?.to('out', text);
  const { outputs, error } = driveEdges(builder.build(), {}, { ...recorded, topics: ['out'] });
  expect(error).toBeNull();
  expect(headersOf(outputs)).toEqual(headersOf(recorded.outputs));
});
