import type { KStream } from '../src/kstream/api.ts';
import type { GlobalKTable } from '../src/kstream/global-ktable.ts';
import { StreamsBuilder } from '../src/kstream/streams-builder.ts';
import { sessionWindows } from '../src/kstream/windows/session-windows.ts';
import { joinWindows, timeWindows } from '../src/kstream/windows/windows.ts';
import type { StreamPartitioner } from '../src/processor/stream-partitioner.ts';
import { serdes } from '../src/serdes/serdes.ts';
import type { Topology } from '../src/topology/topology.ts';

// The topology of fixtures/partitions/PartitionRecorder.java, operator by operator.

const text = { key: serdes.string(), value: serdes.string() };
const windowed = { key: serdes.timeWindowed(text.key, 5_000), value: text.value };
const session = { key: serdes.sessionWindowed(text.key), value: text.value };

const byLength: StreamPartitioner<string, unknown> = (_topic, key, _value, partitions) => key.length % partitions;

/** The first key is null where a row refers to none any more. */
const byLetter: StreamPartitioner<string | null, unknown> = (_topic, key, _value, partitions) =>
  key === null ? 0 : key.charCodeAt(0) % partitions;

/** To several partitions, to none, or wherever Kafka puts it. */
const multicast: StreamPartitioner<string, string> = (_topic, key) => {
  if (key.startsWith('a')) return [0, 2];
  return key.startsWith('b') ? [] : null;
};

const addStreams = (builder: StreamsBuilder, words: KStream<string, string>): void => {
  words
    .groupBy((_key, value) => value.charAt(0), text)
    .count()
    .toStream()
    .mapValues(String)
    .to('counts', text);
  words.repartition({ ...text, name: 'five', partitions: 5, partitioner: byLength }).to('fives', text);
  words.to('placed', { ...text, partitioner: multicast });
  words.to((key) => (key.length > 1 ? 'routed-a' : 'routed-b'), text);

  const left = builder.stream('left', text);
  const right = builder.stream('right', text);
  const near = joinWindows({ timeDifference: '1s', grace: '60s' });
  const joined = { ...text, otherValue: text.value };
  const both = (one: string, other: string): string => `${one}+${other}`;
  left.join(right, both, near, joined).to('joined', text);
  left
    .selectKey((_key, value) => value)
    .join(right, both, near, { ...joined, storeName: 'again' })
    .to('rejoined', text);
};

const addTables = (
  builder: StreamsBuilder,
  words: KStream<string, string>,
): { readonly globals: GlobalKTable<string, string>; readonly finish: () => void } => {
  const names = builder.table('names', text);
  const cities = builder.table('cities', text);
  const globals = builder.globalTable('globals', text);
  words.leftJoin(names, (word, name) => `${word}/${name}`, text).to('named', text);
  names
    .join(cities, (name, city) => `${name}&${city}`)
    .toStream()
    .to('both', text);
  names
    .join(
      cities,
      (name) => name,
      (name, city) => `${name}@${city}`,
    )
    .toStream()
    .to('foreign', text);
  names
    .leftJoin(
      cities,
      (name) => name,
      (name, city) => `${name}@${city}`,
      { partitioner: byLength, otherPartitioner: byLetter },
    )
    .toStream()
    .to('foreignPlaced', text);
  const finish = (): void =>
    names
      .groupBy((key, value) => [value.charAt(0), key] as const, { ...text, name: 'initials' })
      .reduce(
        (sum, one) => sum + one,
        (sum, one) => `${sum}-${one}`,
      )
      .toStream()
      .to('regrouped', text);
  return { globals, finish };
};

const addWindows = (builder: StreamsBuilder, words: KStream<string, string>): void => {
  words
    .groupByKey(text)
    .windowedBy(timeWindows({ size: '5s', grace: '60s' }))
    .count()
    .toStream()
    .mapValues(String)
    .to('windows', windowed);
  words
    .groupByKey(text)
    .windowedBy(sessionWindows({ inactivityGap: '5s', grace: '60s' }))
    .count()
    .toStream()
    .mapValues(String)
    .to('sessions', session);
  builder
    .stream('windows', windowed)
    .map(({ key, window }, value): [string, string] => [key, `${window.start}/${window.end}:${value}`])
    .to('windowsRead', text);
  builder
    .stream('sessions', session)
    .map(({ key, window }, value): [string, string] => [key, `${window.start}/${window.end}:${value}`])
    .to('sessionsRead', text);
};

/** A topology over topics of several sizes, in which every kind of record is sent to a partition. */
export const recordedPartitionsTopology = (): Topology => {
  const builder = new StreamsBuilder();
  const words = builder.stream('words', text);
  addStreams(builder, words);
  const { globals, finish } = addTables(builder, words);
  words
    .join(
      globals,
      (_key, value) => value,
      (word, global) => `${word}=${global}`,
    )
    .to('global', text);
  finish();
  addWindows(builder, words);
  return builder.build();
};
