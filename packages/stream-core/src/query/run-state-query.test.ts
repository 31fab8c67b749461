import { describe, expect, test } from 'vitest';

import { broker, counting, create, put, text, until } from '../../test/kafka-streams-harness.ts';
import { partitionForKey } from '../common/murmur2.ts';
import { StreamsBuilder } from '../kstream/streams-builder.ts';
import { inMemoryEngine } from '../state/in-memory-state.ts';
import { stores } from '../state/stores.ts';
import { TaskState } from '../state/task-state.ts';
import type { QueriedPart } from './run-state-query.ts';
import { runStateQuery } from './run-state-query.ts';
import type { StateQuery } from './state-queries.ts';
import { stateQueries } from './state-queries.ts';

const partitionOf = (key: string): number => partitionForKey(Buffer.from(key), 2);

/** An instance that has counted `a` and `d`, which are in different partitions, and committed. */
const counted = async () => {
  const server = broker('in', 'out');
  const streams = create({ topology: counting(), broker: server });
  await streams.start();
  expect(partitionOf('a')).not.toBe(partitionOf('d'));
  put(server, 'in', ['a', '1'], ['d', '1'], ['a', '1']);
  await until(async () => (await streams.query(countOf('a'))).onlyPartitionResult()?.value === 2);
  await until(async () => (await streams.query(countOf('d'))).onlyPartitionResult()?.value === 1);
  return { server, streams };
};

const countOf = (key: string) => ({ store: 'counts', query: stateQueries.key<string, number>(key) });

describe('a query to the tasks of an instance', () => {
  test('every partition answers for itself, with its own position', async () => {
    const { streams } = await counted();
    const result = await streams.query(countOf('a'));
    const [of, other] = [result.partitions.get(partitionOf('a')), result.partitions.get(partitionOf('d'))];
    expect(of).toEqual({ isSuccess: true, value: 2, position: { in: { [partitionOf('a')]: 1 } } });
    expect(other).toEqual({ isSuccess: true, value: null, position: { in: { [partitionOf('d')]: 0 } } });
    expect(result.position).toEqual({ in: { [partitionOf('a')]: 1, [partitionOf('d')]: 0 } });
    expect([...result.partitions.keys()]).toEqual([0, 1]);
    const all = await streams.query({ store: 'counts', query: stateQueries.range() });
    expect(() => all.onlyPartitionResult()).toThrow(RangeError);
  });

  test('only the partitions that it names; those that are not here say so', async () => {
    const { streams } = await counted();
    const result = await streams.query({ ...countOf('a'), partitions: [partitionOf('a'), 7] });
    expect([...result.partitions.keys()]).toEqual([partitionOf('a'), 7]);
    expect(result.partitions.get(7)).toMatchObject({
      isSuccess: false,
      reason: 'NOT_PRESENT',
      error: { code: 'STORE_NOT_AVAILABLE', retriable: true, context: { store: 'counts', partition: 7 } },
    });
  });

  test('a bound that is not reached is a failure, until it is; a position is a bound for the next query', async () => {
    const { streams, server } = await counted();
    const partition = partitionOf('a');
    const request = { ...countOf('a'), partitions: [partition], positionBound: { in: { [partition]: 2 } } };
    const early = (await streams.query(request)).partitions.get(partition);
    expect(early).toMatchObject({ reason: 'NOT_UP_TO_BOUND', error: { code: 'STORE_BEHIND', retriable: true } });
    put(server, 'in', ['a', '1']);
    await until(async () => (await streams.query(request)).onlyPartitionResult()?.value === 3);
    const { position } = await streams.query(request);
    expect((await streams.query({ ...request, positionBound: position })).onlyPartitionResult()?.value).toBe(3);
  });

  test('a position survives a restart', async () => {
    const { streams, server } = await counted();
    const { position } = await streams.query(countOf('a'));
    await streams.close();
    const second = create({ topology: counting(), broker: server });
    await second.start();
    await until(
      async () => (await second.query({ ...countOf('a'), positionBound: position })).onlyPartitionResult()?.value === 2,
    );
    expect((await second.query(countOf('a'))).position).toEqual(position);
  });

  test('a position knows the topics that a pattern matches', async () => {
    const server = broker('in-1', 'in-2');
    const builder = new StreamsBuilder();
    builder
      .stream(/in-.*/, text)
      .groupByKey()
      .count({ materialized: { name: 'counts' } });
    const streams = create({ topology: builder.build(), broker: server });
    await streams.start();
    put(server, 'in-1', ['a', '1']);
    put(server, 'in-2', ['a', '2']);
    const partition = partitionOf('a');
    const request = { ...countOf('a'), positionBound: { 'in-1': { [partition]: 0 }, 'in-2': { [partition]: 0 } } };
    await until(async () => (await streams.query(request)).onlyPartitionResult()?.value === 2);
  });

  test('an unknown store, and an instance that does not run', async () => {
    const streams = create({ topology: counting(), broker: broker('in', 'out') });
    const missing = { store: 'missing', query: stateQueries.key('a') };
    await expect(streams.query(missing)).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    await expect(streams.query(countOf('a'))).rejects.toMatchObject({ code: 'STORE_NOT_AVAILABLE' });
    expect(await streams.allLocalStorePartitionLags()).toEqual(new Map());
  });

  test('a query of your own, and one that fails', async () => {
    const { streams } = await counted();
    const kinds: StateQuery<string> = { type: 'kind', evaluate: (store) => ({ value: store.kind }) };
    const partitions = [0];
    expect((await streams.query({ store: 'counts', query: kinds, partitions })).onlyPartitionResult()?.value).toBe(
      'keyValue',
    );
    const cause = new Error('no');
    const failing: StateQuery<string> = {
      type: 'failing',
      evaluate: () => {
        throw cause;
      },
    };
    const result = await streams.query({ store: 'counts', query: failing, partitions });
    expect(result.partitions.get(0)).toMatchObject({
      reason: 'STORE_EXCEPTION',
      error: { code: 'STATE_FAILED', message: 'Store counts failed to answer a query of the type failing: no', cause },
    });
  });

  test('every local store says how far it is behind its changelog', async () => {
    const { streams } = await counted();
    const lags = await streams.allLocalStorePartitionLags();
    expect([...lags.keys()]).toEqual(['counts']);
    expect([...(lags.get('counts')?.keys() ?? [])].sort()).toEqual([0, 1]);
    const lag = lags.get('counts')?.get(partitionOf('a'));
    expect(lag).toMatchObject({ offsetLag: 0, currentOffset: lag?.endOffset });
    expect(lag?.endOffset).toBeGreaterThanOrEqual(1);
  });
});

