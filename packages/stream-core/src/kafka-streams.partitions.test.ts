import { expect, test } from 'vitest';

import { create, put, text, until, values } from '../test/kafka-streams-harness.ts';
import { MemoryBroker } from './adapters/memory/memory-broker.ts';
import { partitionForKey } from './common/murmur2.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import { sessionWindows } from './kstream/windows/session-windows.ts';
import { timeWindows } from './kstream/windows/windows.ts';

// Which partitions records go to. The hashes themselves are compared with Java's in test/recorded-pure.test.ts.

const keys = Array.from({ length: 12 }, (_, index) => `key-${index}`);

const brokerOf = (topics: Readonly<Record<string, number>>): MemoryBroker => {
  const server = new MemoryBroker();
  for (const [topic, partitions] of Object.entries(topics)) server.createTopic(topic, { partitions });
  return server;
};

const byHash = (key: string, partitions: number): number => partitionForKey(Buffer.from(key), partitions);

test('windowed keys go where the key inside goes, as WindowedStreamPartitioner says', async () => {
  const server = brokerOf({ in: 1, times: 5, sessions: 5 });
  const builder = new StreamsBuilder();
  const grouped = builder.stream('in', text).groupByKey();
  grouped
    .windowedBy(timeWindows({ size: 10 }))
    .count()
    .toStream()
    .to('times');
  grouped
    .windowedBy(sessionWindows({ inactivityGap: 10 }))
    .count()
    .toStream()
    .to('sessions');
  const streams = create({ topology: builder.build(), broker: server, statestoreCacheMaxBytes: 0 });
  await streams.start();
  put(server, 'in', ...keys.map((key) => [key, 'x'] as const));
  await until(() => server.records('times').length === 12 && server.records('sessions').length === 12);
  for (const [topic, suffix] of [
    ['times', 8],
    ['sessions', 16],
  ] as const) {
    for (const { key, partition } of server.records(topic)) {
      expect(partition).toBe(byHash(String(key?.subarray(0, key.length - suffix)), 5));
    }
  }
});

test('a topic that an extractor names gets its own number of partitions, and the partitioner is told it', async () => {
  const server = brokerOf({ in: 1, 'to-2': 2, 'to-7': 7 });
  const builder = new StreamsBuilder();
  const told = new Set<string>();
  builder.stream('in', text).to((_key, value) => value, {
    ...text,
    partitioner: (topic, _key, _value, partitions) => {
      told.add(`${topic} has ${partitions}`);
      return partitions - 1;
    },
  });
  const streams = create({ topology: builder.build(), broker: server });
  await streams.start();
  put(server, 'in', ['a', 'to-2'], ['b', 'to-7']);
  await until(() => server.records('to-2').length === 1 && server.records('to-7').length === 1);
  expect(told).toEqual(new Set(['to-2 has 2', 'to-7 has 7']));
  expect(server.records('to-7').map(({ partition }) => partition)).toEqual([6]);
});

test('a record may go to several partitions, to none, or where its hash says (KIP-837)', async () => {
  const server = brokerOf({ in: 1, out: 4 });
  const builder = new StreamsBuilder();
  const chosen: Readonly<Record<string, readonly number[] | null>> = { several: [0, 2], none: [], hash: null };
  builder.stream('in', text).to('out', { ...text, partitioner: (_topic, _key, value) => chosen[value] ?? null });
  const streams = create({ topology: builder.build(), broker: server });
  await streams.start();
  put(server, 'in', ['a', 'none'], ['a', 'several'], ['a', 'hash']);
  await until(() => server.records('out').length === 3);
  const written = server.records('out').map(({ value, partition }) => `${value} ${partition}`);
  expect(written.sort()).toEqual([`hash ${byHash('a', 4)}`, 'several 0', 'several 2']);
});

test('repartition has the number of partitions and the partitioner that it is given', async () => {
  const server = brokerOf({ in: 2, out: 3 });
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .repartition({ ...text, name: 'own', partitions: 3, partitioner: (_topic, key) => Number(key.slice(4)) % 3 })
    .to('out', text);
  const streams = create({ topology: builder.build(), broker: server });
  await streams.start();
  put(server, 'in', ...keys.map((key) => [key, 'x'] as const));
  await until(() => values(server, 'out').length === 12);
  const repartitioned = server.records('app-own-repartition');
  expect(repartitioned.every(({ key, partition }) => partition === Number(String(key).slice(4)) % 3)).toBe(true);
  expect(server.records('out').every(({ key, partition }) => partition === byHash(String(key), 3))).toBe(true);
});
