import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

import { RecordBatchBuilder } from '../../../broker/record-batch-builder.ts';
import { seededChance } from '../../../common/chance.ts';
import { noHeaders } from '../../../common/headers.ts';
import { ManualClock } from '../../../testing/manual-clock.ts';
import { MemoryBroker } from '../memory-broker.ts';

const groupOptions = {
  groupId: 'g',
  groupInstanceId: null,
  sessionTimeoutMs: 10_000,
  heartbeatIntervalMs: 3_000,
  rebalanceTimeoutMs: 60_000,
  isolationLevel: 'read_committed' as const,
  maxPartitionBytes: 1_000,
};

const ignore = async (): Promise<void> => undefined;

const subscription = {
  topics: ['t'],
  protocol: {
    name: 'p',
    userData: () => new Uint8Array(0),
    assign: async () => new Map(),
    onAssignment: () => undefined,
  },
  listener: {
    onRebalanceStarted: ignore,
    onPartitionsRevoked: ignore,
    onPartitionsLost: ignore,
    onPartitionsAssigned: ignore,
    onRebalanceCompleted: ignore,
  },
};

const partition = { topic: 't', partition: 0 };

test('a closed client leaves no timer, be a transaction open or a member crashed', async () => {
  const clock = new ManualClock(1_000_000);
  const broker = new MemoryBroker({ clock });
  broker.createTopic('t');
  const client = broker.connect({ clientId: 'client', clock, chance: seededChance(1) });
  const consumer = client.groupConsumer(groupOptions);
  consumer.subscribe(subscription);
  while (consumer.groupMetadata().generationId < 0) await clock.settle(consumer.poll(100));
  const producer = client.producer({ transactionalId: 'txn', transactionTimeoutMs: 60_000 });
  await producer.init();
  producer.begin();
  const builder = new RecordBatchBuilder();
  builder.append(null, null, clock.now(), noHeaders);
  await producer.send(partition, builder.build());
  expect(clock.pendingTimers).toBeGreaterThan(0);
  await consumer.close({ leave: false });
  await client.close();
  expect(clock.pendingTimers).toBe(0);

  // What became due meanwhile shows as soon as somebody looks.
  expect(broker.cluster.groups.describe('g')?.members).toHaveLength(1);
  await clock.advance(70_000);
  const next = broker.connect({ clientId: 'next', clock, chance: seededChance(2) });
  expect(broker.cluster.groups.find('g')).toBeNull();
  expect(await next.admin.listOffsets([{ partition, spec: 'latest' }], 'read_committed')).toEqual([2]);
  await next.close();
  await next.close();
  expect(() => next.producer({ transactionalId: null, transactionTimeoutMs: 1 })).toThrow(
    expect.objectContaining({ code: 'CLOSED' }),
  );
});

test('a process whose clients are closed can end', async () => {
  const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  const script = `
    import { MemoryBroker } from ${url('../index.ts')};
    import { systemClock } from ${url('../../../common/clock.ts')};
    const broker = new MemoryBroker();
    broker.createTopic('t');
    const client = broker.connect({ clientId: 'c', clock: systemClock, chance: () => 0.5 });
    const ignore = async () => undefined;
    const longMs = 3_600_000;
    const consumer = client.groupConsumer({
      groupId: 'g', groupInstanceId: null, sessionTimeoutMs: longMs, heartbeatIntervalMs: longMs,
      rebalanceTimeoutMs: longMs, isolationLevel: 'read_committed', maxPartitionBytes: 1_000,
    });
    consumer.subscribe({
      topics: ['t'],
      protocol: { name: 'p', userData: () => new Uint8Array(0), assign: async () => new Map(), onAssignment: ignore },
      listener: {
        onRebalanceStarted: ignore, onPartitionsRevoked: ignore, onPartitionsLost: ignore,
        onPartitionsAssigned: ignore, onRebalanceCompleted: ignore,
      },
    });
    while (consumer.groupMetadata().generationId < 0) await consumer.poll(10);
    const producer = client.producer({ transactionalId: 'txn', transactionTimeoutMs: 900_000 });
    await producer.init();
    producer.begin();
    const topicPartition = { topic: 't', partition: 0 };
    await producer.sendOffsets([{ topicPartition, offset: 1, leaderEpoch: -1, metadata: '' }], consumer.groupMetadata());
    void consumer.poll(longMs);
    await consumer.close({ leave: false });
    await client.close();
    process.stdout.write('closed');
  `;
  const args = ['--conditions=@millrace/source', '--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toBe('closed');
});
