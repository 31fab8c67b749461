import { describe, expect, test } from 'vitest';

import { broker, counting, create, put, text, until, values } from '../../test/kafka-streams-harness.ts';
import { StreamsBuilder } from '../kstream/streams-builder.ts';
import { serdes } from '../serdes/serdes.ts';
import { queryableStoreTypes } from './local-store.ts';
import { storeParts } from './store-parts.ts';

const type = queryableStoreTypes.keyValueStore<string, number>();

test('a store of which this instance has no part', () => {
  expect(() => storeParts({ running: [], restoring: [] }, 'counts', { mode: 'read_committed' })).toThrow(
    expect.objectContaining({ code: 'STORE_NOT_AVAILABLE', message: expect.stringContaining('on other instances') }),
  );
});

test('a handle of one partition reads that one alone', async () => {
  const server = broker('in', 'out');
  const streams = create({ topology: counting(), broker: server });
  await streams.start();
  const keys = Array.from({ length: 12 }, (_, index) => `key-${index}`);
  put(server, 'in', ...keys.map((key) => [key, 'x'] as const));
  await until(() => server.records('out').length === 12);
  const where = new Map(server.records('in').map(({ key, partition }) => [String(key), partition]));
  for (const partition of [0, 1]) {
    const here = keys.filter((key) => where.get(key) === partition);
    const rows = await streams.store('counts', type, { partition }).all();
    expect(rows.map(({ key }) => key).toSorted()).toEqual(here.toSorted());
    expect(rows.length).toBeGreaterThan(0);
  }
  await expect(streams.store('counts', type, { partition: 2 }).all()).rejects.toMatchObject({
    code: 'STORE_NOT_AVAILABLE',
    message: expect.stringContaining('partition 2 is not here'),
  });
});

test('stale parts are those that are being restored, and another partition does not stand in the way', () => {
  const taskOf = (partition: number) => ({
    taskId: { subtopology: 0, partition },
    store: () => ({}),
    stores: { part: () => ({ partition }) },
  });
  const tasks = { running: [taskOf(0)], restoring: [taskOf(1)] } as never;
  const mode = 'read_committed';
  expect(storeParts(tasks, 'counts', { mode, enableStaleStores: true })).toEqual([{ partition: 0 }, { partition: 1 }]);
  expect(storeParts(tasks, 'counts', { mode, partition: 0 })).toEqual([{ partition: 0 }]);
  expect(storeParts(tasks, 'counts', { mode, partition: 1, enableStaleStores: true })).toEqual([{ partition: 1 }]);
  const unavailable = expect.objectContaining({ code: 'STORE_NOT_AVAILABLE' });
  expect(() => storeParts(tasks, 'counts', { mode })).toThrow(unavailable);
  expect(() => storeParts(tasks, 'counts', { mode, partition: 1 })).toThrow(unavailable);
});

test('while a part is being restored there is no answer, rather than a wrong one', async () => {
  const server = broker('in', 'out');
  const first = create({ topology: counting(), broker: server });
  await first.start();
  put(server, 'in', ['a', '1'], ['b', '1'], ['c', '1']);
  await until(() => values(server, 'out').length === 3);
  await first.close();
  const answers = new Set<number | string | null>();
  const second = create({ topology: counting(), broker: server });
  const counts = second.store('counts', type);
  const starting = second.start();
  for (let isStarted = false; !isStarted; ) {
    isStarted = await Promise.race([
      starting.then(() => true),
      new Promise<boolean>((r) => setTimeout(() => r(false))),
    ]);
    answers.add(await counts.get('a').catch((error) => error.code));
  }
  expect(await counts.get('a')).toBe(1);
  expect([...answers].filter((answer) => answer !== 'STORE_NOT_AVAILABLE' && answer !== 1)).toEqual([]);
});

describe('what a query sees', () => {
  const cached = () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', text)
      .groupByKey()
      .count({ materialized: { name: 'counts' } })
      .toStream()
      .to('out', { key: serdes.string(), value: serdes.long() });
    return builder.build();
  };

  test('what is committed, unless it asks for more; and it pushes nothing out of the record cache', async () => {
    const server = broker('in', 'out');
    // Room for one row: a read that went into the cache would push the other one out, and forward it.
    const streams = create({
      topology: cached(),
      broker: server,
      commitInterval: 3_000,
      statestoreCacheMaxBytes: 130,
      transactionTimeout: 20_000,
    });
    await streams.start();
    put(server, 'in', ['a', '1']);
    const uncommitted = streams.store('counts', type, { isolation: 'read_uncommitted' });
    const committed = streams.store('counts', type);
    await until(async () => (await uncommitted.get('a')) === 1);
    expect(await committed.get('a')).toBeNull();
    expect(await committed.all()).toEqual([]);
    expect(await uncommitted.all()).toEqual([{ key: 'a', value: 1 }]);
    for (const key of ['a', 'b', 'c', 'd']) await uncommitted.get(key);
    await until(async () => (await committed.get('a')) === 1);
    expect(await committed.approximateNumEntries()).toBe(1);
  });
});
