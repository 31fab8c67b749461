import { describe, expect, test } from 'vitest';

import { broker, counting, create, put, until, values } from '../test/kafka-streams-harness.ts';
import type { MemoryBroker } from './adapters/memory/memory-broker.ts';
import { systemClock } from './common/clock.ts';
import type { LogFields } from './common/logger.ts';
import { silentLogger } from './common/logger.ts';
import type { KafkaStreams, KafkaStreamsOptions } from './kafka-streams.ts';
import { queryableStoreTypes } from './query/local-store.ts';
import type { RestoreProgress } from './runtime/changelog-reader.ts';
import { headerKey } from './state/state-header.ts';
import { MemoryDisk } from './testing/simulation/memory-disk.ts';

const changelog = 'app-counts-changelog';
const keyed = (count: number, key = 'a') => Array.from({ length: count }, (_, index) => [key, String(index)] as const);

const start = async (server: MemoryBroker, state: MemoryDisk, options: Partial<KafkaStreamsOptions> = {}) => {
  const restored: RestoreProgress[] = [];
  const events: (readonly [string, LogFields | undefined])[] = [];
  const log = (event: string, fields?: LogFields) => events.push([event, fields]);
  const streams = create({
    topology: counting(),
    broker: server,
    state,
    logger: { ...silentLogger, info: log, warn: log },
    restoreListener: (progress) => restored.push(progress),
    ...options,
  });
  await streams.start();
  return { streams, restored, events };
};

const countOf = (streams: KafkaStreams, key = 'a') =>
  streams.store('counts', queryableStoreTypes.keyValueStore<string, number>()).get(key);

const counted = async (server: MemoryBroker, count: number) => {
  await until(() => values(server, 'out').length >= count);
};

const restoredRecords = (streams: KafkaStreams): number =>
  streams
    .metrics()
    .filter(({ name }) => name === 'restore-records-total')
    .reduce((sum, { value }) => sum + value, 0);

/** An instance has counted to `count` and was closed. */
const closedAfter = async (count: number) => {
  const server = broker('in', 'out');
  const disk = new MemoryDisk();
  const { streams } = await start(server, disk);
  put(server, 'in', ...keyed(count));
  await counted(server, 1);
  await until(async () => (await countOf(streams)) === count);
  await streams.close();
  return { server, disk };
};

describe('state on disk', () => {
  test('is there after a close, and nothing is restored', async () => {
    const { server, disk } = await closedAfter(5);
    const { streams } = await start(server, disk);
    expect(await countOf(streams)).toBe(5);
    expect(restoredRecords(streams)).toBe(0);
    put(server, 'in', ...keyed(1));
    await until(async () => (await countOf(streams)) === 6);
  });

  test('after a crash lacks the tail alone, which is restored from the offset that it holds', async () => {
    const { server, disk } = await closedAfter(5);
    const first = await start(server, disk);
    put(server, 'in', ...keyed(3));
    await until(async () => (await countOf(first.streams)) === 8);
    // Committed, and not written yet: what a crash now would leave behind.
    const left = disk.copy();
    await first.streams.close();
    const { streams, restored } = await start(server, left);
    expect(await countOf(streams)).toBe(8);
    const tails = restored.filter(({ startOffset, endOffset }) => endOffset > startOffset);
    expect(tails.length).toBeGreaterThan(0);
    expect(tails.every(({ startOffset }) => startOffset > 0)).toBe(true);
    put(server, 'in', ...keyed(1));
    await until(async () => (await countOf(streams)) === 9);
  });

  test('is locked while an instance uses it; the other one can be started again', async () => {
    const server = broker('in', 'out');
    const disk = new MemoryDisk();
    const { streams } = await start(server, disk);
    const other = create({ topology: counting(), broker: server, state: disk });
    await expect(other.start()).rejects.toMatchObject({ code: 'STATE_LOCKED' });
    expect(other.state).toBe('CREATED');
    await streams.close();
    await other.start();
    expect(other.state).toBe('RUNNING');
  });

  test('of a task that is elsewhere goes after a while', async () => {
    const { server, disk } = await closedAfter(1);
    const obsolete = { subtopology: 7, partition: 3 };
    disk.databases.set('7_3', { ...[...disk.databases.values()][0], taskId: obsolete } as never);
    let aheadMs = 0;
    const clock = {
      now: () => systemClock.now() + aheadMs,
      monotonic: () => systemClock.monotonic() + aheadMs,
      schedule: systemClock.schedule,
    };
    const { events } = await start(server, disk, { clock, stateCleanupDelay: '2m' });
    aheadMs += 60_000;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(disk.databases.has('7_3')).toBe(true);
    aheadMs += 120_000;
    await until(() => !disk.databases.has('7_3'));
    expect(events).toContainEqual(['state.cleaned_up', { task: '7_3' }]);
    expect([...disk.databases.keys()].sort()).toEqual(['0_0', '0_1']);
  });
});