describe('a part whose task is being restored', () => {
  const restoring = (): QueriedPart => {
    const state = TaskState.open(inMemoryEngine(), { applicationId: 'app', taskId: '0_0', writeBehind: null });
    const { store } = stores.keyValueStore({ name: 'store', ...text, logging: false }).build({
      record: { current: { topic: '', partition: 0, offset: 0, timestamp: 0, headers: [] } as never },
      state,
      isPersistent: false,
      topic: 'topic',
      changelog: null,
      cache: null,
      defaults: { key: null, value: null },
      onExpired: () => undefined,
    });
    const part = { store, read: <T>(read: () => T) => read() };
    return { part, partition: 0, isActive: false, position: {} };
  };
  const request = { store: 'store', query: stateQueries.key<string, string>('a') };

  test('answers with what it has, unless it must be active or at a position', () => {
    expect(runStateQuery(request, [restoring()]).partitions.get(0)).toMatchObject({ isSuccess: true, value: null });
    const active = runStateQuery({ ...request, requireActive: true }, [restoring()]);
    expect(active.partitions.get(0)).toMatchObject({
      reason: 'NOT_ACTIVE',
      error: { code: 'STORE_NOT_AVAILABLE', context: { partition: 0 } },
    });
    const bounded = runStateQuery({ ...request, positionBound: { in: { 0: 0 } } }, [restoring()]);
    expect(bounded.partitions.get(0)).toMatchObject({ reason: 'NOT_UP_TO_BOUND' });
  });
});

test('a global store answers by itself, with the position of its whole topic', async () => {
  const server = broker('in', 'rates', 'out');
  const builder = new StreamsBuilder();
  builder.globalTable('rates', { ...text, materialized: { name: 'rates-store' } });
  builder.stream('in', text).to('out', text);
  const streams = create({ topology: builder.build(), broker: server });
  put(server, 'rates', ['a', '1'], ['d', '2']);
  await streams.start();
  const request = { store: 'rates-store', query: stateQueries.range<string, string>({ order: 'descending' }) };
  const { global, partitions, position } = await streams.query(request);
  expect(partitions.size).toBe(0);
  expect(position).toEqual({ rates: { 0: 0, 1: 0 } });
  expect(global).toMatchObject({
    isSuccess: true,
    value: [
      { key: 'd', value: '2' },
      { key: 'a', value: '1' },
    ],
  });
  const late = await streams.query({ ...request, positionBound: { rates: { 1: 5 } } });
  expect(late.global).toMatchObject({ isSuccess: false, reason: 'NOT_UP_TO_BOUND' });
  const unknown = await streams.query({ ...request, query: stateQueries.windowKey('a', { from: 0, to: 1 }) });
  expect(unknown.global).toMatchObject({ reason: 'UNKNOWN_QUERY_TYPE', error: { code: 'STORE_TYPE_MISMATCH' } });
});
