import { describe, expect, test } from 'vitest';

import { broker, counting, create, put, until, values } from '../../test/kafka-streams-harness.ts';
import type { MemoryBroker } from '../adapters/memory/memory-broker.ts';
import { seededChance } from '../common/chance.ts';
import { systemClock } from '../common/clock.ts';
import { silentLogger } from '../common/logger.ts';
import { resolveStreamsConfig } from '../config/resolve-streams-config.ts';
import { MetricsRegistry } from '../metrics/metrics.ts';
import { CapturingCollector } from '../testing/capturing-collector.ts';
import { MemoryDisk } from '../testing/simulation/memory-disk.ts';
import { createPlan } from '../topology/plan.ts';
import { ChangelogReader } from './changelog-reader.ts';
import { StreamTask } from './stream-task.ts';
import { TaskDatabases } from './task-databases.ts';

const changelog = 'app-counts-changelog';

/** A task that does not process, on a disk of its own, whose stores follow what an instance elsewhere commits. */
const standby = (server: MemoryBroker, disk = new MemoryDisk()) => {
  const config = resolveStreamsConfig({
    applicationId: 'app',
    broker: server,
    state: disk,
    logger: silentLogger,
  });
  const plan = createPlan(counting(), { applicationId: 'app', defaults: config.serdeDefaults });
  const subtopology = plan.subtopologies[0];
  if (subtopology === undefined) throw new Error('the topology has one sub-topology');
  const metrics = new MetricsRegistry();
  const directory = disk.acquire();
  const databases = new TaskDatabases({ ...config, directory, isDurable: true, now: () => 0, metrics });
  const task = new StreamTask({
    taskId: { subtopology: 0, partition: 0 },
    plan: subtopology,
    config,
    collector: new CapturingCollector(),
    databases,
    cache: null,
    now: () => 0,
    logger: silentLogger,
    metrics,
  });
  const client = server.connect({ clientId: 'standby', clock: systemClock, chance: seededChance(1) });
  const reader = new ChangelogReader<StreamTask>({
    fetcher: client.fetcher({ isolationLevel: 'read_committed', maxPartitionBytes: 65_536 }),
    admin: client.admin,
    logger: silentLogger,
    metrics,
    clock: systemClock,
    onProgress: () => undefined,
  });
  const counted = (key: string): unknown => {
    const part = task.stores.part('counts', 'read_committed');
    if (part === null || !('get' in part.store)) throw new Error('the task has the store');
    const { store } = part;
    return part.read(() => (store.get as (key: string) => unknown).call(store, key));
  };
  const close = async (): Promise<void> => {
    task.close();
    directory.close();
    await client.close();
  };
  const followed = (): number =>
    metrics
      .values()
      .filter(({ name }) => name === 'restore-records-total')
      .reduce((sum, { value }) => sum + value, 0);
  return { task, reader, disk, counted, close, followed };
};

/** A key of partition 0. */
const key = 'b';
const oneMore = (server: MemoryBroker, count: number) =>
  put(server, 'in', ...Array.from({ length: count }, () => [key, ''] as const));

describe('a standby', () => {
  test('follows a changelog for as long as it is there, and sees committed rows alone', async () => {
    const server = broker('in', 'out');
    const active = create({ topology: counting(), broker: server });
    await active.start();
    const { task, reader, counted, close } = standby(server);
    expect(await reader.follow([task])).toEqual([]);
    for (const total of [3, 8]) {
      oneMore(server, total - values(server, 'in').length);
      await until(async () => {
        await reader.poll(10);
        return JSON.stringify(counted(key))?.includes(String(total)) ?? false;
      });
      expect(reader.isIdle).toBe(false);
    }
    await until(async () => {
      await reader.poll(10);
      return reader.lag(task) === 0;
    });
    await close();
  });

  test('has the tail alone to restore when it takes the task over', async () => {
    const server = broker('in', 'out');
    const active = create({ topology: counting(), broker: server });
    await active.start();
    const { task, reader, counted, close, followed } = standby(server);
    await reader.follow([task]);
    oneMore(server, 5);
    await until(async () => {
      await reader.poll(10);
      return JSON.stringify(counted(key))?.includes('5') ?? false;
    });
    const before = followed();
    oneMore(server, 2);
    await until(() => server.records(changelog).length >= before + 1 && values(server, 'out').length >= 2);
    await active.close();
    reader.remove(task);
    await reader.add([task]);
    await until(async () => {
      await reader.poll(10);
      return reader.isRestored(task);
    });
    expect(JSON.stringify(counted(key))).toContain('7');
    expect(followed()).toBe(server.records(changelog).length);
    await close();
  });

  test('goes on where it was after a restart', async () => {
    const server = broker('in', 'out');
    const active = create({ topology: counting(), broker: server });
    await active.start();
    const first = standby(server);
    await first.reader.follow([first.task]);
    oneMore(server, 4);
    await until(async () => {
      await first.reader.poll(10);
      return JSON.stringify(first.counted(key))?.includes('4') ?? false;
    });
    await first.close();
    const second = standby(server, first.disk);
    await second.reader.follow([second.task]);
    expect(JSON.stringify(second.counted(key))).toContain('4');
    await second.reader.poll(10);
    expect(second.followed()).toBe(0);
    await second.close();
  });
});
