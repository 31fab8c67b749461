import { describe, expect, test } from 'vitest';

import { broker, create, put, text, until, values } from '../test/kafka-streams-harness.ts';
import { seededChance } from './common/chance.ts';
import { systemClock } from './common/clock.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import { queryableStoreTypes } from './query/local-store.ts';
import type { RestoreProgress } from './runtime/changelog-reader.ts';
import { inMemoryState } from './state/in-memory-state.ts';
import type { StateBackend } from './state/state-engine.ts';
import { MemoryDisk } from './testing/simulation/memory-disk.ts';
import type { Topology } from './topology/topology.ts';

/** A table that is restored from its topic, and shows its old and new values. */
const table = (): Topology => {
  const builder = new StreamsBuilder({ topologyOptimization: ['reuse.ktable.source.topics'] });
  builder
    .table('in', { ...text, materialized: { name: 'names' } })
    .toStream()
    .to('out', text);
  return builder.build();
};

const start = async (server: ReturnType<typeof broker>, state: StateBackend) => {
  const restored: RestoreProgress[] = [];
  const options = {
    statestoreCacheMaxBytes: 0,
    restoreListener: (progress: RestoreProgress) => restored.push(progress),
  };
  const streams = create({ topology: table(), broker: server, state, ...options });
  await streams.start();
  const names = streams.store('names', queryableStoreTypes.keyValueStore<string, string>());
  return { streams, names, restored };
};

const three = [
  ['a', '1'],
  ['b', '2'],
  ['a', '3'],
] as const;

describe('a table that is restored from its source topic', () => {
  test('has no changelog, and comes back from the topic', async () => {
    const server = broker('in', 'out');
    const first = await start(server, inMemoryState());
    put(server, 'in', ...three);
    await until(() => values(server, 'out').length === 3);
    await until(async () => (await first.names.get('a')) === '3');
    await first.streams.close();
    const { admin } = server.connect({ clientId: 't', clock: systemClock, chance: seededChance(1) });
    expect(await admin.describeTopics(['app-names-changelog'])).toEqual(new Map());
    const { names, restored } = await start(server, inMemoryState());
    expect(await names.get('a')).toBe('3');
    expect(await names.get('b')).toBe('2');
    expect(restored.some(({ changelog, isComplete }) => changelog.topic === 'in' && isComplete)).toBe(true);
    expect(values(server, 'out')).toHaveLength(3);
  });

  test('is restored no further than what was committed, so that the rest is still news', async () => {
    const server = broker('in', 'out');
    const first = await start(server, inMemoryState());
    put(server, 'in', ['a', '1']);
    await until(async () => (await first.names.get('a')) === '1');
    await first.streams.close();
    put(server, 'in', ['a', '2'], ['b', '9']);
    const { names, restored } = await start(server, inMemoryState());
    await until(async () => (await names.get('b')) === '9');
    expect(restored.filter(({ isComplete }) => isComplete).reduce((sum, { endOffset }) => sum + endOffset, 0)).toBe(1);
    await until(() => values(server, 'out').length === 3);
    expect(values(server, 'out').sort()).toEqual(['1', '2', '9']);
  });

  test('keeps the offset of the topic with its state, and restores nothing after a clean close', async () => {
    const server = broker('in', 'out');
    const disk = new MemoryDisk();
    const first = await start(server, disk);
    put(server, 'in', ...three);
    await until(async () => (await first.names.get('a')) === '3');
    await first.streams.close();
    const { names, restored } = await start(server, disk);
    expect(await names.get('a')).toBe('3');
    expect(restored.filter(({ startOffset, endOffset }) => startOffset < endOffset)).toEqual([]);
  });
});
