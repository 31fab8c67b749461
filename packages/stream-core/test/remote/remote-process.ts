// A process of its own that uses a broker in another one: `node remote-process.ts ADDRESS ROLE`. What happens is told
// on standard output, a line each.

import { setImmediate } from 'node:timers/promises';

import { MemoryBroker } from '../../src/adapters/memory/memory-broker.ts';
import { remoteBroker } from '../../src/adapters/remote/remote-broker.ts';
import { serveBroker } from '../../src/adapters/remote/serve-broker.ts';
import type { BrokerClient } from '../../src/broker/broker.ts';
import { RecordBatchBuilder } from '../../src/broker/record-batch-builder.ts';
import { systemChance } from '../../src/common/chance.ts';
import { systemClock } from '../../src/common/clock.ts';
import { noHeaders } from '../../src/common/headers.ts';
import type { TopicPartition } from '../../src/common/topic-partition.ts';
import { topicPartitionKey } from '../../src/common/topic-partition.ts';
import { StickyProtocol } from '../../src/testing/suites/broker/sticky-protocol.ts';

const [address = '', role = ''] = process.argv.slice(2);
const broker = remoteBroker(JSON.parse(address));

const tell = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Polls as a member of the group, and gives back what it owns. */
const startMember = (client: BrokerClient, onEvent: (event: string) => void) => {
  const consumer = client.groupConsumer({
    groupId: 'g',
    groupInstanceId: null,
    sessionTimeoutMs: 600,
    heartbeatIntervalMs: 50,
    rebalanceTimeoutMs: 60_000,
    isolationLevel: 'read_committed',
    maxPartitionBytes: 1_048_576,
  });
  const note = (what: string) => async (partitions: readonly TopicPartition[]) => {
    onEvent(`${what} ${partitions.map(topicPartitionKey).join(',')}`.trimEnd());
  };
  const ignore = async () => undefined;
  consumer.subscribe({
    topics: ['t'],
    protocol: new StickyProtocol({
      name: 'sticky',
      partitionsOf: async (topic) => {
        const partitions = (await client.admin.describeTopics([topic])).get(topic)?.partitions ?? 0;
        return Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
      },
    }),
    listener: {
      onRebalanceStarted: ignore,
      onRebalanceCompleted: ignore,
      onPartitionsRevoked: note('revoked'),
      onPartitionsLost: note('lost'),
      onPartitionsAssigned: async (partitions) => {
        for (const partition of partitions) consumer.seek(partition, 0);
        await note('assigned')(partitions);
      },
    },
  });
  return consumer;
};

const roles: Readonly<Record<string, (client: BrokerClient) => Promise<void>>> = {
  /** A member that says what happens to it. */
  member: async (client) => {
    const consumer = startMember(client, tell);
    for (;;) {
      for (const { batches, position } of await consumer.poll(1_000)) {
        for (const batch of batches) {
          const cursor = batch.cursor(position);
          while (cursor.next()) tell(`record ${cursor.value()}`);
        }
      }
    }
  },

  /** A member that writes in one transaction, with its offsets, and never comes to the end of it. */
  transaction: async (client) => {
    const consumer = startMember(client, () => undefined);
    while (consumer.groupMetadata().generationId < 0) await consumer.poll(10);
    const producer = client.producer({ transactionalId: 'txn', transactionTimeoutMs: 60_000 });
    await producer.init();
    producer.begin();
    const topicPartition = { topic: 't', partition: 0 };
    await producer.sendOffsets(
      [{ topicPartition, offset: 1, leaderEpoch: -1, metadata: '' }],
      consumer.groupMetadata(),
    );
    for (let count = 0; ; count++) {
      const builder = new RecordBatchBuilder();
      builder.append(null, Buffer.from(`UNFINISHED ${count}`), systemClock.now(), noHeaders);
      await producer.send(topicPartition, builder.build());
      if (count === 100) tell('in transaction');
      await setImmediate();
    }
  },

  /** Uses the broker, and one of its own, and ends by itself when all is closed. */
  visitor: async (client) => {
    const consumer = startMember(client, () => undefined);
    while (consumer.groupMetadata().generationId < 0) await consumer.poll(10);
    const own = await serveBroker(new MemoryBroker(), { port: 0 });
    const other = remoteBroker(own.address).connect({ clientId: 'visitor', clock: systemClock, chance: systemChance });
    await other.admin.listTopics();
    await client.close();
    await own.close();
    tell('closed');
  },
};

await roles[role]?.(broker.connect({ clientId: role, clock: systemClock, chance: systemChance }));
