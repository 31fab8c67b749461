import { describe, expect, test } from 'vitest';

import { broker, create, put, text, until, values } from '../test/kafka-streams-harness.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import { queryableStoreTypes } from './query/local-store.ts';

// Sources that read every topic whose name matches, on a broker where topics come and go.

describe('a stream of a pattern', () => {
  test('reads the topics that are there, and those that are created later', async () => {
    const server = broker('orders-eu', 'other', 'out');
    const builder = new StreamsBuilder();
    builder.stream(/orders-.*/, text).to('out', text);
    const streams = create({ topology: builder.build(), broker: server });
    await streams.start();
    put(server, 'orders-eu', ['a', 'first']);
    put(server, 'other', ['a', 'not read']);
    await until(() => values(server, 'out').length === 1);
    server.createTopic('orders-us', { partitions: 4 });
    put(server, 'orders-us', ['a', 'later'], ['b', 'later'], ['c', 'later'], ['d', 'later']);
    await until(() => values(server, 'out').length === 5);
    put(server, 'orders-eu', ['a', 'again']);
    await until(() => values(server, 'out').length === 6);
    expect(values(server, 'out')).not.toContain('not read');
    expect(streams.state).toBe('RUNNING');
  }, 60_000);

  test('starts before any topic matches', async () => {
    const server = broker('out');
    const builder = new StreamsBuilder();
    builder.stream(/orders-.*/, text).to('out', text);
    const streams = create({ topology: builder.build(), broker: server });
    await streams.start();
    server.createTopic('orders-eu', { partitions: 1 });
    put(server, 'orders-eu', ['a', 'x']);
    await until(() => values(server, 'out').length === 1);
  }, 60_000);

  test('counts over all of them in one store, and goes on where it was after a restart', async () => {
    const server = broker('orders-eu', 'orders-us');
    const topology = () => {
      const builder = new StreamsBuilder();
      const materialized = { name: 'counts' };
      builder
        .stream(/orders-.*/, { ...text, offsetReset: 'earliest' })
        .groupByKey()
        .count({ materialized });
      return builder.build();
    };
    put(server, 'orders-eu', ['a', 'x']);
    put(server, 'orders-us', ['a', 'x']);
    const counted = async (expected: number) => {
      const streams = create({ topology: topology(), broker: server });
      await streams.start();
      const store = streams.store('counts', queryableStoreTypes.keyValueStore<string, number>());
      let count: number | null = null;
      await until(() => {
        void Promise.resolve(store.get('a')).then((value) => {
          count = value;
        });
        return count === expected;
      });
      await streams.close();
    };
    await counted(2);
    put(server, 'orders-us', ['a', 'x']);
    await counted(3);
  });

  test('obeys its own offset reset', async () => {
    const server = broker('orders-eu', 'out');
    put(server, 'orders-eu', ['a', 'old']);
    const builder = new StreamsBuilder();
    builder.stream(/orders-.*/, { ...text, offsetReset: 'latest' }).to('out', text);
    const streams = create({ topology: builder.build(), broker: server });
    await streams.start();
    await until(() => streams.state === 'RUNNING');
    put(server, 'orders-eu', ['a', 'new']);
    await until(() => values(server, 'out').length === 1);
    expect(values(server, 'out')).toEqual(['new']);
  });

  test('does not read what the application itself has made', async () => {
    const server = broker('in');
    const builder = new StreamsBuilder();
    builder
      .stream(/in|app-.*/, text)
      .groupBy((_key, value) => value, text)
      .count()
      .toStream();
    const streams = create({ topology: builder.build(), broker: server });
    await streams.start();
    put(server, 'in', ['a', 'x']);
    await until(() => streams.state === 'RUNNING');
    expect(streams.error).toBeNull();
  });
});

test('a topic that two patterns match ends the instance, with both named', async () => {
  const server = broker('orders-eu');
  const builder = new StreamsBuilder();
  builder.stream(/ord.*/, { ...text, name: 'wide' }).foreach(() => undefined);
  builder.stream(/orders-.*/, { ...text, name: 'narrow' }).foreach(() => undefined);
  const streams = create({ topology: builder.build(), broker: server });
  await streams.start().catch(() => undefined);
  await streams.ended();
  expect(streams.error).toMatchObject({ code: 'TOPOLOGY_INVALID', problems: [{ where: 'wide, narrow' }] });
});
