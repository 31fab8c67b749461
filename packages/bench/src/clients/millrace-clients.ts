import { seededChance, systemClock } from '@millrace/stream-core';
import type { BrokerClient } from '@millrace/stream-core/broker';
import { RecordBatchBuilder } from '@millrace/stream-core/broker';
import { kafka } from '@millrace/stream-core/kafka';
import { Checksum } from './checksum.ts';
import { payloads, sendAll } from './client-load.ts';
import type { ClientUnderTest } from './client-under-test.ts';

const batchBytes = 68 * 1024;
const pollMs = 1_000;

const connect = (bootstrapServers: string): BrokerClient =>
  kafka({ bootstrapServers }).connect({ clientId: 'bench', clock: systemClock, chance: seededChance(1) });

const produce: ClientUnderTest = {
  name: 'millrace',
  work: 'produce',
  open: async ({ bootstrapServers, topic }) => {
    const client = connect(bootstrapServers);
    const producer = client.producer({ transactionalId: null, transactionTimeoutMs: 10_000 });
    await producer.init();
    const send = (from: number, count: number) => {
      const builder = new RecordBatchBuilder(batchBytes);
      const timestamp = Date.now();
      for (let index = from; index < from + count; index++) {
        const payload = payloads[index % payloads.length];
        if (payload !== undefined) builder.append(payload.key, payload.value, timestamp, []);
      }
      return producer.send({ topic, partition: 0 }, builder.build());
    };
    return {
      run: async (records) => {
        await sendAll(records, send);
        return records;
      },
      close: () => client.close(),
    };
  },
};

const consume: ClientUnderTest = {
  name: 'millrace',
  work: 'consume',
  open: async ({ bootstrapServers, topic }) => {
    const client = connect(bootstrapServers);
    const fetcher = client.fetcher({ isolationLevel: 'read_committed', maxPartitionBytes: 1024 * 1024 });
    const partition = { topic, partition: 0 };
    fetcher.assign([partition]);
    return {
      run: async (records) => {
        const checksum = new Checksum(records);
        fetcher.seek(partition, 0);
        while (!checksum.isComplete) {
          for (const { batches, position } of await fetcher.poll(pollMs)) {
            for (const batch of batches) {
              const cursor = batch.cursor(position);
              while (cursor.next()) checksum.add(cursor.key(), cursor.value());
            }
          }
        }
        return checksum.value;
      },
      close: () => client.close(),
    };
  },
};

/** The client of `@millrace/stream-core/kafka`. */
export const millraceClients: readonly ClientUnderTest[] = [produce, consume];
