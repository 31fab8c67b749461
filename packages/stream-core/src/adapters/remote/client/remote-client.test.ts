import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import {
  batchOf,
  brokerWithTopic,
  changed,
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
import { MemoryBroker } from '../../memory/memory-broker.ts';
import { remoteBroker } from '../remote-broker.ts';

describe('a client', () => {
  test('a member that is dropped leaves no group, one that is closed does', async () => {
    const broker = brokerWithTopic();
    const server = await serve(broker);
    const events: string[] = [];
    const consumer = member(connectTo(server.address));
    consumer.subscribe(subscription(events));
    await joined(consumer, events);
    await server.close();
    expect(broker.cluster.groups.describe('g')?.members).toHaveLength(1);
    await serve(broker, server.address);
    // Its session ends without anybody being connected.
    await until(
      () => broker.cluster.groups.describe('g')?.members.length === 0 || broker.cluster.groups.find('g') === null,
    );
    await joined(consumer, events, 2);
    await consumer.close();
    expect(broker.cluster.groups.describe('g')?.members ?? []).toEqual([]);
  });

  test('a client that is closed takes what is open with it, politely', async () => {
    const broker = brokerWithTopic();
    const server = await serve(broker);
    const events: string[] = [];
    const client = connectTo(server.address);
    const consumer = member(client);
    consumer.subscribe(subscription(events));
    await joined(consumer, events);
    const polled = consumer.poll(60_000);
    await client.close();
    expect(await polled).toEqual([]);
    expect(broker.cluster.groups.describe('g')?.members ?? []).toEqual([]);
    await expect(client.admin.listTopics()).rejects.toMatchObject({ code: 'CLOSED' });
    expect(() => client.fetcher(reading)).toThrow(expect.objectContaining({ code: 'CLOSED' }));
  });

  test('errors keep their code and context, and what a callback threw is the same object', async () => {
    const server = await serve(brokerWithTopic());
    const client = connectTo(server.address);
    const fetcher = client.fetcher(reading);
    fetcher.assign([partition]);
    fetcher.seek(partition, 7);
    const refused = await fetcher.poll(10_000).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StreamsError);
    expect(refused).toMatchObject({ code: 'OFFSET_OUT_OF_RANGE', context: partition });

    const thrown = new Error('of the listener');
    const consumer = member(client);
    consumer.subscribe(
      subscription([], {
        onPartitionsAssigned: async () => {
          throw thrown;
        },
      }),
    );
    await expect(consumer.poll(10_000)).rejects.toBe(thrown);
    await consumer.close();

    const ofTheLeader = new Error('of the assignor');
    const leader = member(client);
    const { protocol, ...rest } = subscription([]);
    const failing = { ...protocol, assign: () => Promise.reject(ofTheLeader) };
    leader.subscribe({ ...rest, protocol: failing });
    await expect(leader.poll(10_000)).rejects.toBe(ofTheLeader);
  });

  test('what was read before a seek does not come after it', async () => {
    const broker = brokerWithTopic();
    for (let count = 0; count < 4; count++) broker.produce('t', [{ key: null, value: Buffer.from('x') }]);
    let onPolled = (): void => undefined;
    const server = await serve(
      changed(broker, (client) => ({
        fetcher: (options) => {
          const fetcher = client.fetcher(options);
          const poll = fetcher.poll.bind(fetcher);
          fetcher.poll = (timeoutMs) => poll(timeoutMs).finally(onPolled);
          return fetcher;
        },
      })),
    );
    const fetcher = connectTo(server.address).fetcher({ ...reading, maxPartitionBytes: 1 });
    fetcher.assign([partition]);
    fetcher.seek(partition, 0);
    // The server has read at the old position, and the client seeks before the answer comes.
    onPolled = () => fetcher.seek(partition, 3);
    expect(offsets(await fetcher.poll(10_000))).toEqual([]);
    expect(fetcher.position(partition)).toBe(3);
    onPolled = () => undefined;
    expect(offsets(await fetcher.poll(10_000))).toEqual([3]);
  });

  test('one poll brings more than a frame holds', async () => {
    const broker = new MemoryBroker();
    broker.createTopic('t', { partitions: 4 });
    const partitions = [0, 1, 2, 3].map((number) => ({ topic: 't', partition: number }));
    for (let count = 0; count < 40; count++) {
      for (const place of partitions) {
        broker.produce('t', [{ key: null, value: Buffer.alloc(20_000, count), partition: place.partition }]);
      }
    }
    const maxFrameBytes = 131_072;
    const server = await serve(broker, { port: 0 }, { maxFrameBytes });
    const fetcher = connectTo(server.address).fetcher(reading);
    fetcher.assign(partitions);
    for (const place of partitions) fetcher.seek(place, 0);
    const fetched = await fetcher.poll(10_000);
    expect(fetched.map(({ batches }) => batches.length)).toEqual([40, 40, 40, 40]);
    for (const { batches } of fetched) {
      for (const [index, batch] of batches.entries()) {
        const cursor = batch.cursor();
        expect(cursor.next() && cursor.value()?.equals(Buffer.alloc(20_000, index))).toBe(true);
      }
    }
  });

  test('a batch that fits into no frame is refused, and its transaction can only be aborted', async () => {
    const broker = brokerWithTopic();
    const server = await serve(broker, { port: 0 }, { maxFrameBytes: 131_072 });
    const client = connectTo(server.address);
    const producer = client.producer({ transactionalId: 'txn', transactionTimeoutMs: 60_000 });
    await producer.init();
    producer.begin();
    await producer.send(partition, batchOf('REFUSED'));
    const tooLarge = { code: 'RECORD_TOO_LARGE' };
    await expect(producer.send(partition, batchOf(Buffer.alloc(200_000)))).rejects.toMatchObject(tooLarge);
    await expect(producer.commit()).rejects.toMatchObject(tooLarge);
    await producer.abort();
    producer.begin();
    await producer.send(partition, batchOf('taken'));
    await producer.commit();
    expect(broker.records('t').map(({ value }) => String(value))).toEqual(['taken']);

    // One that is in the log already cannot be read; nothing is passed over.
    const { offset } = broker.produce('t', [{ key: null, value: Buffer.alloc(200_000) }])[0]!;
    const fetcher = client.fetcher(reading);
    fetcher.assign([partition]);
    fetcher.seek(partition, offset);
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(fetcher.poll(1_000)).rejects.toMatchObject({ ...tooLarge, context: { ...partition, offset } });
      expect(fetcher.position(partition)).toBe(offset);
    }
  });

  test('requests that no frame holds, limits that are too small, and servers that are none are typed errors', async () => {
    const server = await serve(brokerWithTopic(), { port: 0 }, { maxFrameBytes: 131_072 });
    const { admin } = connectTo(server.address);
    const names = Array.from({ length: 10_000 }, (_, index) => `a-topic-of-this-name-${index}`);
    await expect(admin.describeTopics(names)).rejects.toMatchObject({ code: 'POLICY_VIOLATION' });
    expect(await admin.listTopics()).toEqual(['t']);
    expect(() => remoteBroker(server.address, { maxFrameBytes: 1_000 })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
    const nobody = connectTo({ path: join(tmpdir(), 'nobody-listens-here.sock') });
    await expect(nobody.admin.listTopics()).rejects.toMatchObject(unavailable);
  });
});
