import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';

import {
  batchOf,
  brokerWithTopic,
  changed,
  connectTo,
  partition,
  serve,
  until,
} from '../../../test/remote/remote-harness.ts';
import { MemoryBroker } from '../memory/memory-broker.ts';
import type { RemoteAddress } from './remote-address.ts';
import { protocolName } from './wire/protocol.ts';

const scriptOf = (name: string): string => fileURLToPath(new URL(`../../../test/remote/${name}.ts`, import.meta.url));

interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  readonly lines: string[];
  readonly ended: Promise<void>;
  kill(): Promise<void>;
}

const children: Child[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) await child.kill();
});

const start = (address: RemoteAddress, role: string, script = 'remote-process'): Child => {
  const args = ['--conditions=@millrace/source', scriptOf(script), JSON.stringify(address), role];
  const child = spawn(process.execPath, args);
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  child.stderr.on('data', (chunk) => lines.push(`error: ${chunk}`));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const kill = (): Promise<void> => {
    child.kill('SIGKILL');
    return ended;
  };
  const started = { process: child, lines, ended, kill };
  children.push(started);
  return started;
};

/** What the member owns by what it told. */
const owned = ({ lines }: Child): string[] => {
  const partitions = new Set<string>();
  for (const line of lines) {
    const [what, names = ''] = line.split(' ');
    for (const name of names.split(',').filter((each) => each !== '')) {
      if (what === 'assigned') partitions.add(name);
      if (what === 'revoked' || what === 'lost') partitions.delete(name);
    }
  }
  return [...partitions].toSorted();
};

const count = (members: readonly Child[]): number[] => members.map((member) => owned(member).length);

