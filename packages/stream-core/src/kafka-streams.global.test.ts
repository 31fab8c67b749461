import { describe, expect, test } from 'vitest';

import { broker, create, put, text, until, values } from '../test/kafka-streams-harness.ts';
import type { MemoryBroker } from './adapters/memory/memory-broker.ts';
import type { KafkaStreamsOptions } from './kafka-streams.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import { queryableStoreTypes } from './query/local-store.ts';
import { serdes } from './serdes/serdes.ts';
import { MemoryDisk } from './testing/simulation/memory-disk.ts';
import type { Topology } from './topology/topology.ts';

const joining = (): Topology => {
  const builder = new StreamsBuilder();
  const names = builder.globalTable('names', { ...text, materialized: { name: 'all-names' } });
  builder
    .stream('in', text)
    .leftJoin(
      names,
      (_key, value) => value,
      (value, name) => `${value} is ${name}`,
    )
    .to('out', text);
  return builder.build();
};

const start = async (on: MemoryBroker, options: Partial<KafkaStreamsOptions> = {}) => {
  const streams = create({ topology: joining(), broker: on, ...options });
  await streams.start();
  return { streams, names: streams.store('all-names', queryableStoreTypes.keyValueStore<string, string>()) };
};

const many = Array.from({ length: 40 }, (_, index) => [`k${index}`, `n${index}`] as const);

describe('a global table', () => {
  test('is there with all partitions before the first record is joined, on every instance', async () => {
    const on = broker('in', 'names', 'out');
    put(on, 'names', ...many);
    put(on, 'in', ...many.map(([key]) => ['x', key] as const), ...many.map(([key]) => ['y', key] as const));
    const instances = [await start(on), await start(on, { clientId: 'other' })];
    await until(() => values(on, 'out').length === 2 * many.length);
    expect(new Set(values(on, 'out'))).toEqual(new Set(many.map(([key, name]) => `${key} is ${name}`)));
    for (const { names } of instances) expect(await names.all()).toHaveLength(many.length);
  });

  test('is kept up to date', async () => {
    const on = broker('in', 'names', 'out');
    const { names } = await start(on);
    put(on, 'names', ['a', 'Ann'], ['b', 'Bob']);
    await until(async () => (await names.get('a')) === 'Ann' && (await names.get('b')) === 'Bob');
    put(on, 'names', ['b', null]);
    await until(async () => (await names.get('b')) === null);
    put(on, 'in', ['k', 'a'], ['k', 'b']);
    await until(() => values(on, 'out').length === 2);
    expect(values(on, 'out')).toEqual(['a is Ann', 'b is null']);
  });

  test('goes on from the disk where it was', async () => {
    const on = broker('in', 'names', 'out');
    const disk = new MemoryDisk();
    put(on, 'names', ['a', 'Ann']);
    const first = await start(on, { state: disk });
    expect(await first.names.get('a')).toBe('Ann');
    await first.streams.close();
    put(on, 'names', ['b', 'Bob']);
    const second = await start(on, { state: disk });
    expect([await second.names.get('a'), await second.names.get('b')]).toEqual(['Ann', 'Bob']);
  });

  test('whose topic does not exist keeps the instance from starting', async () => {
    const on = broker('in', 'out');
    await expect(start(on)).rejects.toMatchObject({ code: 'SOURCE_TOPIC_MISSING' });
  });

  test('that cannot be kept up to date ends the instance', async () => {
    const on = broker('in', 'numbers', 'out');
    const builder = new StreamsBuilder();
    const numbers = builder.globalTable('numbers', { key: serdes.string(), value: serdes.long() });
    builder
      .stream('in', text)
      .join(
        numbers,
        (key) => key,
        (value) => value,
      )
      .to('out', text);
    const streams = create({ topology: builder.build(), broker: on });
    await streams.start();
    put(on, 'numbers', ['a', 'not a number']);
    await until(() => streams.state === 'ERROR');
    expect(streams.error).toMatchObject({ code: 'DESERIALIZATION_FAILED' });
  });
});
