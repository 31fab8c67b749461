import { afterEach, expect } from 'vitest';

import { MemoryBroker } from '../../src/adapters/memory/memory-broker.ts';
import type { RemoteAddress } from '../../src/adapters/remote/remote-address.ts';
import type { RemoteBrokerOptions } from '../../src/adapters/remote/remote-broker.ts';
import { remoteBroker } from '../../src/adapters/remote/remote-broker.ts';
import type { BrokerServer, ServeBrokerOptions } from '../../src/adapters/remote/serve-broker.ts';
import { serveBroker } from '../../src/adapters/remote/serve-broker.ts';
import type { Broker, BrokerClient } from '../../src/broker/broker.ts';
import type { FetchedPartition } from '../../src/broker/fetcher.ts';
import type { GroupConsumer, RebalanceListener, Subscription } from '../../src/broker/group-consumer.ts';
import { RecordBatchBuilder } from '../../src/broker/record-batch-builder.ts';
import { seededChance } from '../../src/common/chance.ts';
import { systemClock } from '../../src/common/clock.ts';
import { noHeaders } from '../../src/common/headers.ts';

export const partition = { topic: 't', partition: 0 };
export const unavailable = { code: 'BROKER_UNAVAILABLE' };
export const reading = { isolationLevel: 'read_committed', maxPartitionBytes: 1_048_576 } as const;

const toClose: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).toReversed()) await close();
});

export const brokerWithTopic = (): MemoryBroker => {
  const broker = new MemoryBroker();
  broker.createTopic('t');
  return broker;
};

export const serve = async (
  broker: Broker,
  address: RemoteAddress = { port: 0 },
  options: ServeBrokerOptions = {},
): Promise<BrokerServer> => {
  const server = await serveBroker(broker, address, options);
  toClose.push(() => server.close());
  return server;
};

export const connectTo = (address: RemoteAddress, options: RemoteBrokerOptions = {}): BrokerClient => {
  const broker = remoteBroker(address, { reconnectBackoffMs: 1, ...options });
  const client = broker.connect({ clientId: 'c', clock: systemClock, chance: seededChance(1) });
  toClose.push(() => client.close());
  return client;
};

export const batchOf = (...values: readonly (string | Buffer)[]) => {
  const builder = new RecordBatchBuilder();
  for (const value of values) builder.append(null, Buffer.from(value), 1_000, noHeaders);
  return builder.build();
};

export const member = (client: BrokerClient, rebalanceTimeoutMs = 60_000): GroupConsumer =>
  client.groupConsumer({
    ...reading,
    groupId: 'g',
    groupInstanceId: null,
    sessionTimeoutMs: 300,
    heartbeatIntervalMs: 20,
    rebalanceTimeoutMs,
  });

/** Everything to everybody: for groups of one member. */
export const subscription = (events: string[], listener: Partial<RebalanceListener> = {}): Subscription => {
  const note = (event: string) => async () => void events.push(event);
  return {
    topics: ['t'],
    protocol: {
      name: 'all',
      userData: () => new Uint8Array(0),
      assign: async (members) =>
        new Map(members.map(({ memberId }) => [memberId, { partitions: [partition], userData: new Uint8Array(0) }])),
      onAssignment: () => undefined,
    },
    listener: {
      onRebalanceStarted: note('started'),
      onRebalanceCompleted: note('completed'),
      onPartitionsRevoked: note('revoked'),
      onPartitionsLost: note('lost'),
      onPartitionsAssigned: note('assigned'),
      ...listener,
    },
  };
};

export const until = (condition: () => boolean | Promise<boolean>) =>
  expect.poll(condition, { timeout: 15_000, interval: 5 }).toBe(true);

export const joined = async (consumer: GroupConsumer, events: readonly string[], times = 1): Promise<void> => {
  await until(async () => {
    await consumer.poll(10);
    return events.filter((event) => event === 'completed').length === times;
  });
};

/** The broker, with clients that are changed before anybody uses them. */
export const changed = (broker: Broker, change: (client: BrokerClient) => Partial<BrokerClient>): Broker => ({
  connect: (options) => {
    const client = broker.connect(options);
    return {
      admin: client.admin,
      fetcher: (wanted) => client.fetcher(wanted),
      groupConsumer: (wanted) => client.groupConsumer(wanted),
      producer: (wanted) => client.producer(wanted),
      close: () => client.close(),
      ...change(client),
    };
  },
});

export const offsets = (fetched: readonly FetchedPartition[]): number[] =>
  fetched.flatMap(({ batches }) => batches.map((batch) => batch.baseOffset));
