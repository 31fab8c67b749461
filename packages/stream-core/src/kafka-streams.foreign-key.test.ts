import { describe, expect, test } from 'vitest';

import { broker, create, put, text, until } from '../test/kafka-streams-harness.ts';
import type { MemoryBroker } from './adapters/memory/memory-broker.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import { MemoryDisk } from './testing/simulation/memory-disk.ts';
import type { Topology } from './topology/topology.ts';

const bought = (): Topology => {
  const builder = new StreamsBuilder();
  const customers = builder.table('customers', text);
  builder
    .table('orders', text)
    .join(
      customers,
      (order) => order.split(':')[0] ?? null,
      (order, name) => `${order}+${name}`,
      { name: 'bought' },
    )
    .toStream()
    .to('out', text);
  return builder.build();
};

const latest = (server: MemoryBroker): Record<string, string> => {
  const rows = server.records('out', { isolationLevel: 'read_committed' });
  return Object.fromEntries(rows.map(({ key, value }) => [String(key), String(value)]));
};

const server = (): MemoryBroker => {
  const made = broker('orders', 'out');
  made.createTopic('customers', { partitions: 3 });
  return made;
};

const orders = Array.from({ length: 12 }, (_, index) => [`o${index}`, `c${index % 4}:${index}`] as const);
const customers = ['c0', 'c1', 'c2', 'c3'];
const named = (prefix: string) => customers.map((id) => [id, `${prefix}${id}`] as const);
const expected = (prefix: string) =>
  Object.fromEntries(orders.map(([key, order]) => [key, `${order}+${prefix}${order.split(':')[0]}`]));

describe('a join by foreign key over several partitions', () => {
  test('joins tables that are partitioned differently, with its answers going back to where they came from', async () => {
    const on = server();
    put(on, 'orders', ...orders);
    put(on, 'customers', ...named('n-'));
    const instances = [
      create({ topology: bought(), broker: on }),
      create({ topology: bought(), broker: on, clientId: 'b' }),
    ];
    await Promise.all(instances.map((streams) => streams.start()));
    await until(() => Object.keys(latest(on)).length === orders.length);
    put(on, 'customers', ...named('m-'));
    await until(() => Object.values(latest(on)).every((value) => value.includes('m-')));
    expect(latest(on)).toEqual(expected('m-'));
  });

  test('keeps its subscriptions over a restart', async () => {
    const on = server();
    const disk = new MemoryDisk();
    const first = create({ topology: bought(), broker: on, state: disk });
    await first.start();
    put(on, 'orders', ...orders);
    put(on, 'customers', ...named('n-'));
    await until(() => Object.keys(latest(on)).length === orders.length);
    await first.close();
    const second = create({ topology: bought(), broker: on, state: disk });
    await second.start();
    put(on, 'customers', ...named('m-'));
    await until(() => Object.values(latest(on)).every((value) => value.includes('m-')));
    expect(latest(on)).toEqual(expected('m-'));
  });
});
