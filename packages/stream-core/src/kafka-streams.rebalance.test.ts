import { expect, test } from 'vitest';

import { broker, copying, counting, create, text, until } from '../test/kafka-streams-harness.ts';
import type { RequestKind } from './adapters/memory/faults.ts';
import { MemoryBroker } from './adapters/memory/memory-broker.ts';
import { seededChance } from './common/chance.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import { ManualClock } from './testing/manual-clock.ts';
import type { Topology } from './topology/topology.ts';

const latest = (): Topology => {
  const builder = new StreamsBuilder();
  const materialized = { name: 'latest', ...text, caching: false };
  builder
    .stream('in', text)
    .groupByKey()
    .reduce((_before, value) => value, { materialized })
    .toStream()
    .to('out', text);
  return builder.build();
};

test('no more waits for the end of a rebalance than may', async () => {
  const clock = new ManualClock(1_000_000);
  let frozen: Promise<void> | null = null;
  const faults = {
    beforeRequest: async (kind: RequestKind, clientId: string) => {
      if (clientId === 'stuck' && kind === 'joinGroup') await frozen;
    },
  };
  const server = new MemoryBroker({ clock, faults });
  server.createTopic('in', { partitions: 2 });
  server.createTopic('out', { partitions: 1 });
  const make = (clientId: string) => {
    const times = {
      sessionTimeout: 60_000,
      heartbeatInterval: 50,
      rebalanceTimeout: 60_000,
      transactionTimeout: 60_000,
    };
    const streams = create({
      ...times,
      topology: latest(),
      broker: server,
      clock,
      chance: seededChance(clientId.length),
      clientId,
      processingGuarantee: 'at_least_once',
      writeBufferMaxBytes: 20_000,
    });
    streams.start().catch(() => undefined);
    return streams;
  };
  const instances = [make('a'), make('stuck')];
  await clock.advance(3_000);
  const { promise, resolve } = Promise.withResolvers<void>();
  frozen = promise;
  instances.push(make('newest-one'));
  await clock.advance(500);
  const value = Buffer.from('x'.repeat(1_000));
  for (let index = 0; index < 1_000; index++) {
    server.produce('in', [{ key: Buffer.from(`${index}`), value }]);
    await clock.advance(1);
  }
  const sent = server.records('out', { isolationLevel: 'read_uncommitted' }).length;
  expect(sent).toBeGreaterThan(0);
  expect(sent).toBeLessThan(100);
  resolve();
  await clock.advance(20_000);
  expect(server.records('out').length).toBe(1_000);
  await clock.settle(Promise.all(instances.map((streams) => streams.close())));
});

test('a static member that is closed keeps its place in the group', async () => {
  const server = broker('in', 'out');
  const make = (id: string) => create({ topology: copying(), broker: server, clientId: id, groupInstanceId: id });
  const [first, second] = [make('first'), make('second')];
  const group = () => {
    const description = server.cluster.groups.describe('app');
    return { generation: description?.generationId, members: description?.members.length };
  };
  await Promise.all([first.start(), second.start()]);
  await until(() => group().members === 2 && server.cluster.groups.describe('app')?.state === 'Stable');
  const before = group();
  await second.close();
  expect(group()).toEqual(before);
  await make('second').start();
  expect(group()).toEqual(before);
});

test('an instance that is assigned a topic of another topology says so', async () => {
  const server = broker('in', 'also', 'out');
  const both = (): Topology => {
    const builder = new StreamsBuilder();
    builder.stream('in', text).to('out', text);
    builder.stream('also', text).to('out', text);
    return builder.build();
  };
  const newer = create({ topology: both(), broker: server, clientId: 'newer' });
  await newer.start();
  const older = create({ topology: copying(), broker: server, clientId: 'older' });
  older.start().catch(() => undefined);
  await until(() => older.state === 'ERROR');
  expect(older.error).toMatchObject({
    code: 'TOPOLOGY_MISMATCH',
    message: expect.stringMatching(/was assigned also, which its topology does not read/),
    context: { topic: 'also' },
  });
});

test('a thread closes all that it opened, and no client keeps what was closed', async () => {
  const server = broker('in', 'out');
  const open = { fetcher: 0, groupConsumer: 0, producer: 0 };
  const counted = <T extends { close(...given: never[]): Promise<void> }>(kind: keyof typeof open, made: T): T => {
    open[kind]++;
    const close = made.close.bind(made);
    made.close = (...given: never[]) => {
      open[kind]--;
      return close(...given);
    };
    return made;
  };
  const watched = {
    connect: (options: Parameters<MemoryBroker['connect']>[0]) => {
      const client = server.connect(options);
      return {
        admin: client.admin,
        fetcher: (given: Parameters<typeof client.fetcher>[0]) => counted('fetcher', client.fetcher(given)),
        groupConsumer: (given: Parameters<typeof client.groupConsumer>[0]) =>
          counted('groupConsumer', client.groupConsumer(given)),
        producer: (given: Parameters<typeof client.producer>[0]) => counted('producer', client.producer(given)),
        close: () => client.close(),
      };
    },
  };
  const streams = create({ topology: counting(), broker: watched });
  await streams.start();
  expect(open).toEqual({ fetcher: 1, groupConsumer: 1, producer: 1 });
  await streams.close();
  // A client that is closed closes what it still has: that would be counted a second time.
  expect(open).toEqual({ fetcher: 0, groupConsumer: 0, producer: 0 });
});