describe('a process that is killed', { timeout: 60_000 }, () => {
  test('in its transaction leaves what a crash leaves: an open transaction, and a member until its session ends', async () => {
    const broker = brokerWithTopic();
    const { address } = await serve(broker);
    const child = start(address, 'transaction');
    await until(() => child.lines.includes('in transaction'));
    await child.kill();
    // Nobody aborted for it, nobody left for it.
    await until(async () => {
      const { admin } = connectTo(address);
      return (await admin.listOffsets([{ partition, spec: 'latest' }], 'read_uncommitted'))[0]! > 100;
    });
    expect(broker.cluster.groups.describe('g')?.members).toHaveLength(1);
    const client = connectTo(address);
    expect(await client.admin.listOffsets([{ partition, spec: 'latest' }], 'read_committed')).toEqual([0]);
    await until(() => (broker.cluster.groups.describe('g')?.members ?? []).length === 0);
    expect(await client.admin.listOffsets([{ partition, spec: 'latest' }], 'read_committed')).toEqual([0]);

    const successor = client.producer({ transactionalId: 'txn', transactionTimeoutMs: 60_000 });
    await successor.init();
    successor.begin();
    await successor.send(partition, batchOf('finished'));
    await successor.commit();
    expect(broker.records('t').map(({ value }) => String(value))).toEqual(['finished']);
    expect(await client.admin.groupOffsets('g')).toEqual(new Map());
  });

  test('again and again has counted everything once in the end', async () => {
    const broker = new MemoryBroker();
    for (const topic of ['in', 'out']) broker.createTopic(topic, { partitions: 2 });
    const { address } = await serve(broker);
    const keys = ['a', 'b', 'c', 'd', 'e'];
    const rounds = 400;
    const latest = (): Map<string, number> =>
      new Map(
        broker.records('out').map(({ key, value }) => [String(key), Number(Buffer.from(value!).readBigInt64BE())]),
      );
    let produced = 0;
    const produce = (amount: number): void => {
      for (let round = 0; round < amount; round++, produced++) {
        broker.produce(
          'in',
          keys.map((key) => ({ key: Buffer.from(key), value: Buffer.from('x') })),
        );
      }
    };
    for (let kill = 0; kill < 3; kill++) {
      const child = start(address, 'streams', 'counting-process');
      await until(() => child.lines.includes('started'));
      const before = broker.records('out').length;
      for (let batch = 0; batch < 10; batch++) {
        produce(rounds / 40);
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
      await until(() => broker.records('out').length > before);
      await child.kill();
    }
    produce(rounds - produced);
    const child = start(address, 'streams', 'counting-process');
    await until(() => keys.every((key) => latest().get(key) === rounds));
    await child.kill();
    // What was committed once is never counted again.
    for (const key of keys) {
      const ofKey = broker.records('out').filter((record) => String(record.key) === key);
      const counts = ofKey.map(({ value }) => Number(Buffer.from(value!).readBigInt64BE()));
      expect(counts).toEqual([...new Set(counts)].toSorted((left, right) => left - right));
    }
  });
});

test('a process whose clients and servers are closed can end', async () => {
  const broker = brokerWithTopic();
  const { address } = await serve(broker);
  const child = start(address, 'visitor');
  await child.ended;
  expect(child.lines).toEqual(['closed']);
  expect(child.process.exitCode).toBe(0);
  expect(broker.cluster.groups.describe('g')?.members ?? []).toEqual([]);
});

describe('two processes in one group', { timeout: 60_000 }, () => {
  test('share its partitions, and the other one goes on when one is killed', async () => {
    const broker = new MemoryBroker();
    broker.createTopic('t', { partitions: 4 });
    const { address } = await serve(broker);
    const members = [start(address, 'member'), start(address, 'member')] as const;
    await until(() => count(members).join() === '2,2');
    for (const number of [0, 1, 2, 3]) {
      broker.produce('t', [{ key: null, value: Buffer.from(`of-${number}`), partition: number }]);
    }
    const records = (): string[] => members.flatMap(({ lines }) => lines.filter((line) => line.startsWith('record')));
    await until(() => records().length === 4);
    expect(records().toSorted()).toEqual([0, 1, 2, 3].map((number) => `record of-${number}`));

    const [first, second] = members;
    await first.kill();
    await until(() => owned(second).length === 4);
  });

  test('one that stands still loses its place, and hears of it when it goes on', async () => {
    const broker = new MemoryBroker();
    broker.createTopic('t', { partitions: 2 });
    const { address } = await serve(broker, { port: 0 }, { leaseMs: 200 });
    const members = [start(address, 'member'), start(address, 'member')] as const;
    await until(() => count(members).join() === '1,1');
    const [frozen, other] = members;
    const [had] = owned(frozen);
    frozen.process.kill('SIGSTOP');
    await until(() => owned(other).length === 2);
    frozen.process.kill('SIGCONT');
    await until(() => frozen.lines.includes(`lost ${had}`) && count(members).join() === '1,1');
  });
});

describe('what one side does not read', { timeout: 60_000 }, () => {
  test('holds the server back: it takes no more requests than it can answer', async () => {
    const broker = brokerWithTopic();
    for (let number = 0; number < 2_000; number++) broker.createTopic(`a-topic-with-a-long-name-${number}`);
    let asked = 0;
    const { address } = await serve(
      changed(broker, ({ admin }) => ({
        admin: Object.assign(Object.create(admin) as typeof admin, {
          listTopics: () => {
            asked++;
            return admin.listTopics();
          },
        }),
      })),
    );
    const socket = connect(address as { port: number });
    socket.pause();
    const request = (id: number, method: string, params: unknown): Buffer => {
      const text = JSON.stringify({ type: 'request', id, object: 0, method, params });
      const prefix = Buffer.alloc(8);
      prefix.writeUInt32BE(text.length + 4, 0);
      prefix.writeUInt32BE(text.length, 4);
      return Buffer.concat([prefix, Buffer.from(text)]);
    };
    socket.write(request(1, 'hello', { protocol: protocolName, clientId: 'c', seed: 1, maxFrameBytes: 1e6 }));
    const requests = 20_000;
    for (let id = 2; id < requests + 2; id++) socket.write(request(id, 'listTopics', null));
    // More than a gigabyte of answers is asked for; only what buffers hold is made.
    let before = -1;
    const isStill = (): boolean => {
      const wasStill = before === asked && asked > 0;
      before = asked;
      return wasStill;
    };
    await expect.poll(isStill, { timeout: 30_000, interval: 300 }).toBe(true);
    expect(asked).toBeLessThan(requests / 2);
    socket.resume();
    await until(() => asked > before);
    socket.destroy();
  });

  test('large batches go both ways at once, and none waits for the other', async () => {
    const broker = new MemoryBroker();
    broker.createTopic('t', { configs: { 'max.message.bytes': '8000000' } });
    const { address } = await serve(broker);
    const client = connectTo(address);
    const producer = client.producer({ transactionalId: null, transactionTimeoutMs: 60_000 });
    await producer.init();
    const fetcher = client.fetcher({ isolationLevel: 'read_committed', maxPartitionBytes: 16_000_000 });
    fetcher.assign([partition]);
    fetcher.seek(partition, 0);
    const batches = 40;
    const sends = Array.from({ length: batches }, (_, index) =>
      producer.send(partition, batchOf(Buffer.alloc(4_000_000, index))),
    );
    const firstBytes: number[] = [];
    while (firstBytes.length < batches) {
      for (const fetched of await fetcher.poll(1_000)) {
        for (const batch of fetched.batches) {
          expect(batch.isIntact).toBe(true);
          const cursor = batch.cursor();
          cursor.next();
          firstBytes.push(cursor.value()?.[0] ?? -1);
        }
      }
    }
    expect(firstBytes).toEqual(Array.from({ length: batches }, (_, index) => index));
    const acks = await Promise.all(sends);
    expect(acks.map(({ baseOffset }) => baseOffset)).toEqual(firstBytes);
  });
});
