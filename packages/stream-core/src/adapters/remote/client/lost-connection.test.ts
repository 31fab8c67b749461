import { describe, expect, test } from 'vitest';

import {
  batchOf,
  brokerWithTopic,
  connectTo,
  joined,
  member,
  offsets,
  partition,
  reading,
  serve,
  subscription,
  unavailable,
  until,
} from '../../../../test/remote/remote-harness.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { MemoryBroker } from '../../memory/memory-broker.ts';
import type { BrokerServer } from '../serve-broker.ts';

describe('a client whose server goes', () => {
  const restart = async (broker: MemoryBroker, server: BrokerServer): Promise<void> => {
    await server.close();
    await serve(broker, server.address);
  };

  test('is told by BROKER_UNAVAILABLE, and finds it again later', async () => {
    const broker = brokerWithTopic();
    const server = await serve(broker);
    const { admin } = connectTo(server.address);
    await admin.listTopics();
    await server.close();
    await expect(admin.listTopics()).rejects.toMatchObject(unavailable);
    await expect(admin.listTopics()).rejects.toMatchObject(unavailable);
    await serve(broker, server.address);
    expect(await admin.listTopics()).toEqual(['t']);
  });

  test('keeps its fetchers, with positions and pauses', async () => {
    const broker = brokerWithTopic();
    broker.createTopic('u');
    const paused = { topic: 'u', partition: 0 };
    for (const topic of ['t', 'u']) {
      for (const value of ['a', 'b']) broker.produce(topic, [{ key: null, value: Buffer.from(value) }]);
    }
    const server = await serve(broker);
    const fetcher = connectTo(server.address).fetcher({ ...reading, maxPartitionBytes: 1 });
    fetcher.assign([partition, paused]);
    fetcher.seek(partition, 0);
    fetcher.seek(paused, 1);
    fetcher.pause([paused]);
    expect(offsets(await fetcher.poll(10_000))).toEqual([0]);
    const polled = fetcher.poll(0);
    await restart(broker, server);
    await polled.catch((error: unknown) => expect(error).toMatchObject(unavailable));
    fetcher.seek(partition, 1);
    expect(offsets(await fetcher.poll(10_000))).toEqual([1]);
    expect(fetcher.position(partition)).toBe(2);
    expect(fetcher.position(paused)).toBe(1);
    fetcher.resume([paused]);
    expect(offsets(await fetcher.poll(10_000))).toEqual([1]);
  });

  test('gives up its producers: nobody knows what became of what was under way', async () => {
    const broker = brokerWithTopic();
    const server = await serve(broker);
    const client = connectTo(server.address);
    const options = { transactionalId: 'txn', transactionTimeoutMs: 60_000 };
    const producer = client.producer(options);
    await producer.init();
    producer.begin();
    await producer.send(partition, batchOf('UNFINISHED'));
    await restart(broker, server);
    await expect(producer.send(partition, batchOf('x'))).rejects.toMatchObject(unavailable);
    await expect(producer.commit()).rejects.toMatchObject(unavailable);
    await expect(producer.abort()).rejects.toMatchObject(unavailable);
    expect(() => producer.begin()).toThrow(expect.objectContaining(unavailable));
    await producer.close();
    // The transaction is open, as after a crash, until the successor ends it.
    expect(await client.admin.listOffsets([{ partition, spec: 'latest' }], 'read_committed')).toEqual([0]);
    const successor = client.producer(options);
    await successor.init();
    successor.begin();
    await successor.send(partition, batchOf('finished'));
    await successor.commit();
    expect(broker.records('t').map(({ value }) => String(value))).toEqual(['finished']);
  });

  test('lets its members lose their place, which they hear of, and join anew', async () => {
    const broker = brokerWithTopic();
    const server = await serve(broker);
    const events: string[] = [];
    const consumer = member(connectTo(server.address));
    consumer.subscribe(subscription(events));
    await joined(consumer, events);
    const before = consumer.groupMetadata();
    await restart(broker, server);
    const offset = { topicPartition: partition, offset: 0, leaderEpoch: -1, metadata: '' };
    const codeOf = (error: unknown): unknown => error instanceof StreamsError && error.code;
    await until(async () => (await consumer.commit([offset]).catch(codeOf)) === 'UNKNOWN_MEMBER_ID');
    expect(events).toEqual(['started', 'assigned', 'completed']);
    await joined(consumer, events, 2);
    expect(events.slice(3)).toEqual(['lost', 'started', 'assigned', 'completed']);
    const after = consumer.groupMetadata();
    expect(after.memberId).not.toBe(before.memberId);
    expect(after.generationId).toBeGreaterThan(before.generationId);
    await consumer.commit([offset]);
  });

  test('does not end a poll while the listener is at work', async () => {
    const broker = brokerWithTopic();
    const server = await serve(broker);
    const events: string[] = [];
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
    const { promise: release, resolve: finish } = Promise.withResolvers<void>();
    const consumer = member(connectTo(server.address));
    consumer.subscribe(
      subscription(events, {
        onPartitionsAssigned: async () => {
          enter();
          await release;
          events.push('assigned');
        },
      }),
    );
    const polled = consumer.poll(60_000).catch((error: unknown) => {
      events.push('poll ended');
      return error;
    });
    await entered;
    await server.close();
    finish();
    expect(await polled).toMatchObject(unavailable);
    expect(events).toEqual(['started', 'assigned', 'poll ended']);
  });
});
