import { describe, expect, test } from 'vitest';

import { copying, create, text, until, values } from '../test/kafka-streams-harness.ts';
import { MemoryBroker } from './adapters/memory/memory-broker.ts';
import type { ProcessingGuarantee } from './config/streams-config.ts';
import type { KafkaStreams } from './kafka-streams.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import { ManualClock } from './testing/manual-clock.ts';
import type { Topology } from './topology/topology.ts';

const cluster = (): MemoryBroker => {
  const server = new MemoryBroker();
  server.createTopic('big', { partitions: 3 });
  server.createTopic('small', { partitions: 2 });
  server.createTopic('out');
  return server;
};

const merging = (): Topology => {
  const builder = new StreamsBuilder();
  builder.stream('big', text).merge(builder.stream('small', text)).to('out', text);
  return builder.build();
};

const counting = (): Topology => {
  const builder = new StreamsBuilder();
  builder
    .stream('big', text)
    .merge(builder.stream('small', text))
    .groupByKey()
    .count({ materialized: { name: 'counts', caching: false } })
    .toStream()
    .to('out');
  return builder.build();
};

const feed = (server: MemoryBroker, topic: string, partition: number, value: string): void => {
  server.produce(topic, [{ key: Buffer.from('key'), value: Buffer.from(value), partition }]);
};

const metric = (streams: KafkaStreams, name: string): number =>
  streams.metrics().find((one) => one.name === name)?.value ?? 0;

const counts = (server: MemoryBroker): number[] =>
  server.records('out').map(({ value }) => Number(Buffer.from(value ?? []).readBigInt64BE()));

describe.each<ProcessingGuarantee>(['exactly_once_v2', 'at_least_once'])('a topic that grows: %s', (guarantee) => {
  test('its new partition joins the task that runs, which goes on with the old one', async () => {
    const server = cluster();
    const streams = create({ topology: merging(), broker: server, processingGuarantee: guarantee });
    await streams.start();
    feed(server, 'big', 2, 'before');
    await until(() => values(server, 'out').length === 1);
    server.cluster.topics.createPartitions('small', 3);
    await until(() => metric(streams, 'rebalance-total') === 2);
    feed(server, 'big', 2, 'old');
    feed(server, 'small', 2, 'new');
    await until(() => values(server, 'out').length === 3);
    await streams.close();
    const committed = (topic: string) =>
      server.cluster.offsets.fetch('app', [{ topic, partition: 2 }], { requireStable: true })[0]?.offset;
    expect([committed('big'), committed('small')]).toEqual([2, 1]);
    expect(metric(streams, 'task-created-total')).toBe(3);
  });

  test('the task keeps its stores', async () => {
    const server = cluster();
    const streams = create({ topology: counting(), broker: server, processingGuarantee: guarantee });
    await streams.start();
    feed(server, 'big', 2, 'before');
    await until(() => counts(server).length === 1);
    server.cluster.topics.createPartitions('small', 3);
    await until(() => metric(streams, 'rebalance-total') === 2);
    feed(server, 'big', 2, 'old');
    feed(server, 'small', 2, 'new');
    await until(() => counts(server).length === 3);
    expect(counts(server)).toEqual([1, 2, 3]);
  });
});

test('a task that is still restored gets the new partition with the others', async () => {
  const server = cluster();
  const first = create({ topology: counting(), broker: server });
  await first.start();
  for (let index = 0; index < 200; index++) {
    const key = Buffer.from(`${index}-${'k'.repeat(100_000)}`);
    server.produce('big', [{ key, value: Buffer.from('x'), partition: 2 }]);
  }
  await until(() => counts(server).length === 200);
  await first.close();
  let rebalancesAtEnd = 0;
  const second = create({
    topology: counting(),
    broker: server,
    restoreListener: ({ offset, startOffset, isComplete }) => {
      if (isComplete && offset > startOffset) rebalancesAtEnd = metric(second, 'rebalance-total');
      else if (!isComplete && server.cluster.topics.get('small').partitions.length === 2) {
        server.cluster.topics.createPartitions('small', 3);
      }
    },
  });
  await second.start();
  feed(server, 'big', 2, 'old');
  feed(server, 'small', 2, 'new');
  await until(() => counts(server).length === 202);
  expect(rebalancesAtEnd).toBe(2);
  expect(metric(second, 'task-created-total')).toBe(3);
});

test('a task that loses one of its partitions begins anew with the others', async () => {
  const server = cluster();
  server.cluster.topics.createPartitions('small', 3);
  const streams = create({ topology: merging(), broker: server });
  await streams.start();
  feed(server, 'big', 2, 'before');
  await until(() => values(server, 'out').length === 1);
  server.cluster.topics.delete('small');
  server.createTopic('small', { partitions: 2 });
  await until(() => metric(streams, 'rebalance-total') >= 2 && streams.state === 'RUNNING');
  feed(server, 'big', 2, 'after');
  await until(() => values(server, 'out').length === 2);
  expect(values(server, 'out')).toEqual(['before', 'after']);
});

describe('an output topic that grows', () => {
  const partitionsUsed = (server: MemoryBroker): number =>
    new Set(server.records('out').map(({ partition }) => partition)).size;

  const keyed = (server: MemoryBroker): void => {
    const value = Buffer.from('x');
    for (let index = 0; index < 100; index++) server.produce('in', [{ key: Buffer.from(`${index}`), value }]);
  };

  const grown = async () => {
    const clock = new ManualClock(1_000_000);
    const server = new MemoryBroker({ clock });
    for (const topic of ['in', 'out']) server.createTopic(topic, { partitions: 1 });
    const options = { topology: copying(), broker: server, clock, chance: () => 0.5 };
    const streams = create(options);
    streams.start().catch(() => undefined);
    await clock.advance(1_000);
    server.cluster.topics.createPartitions('out', 8);
    keyed(server);
    await clock.advance(1_000);
    expect(partitionsUsed(server)).toBe(1);
    return { clock, server, streams, options };
  };

  test('is seen after five minutes', async () => {
    const { clock, server, streams } = await grown();
    await clock.advance(300_000);
    keyed(server);
    await clock.advance(1_000);
    expect(partitionsUsed(server)).toBe(8);
    await clock.settle(streams.close());
  });

  test('is seen with a rebalance', async () => {
    const { clock, server, streams, options } = await grown();
    const second = create({ ...options, clientId: 'second', chance: () => 0.25 });
    second.start().catch(() => undefined);
    await clock.advance(10_000);
    keyed(server);
    await clock.advance(1_000);
    expect(partitionsUsed(server)).toBe(8);
    await clock.settle(Promise.all([streams.close(), second.close()]));
  });
});