describe('a database that cannot be trusted', () => {
  const rebuilt = (events: readonly (readonly [string, LogFields | undefined])[]) =>
    events.filter(([event]) => event === 'state.rebuilt').map(([, fields]) => fields?.['task']);

  test('is rebuilt when its changelog is another one', async () => {
    const { disk } = await closedAfter(5);
    const { streams, events } = await start(broker('in', 'out'), disk);
    expect(rebuilt(events)).toHaveLength(1);
    expect(await countOf(streams)).toBeNull();
  });

  test('ends the instance when it must not be rebuilt, and stays as it is', async () => {
    const { disk } = await closedAfter(5);
    const streams = create({ topology: counting(), broker: broker('in', 'out'), state: disk, stateCorruption: 'fail' });
    await streams.start().catch(() => undefined);
    await streams.ended();
    expect(streams.error).toMatchObject({ code: 'STATE_CORRUPTED', message: expect.stringContaining(changelog) });
    expect(disk.databases.size).toBe(2);
  });

  test('is rebuilt when it is damaged at the start', async () => {
    const { server, disk } = await closedAfter(5);
    disk.damaged.add('0_0').add('0_1');
    const { streams, events } = await start(server, disk);
    expect(rebuilt(events).sort()).toEqual(['0_0', '0_1']);
    expect(await countOf(streams)).toBe(5);
    expect(restoredRecords(streams)).toBeGreaterThan(0);
  });

  test('is rebuilt when it turns out to be damaged, and the count goes on', async () => {
    const { server, disk } = await closedAfter(5);
    // Nothing stays in memory, so that the engine is asked.
    const { streams, events } = await start(server, disk, { stateMemoryMaxBytes: 0, statestoreCacheMaxBytes: 0 });
    disk.damaged.add('0_0').add('0_1');
    put(server, 'in', ...keyed(2));
    await until(async () => (await countOf(streams).catch(() => null)) === 7);
    expect(rebuilt(events).length).toBeGreaterThan(0);
    expect(streams.state).toBe('RUNNING');
  });

  const withHeader = async (change: Record<string, unknown>) => {
    const { server, disk } = await closedAfter(1);
    for (const { engine } of disk.databases.values()) {
      const batch = engine.batch();
      const header = JSON.parse(String(engine.get(headerKey)));
      batch.put(headerKey, Buffer.from(JSON.stringify({ ...header, ...change })));
      batch.commit();
    }
    const streams = create({ topology: counting(), broker: server, state: disk });
    await streams.start().catch(() => undefined);
    await streams.ended();
    return { error: streams.error, disk };
  };

  test('is left alone when it is that of another application', async () => {
    const { error, disk } = await withHeader({ applicationId: 'other' });
    expect(error).toMatchObject({ code: 'STATE_FOREIGN', message: expect.stringContaining('of other') });
    expect(disk.databases.size).toBe(2);
  });

  test('is left alone when a newer version has written it', async () => {
    const { error, disk } = await withHeader({ format: 2 });
    expect(error).toMatchObject({ code: 'STATE_FORMAT_UNSUPPORTED', message: expect.stringContaining('format 2') });
    expect(disk.databases.size).toBe(2);
  });
});
