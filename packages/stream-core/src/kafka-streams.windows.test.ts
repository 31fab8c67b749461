import { describe, expect, test } from 'vitest';

import { create, text, until } from '../test/kafka-streams-harness.ts';
import { MemoryBroker } from './adapters/memory/memory-broker.ts';
import type { KStream } from './kstream/api.ts';
import { untilWindowCloses } from './kstream/options/suppressed.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import { sessionWindows } from './kstream/windows/session-windows.ts';
import { slidingWindows } from './kstream/windows/sliding-windows.ts';
import { timeWindows } from './kstream/windows/windows.ts';
import { inMemoryState } from './state/in-memory-state.ts';
import { MemoryDisk } from './testing/simulation/memory-disk.ts';

/** A row of input: at that time a record of key a. */
type Input = readonly number[];

const results = (server: MemoryBroker) => server.records('out').map(({ value }) => String(value));

/** Feeds the first half to one instance and the second to the next, which takes over from it. */
const takenOver = async (
  build: (stream: KStream<string, string>) => KStream<string, string>,
  state: MemoryDisk | null,
  { before, after, total }: { readonly before: Input; readonly after: Input; readonly total: number },
) => {
  const server = new MemoryBroker();
  for (const topic of ['in', 'out']) server.createTopic(topic, { partitions: 1 });
  const run = async (timestamps: Input, isDone: () => boolean) => {
    const builder = new StreamsBuilder();
    build(builder.stream('in', text)).to('out', text);
    const streams = create({
      topology: builder.build(),
      broker: server,
      state: state ?? inMemoryState(),
      emission: 'deterministic',
    });
    await streams.start();
    const [key, value] = [Buffer.from('a'), Buffer.from('x')];
    for (const timestamp of timestamps) server.produce('in', [{ key, value, timestamp }]);
    await until(isDone);
    await streams.close();
  };
  await run(before, () => results(server).length > 0);
  await run(after, () => results(server).length >= total);
  return results(server);
};

const ended = (stream: KStream<string, string>) =>
  stream
    .groupByKey()
    .windowedBy(timeWindows({ size: 100, grace: 50 }))
    .emitStrategy('onWindowClose')
    .count({ materialized: { retention: 10_000 } })
    .toStream(({ window }) => `${window.start}`)
    .map((start, count) => [start, `${start} ${count}`]);

const sessions = (stream: KStream<string, string>) =>
  stream
    .groupByKey()
    .windowedBy(sessionWindows({ inactivityGap: 100 }))
    .emitStrategy('onWindowClose')
    .count()
    .toStream()
    .map(({ window: { start, end } }, count) => [`${start}`, `${start}-${end} ${count}`]);

const sliding = (stream: KStream<string, string>) =>
  stream
    .groupByKey()
    .windowedBy(slidingWindows({ timeDifference: 100 }))
    .emitStrategy('onWindowClose')
    .count({ materialized: { retention: 10_000 } })
    .toStream()
    .map(({ window: { start, end } }, count) => [`${start}`, `${start}-${end} ${count}`]);

const suppressed = (stream: KStream<string, string>) =>
  stream
    .groupByKey()
    .windowedBy(timeWindows({ size: 100, grace: 50 }))
    .count({ materialized: { name: 'counts' } })
    .suppress(untilWindowCloses({ name: 'final' }))
    .toStream(({ window }) => `${window.start}`)
    .map((start, count) => [start, `${start} ${count}`]);

describe.each([
  ['on disk', () => new MemoryDisk()],
  ['from the changelog', () => null],
])('state %s, after a restart', (_name, state) => {
  test('a window is emitted once, with the records from before', async () => {
    const halves = { before: [10, 110, 120, 160], after: [130, 200, 360], total: 3 };
    expect(await takenOver(ended, state(), halves)).toEqual(['0 1', '100 4', '200 1']);
  });

  test('a suppressed window comes once, with the records from before', async () => {
    const halves = { before: [10, 20, 160, 170], after: [180, 100, 251, 360], total: 3 };
    expect(await takenOver(suppressed, state(), halves)).toEqual(['0 2', '100 4', '200 1']);
  });

  test('a session goes on', async () => {
    const halves = { before: [10, 200, 250], after: [300, 401], total: 2 };
    expect(await takenOver(sessions, state(), halves)).toEqual(['10-10 1', '200-300 3']);
  });

  test('a sliding window goes on', async () => {
    const halves = { before: [150, 170, 240], after: [260, 300], total: 6 };
    expect(await takenOver(sliding, state(), halves)).toEqual([
      '50-150 1',
      '70-170 2',
      '140-240 3',
      '151-251 2',
      '160-260 3',
      '171-271 2',
    ]);
  });
});
