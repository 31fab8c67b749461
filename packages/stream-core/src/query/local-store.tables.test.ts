import { describe, expect, test } from 'vitest';

import { broker, create, text, until } from '../../test/kafka-streams-harness.ts';
import { partitionForKey } from '../common/murmur2.ts';
import { StreamsBuilder } from '../kstream/streams-builder.ts';
import { joinWindows, timeWindows } from '../kstream/windows/windows.ts';
import { stores } from '../state/stores.ts';
import type { Topology } from '../topology/topology.ts';
import { queryableStoreTypes as types } from './local-store.ts';

const keys = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Copies its input into a store that keeps no timestamps. */
const plainStore = (builder: StreamsBuilder): void => {
  const plain = stores.keyValueStore({ name: 'plain', ...text });
  builder.stream('in', text).process(
    () => {
      let put: (key: string, value: string) => void = () => undefined;
      return {
        init: (context) => {
          const store = context.getStateStore(plain);
          put = (key, value) => store.put(key, value);
        },
        process: ({ key, value }) => put(key, value),
      };
    },
    { stores: [plain] },
  );
};

const topology = (): Topology => {
  const builder = new StreamsBuilder();
  const grouped = builder.stream('in', text).groupByKey();
  grouped.count({ materialized: { name: 'counts' } });
  grouped.windowedBy(timeWindows({ size: 10 })).count({ materialized: { name: 'windows', retention: '1h' } });
  plainStore(builder);
  const windows = joinWindows({ timeDifference: 10 });
  const [left, right] = [builder.stream('in', text), builder.stream('other', text)];
  left.outerJoin(right, () => '', windows, { ...text, otherValue: text.value, storeName: 'join' });
  return builder.build();
};

/** An instance that has seen every key once, at the millisecond of its place, in two tasks. */
const running = async () => {
  const server = broker('in', 'other');
  const streams = create({ topology: topology(), broker: server });
  await streams.start();
  server.produce(
    'in',
    keys.map((key, timestamp) => ({ key: Buffer.from(key), value: Buffer.from(`${key}!`), timestamp: timestamp * 5 })),
  );
  const counts = streams.store('counts', types.keyValueStore<string, number>());
  await until(async () => (await counts.all()).length === keys.length);
  return { streams, server, counts };
};

describe('a key-value store', () => {
  test('is read over all tasks of the instance: one key, a range, everything', async () => {
    const { counts } = await running();
    expect(new Set(keys.map((key) => partitionForKey(Buffer.from(key), 2))).size).toBe(2);
    expect(await Promise.all(keys.map((key) => counts.get(key)))).toEqual(keys.map(() => 1));
    expect(await counts.get('missing')).toBeNull();
    const keysOf = (entries: readonly { readonly key: string }[]) => entries.map(({ key }) => key).sort();
    expect(keysOf(await counts.all())).toEqual(keys);
    expect(keysOf(await counts.range('b', 'd'))).toEqual(['b', 'c', 'd']);
    expect(keysOf(await counts.range(null, 'b'))).toEqual(['a', 'b']);
    expect(keysOf(await counts.range('e', null))).toEqual(['e', 'f']);
    expect(await counts.approximateNumEntries()).toBe(6);
  });

  test('is read with its timestamps if it keeps any', async () => {
    const { streams } = await running();
    const counts = streams.store('counts', types.timestampedKeyValueStore<string, number>());
    expect(await counts.get('c')).toEqual({ value: 1, timestamp: 10 });
    expect(await counts.range('c', 'c')).toEqual([{ key: 'c', value: { value: 1, timestamp: 10 } }]);
  });

  test('that keeps none is read without them', async () => {
    const { streams } = await running();
    expect(await streams.store('plain', types.keyValueStore<string, string>()).get('c')).toBe('c!');
    const timestamped = streams.store('plain', types.timestampedKeyValueStore<string, string>());
    await expect(timestamped.get('c')).rejects.toMatchObject({
      code: 'STORE_TYPE_MISMATCH',
      message: 'Store plain keeps no timestamps; read it without them',
      context: { store: 'plain' },
    });
    expect(await timestamped.get('missing')).toBeNull();
  });
});

describe('a window store', () => {
  test('is read over all tasks: one window, those of a key, those of a time', async () => {
    const { streams, server } = await running();
    const windows = streams.store('windows', types.windowStore<string, number>());
    expect(await windows.fetch('c', 10)).toBe(1);
    expect(await windows.fetch('c', 0)).toBeNull();
    server.produce('in', [{ key: Buffer.from('c'), value: Buffer.from('c!'), timestamp: 35 }]);
    await until(async () => (await windows.fetch('c', 30)) === 1);
    expect(await windows.fetchRange('c', 10, 30)).toEqual([
      { start: 10, value: 1 },
      { start: 30, value: 1 },
    ]);
    expect(await windows.fetchRange('c', 11, 29)).toEqual([]);
    const all = await windows.fetchAll(10, 20);
    expect(all.map(({ key: { key, window }, value }) => `${key}@${window.start} ${value}`).sort()).toEqual([
      'c@10 1',
      'd@10 1',
      'e@20 1',
      'f@20 1',
    ]);
  });

  test('is read with its timestamps', async () => {
    const { streams } = await running();
    const windows = streams.store('windows', types.timestampedWindowStore<string, number>());
    expect(await windows.fetch('d', 10)).toEqual({ value: 1, timestamp: 15 });
    expect(await windows.fetchRange('d', 0, 99)).toEqual([{ start: 10, value: { value: 1, timestamp: 15 } }]);
    expect((await windows.fetchAll(10, 10)).map(({ value }) => value.timestamp).sort()).toEqual([10, 15]);
  });
});

describe('what cannot be read', () => {
  test('a store of another type is said to be what it is', async () => {
    const { streams } = await running();
    const messageOf = (reading: Promise<unknown>) => reading.catch((error: Error) => error.message);
    const keyValue = types.keyValueStore<string, number>();
    expect(await messageOf(streams.store('windows', keyValue).all())).toBe(
      'Store windows is a window store, not a key-value store',
    );
    const window = types.windowStore<string, number>();
    expect(await messageOf(streams.store('counts', window).fetchAll(0, 1))).toBe(
      'Store counts is a key-value store, not a window store',
    );
    expect(await messageOf(streams.store('join-outer-shared-join-store', keyValue).get('a'))).toBe(
      'Store join-outer-shared-join-store is a store of a join, which cannot be read, not a key-value store',
    );
  });

  test('a store of an instance that does not run, before and after, by a handle from any time', async () => {
    const streams = create({ topology: topology(), broker: broker('in', 'other') });
    const counts = streams.store('counts', types.keyValueStore<string, number>());
    const stopped = (state: string) => ({
      code: 'STORE_NOT_AVAILABLE',
      message: `Store counts can be read while the instance runs; it is ${state}`,
      context: { store: 'counts' },
    });
    await expect(counts.get('a')).rejects.toMatchObject(stopped('CREATED'));
    await streams.start();
    expect(await counts.get('a')).toBeNull();
    await streams.close();
    await expect(counts.all()).rejects.toMatchObject(stopped('NOT_RUNNING'));
  });

  test('a name that the topology does not have', () => {
    const streams = create({ topology: topology(), broker: broker('in', 'other') });
    expect(() => streams.store('missing', types.keyValueStore())).toThrow(
      expect.objectContaining({
        code: 'STORE_NOT_FOUND',
        message: expect.stringMatching(/no store missing; it has counts, windows/),
      }),
    );
  });
});
