import { Kafka, logLevel } from 'kafkajs';
import { Checksum } from './checksum.ts';
import { payloadsFrom, sendAll } from './client-load.ts';
import type { ClientUnderTest } from './client-under-test.ts';

const connect = (bootstrapServers: string): Kafka =>
  new Kafka({ clientId: 'bench', brokers: bootstrapServers.split(','), logLevel: logLevel.ERROR });

const produce: ClientUnderTest = {
  name: 'kafkajs',
  work: 'produce',
  open: async ({ bootstrapServers, topic }) => {
    const producer = connect(bootstrapServers).producer({ idempotent: true, maxInFlightRequests: 5 });
    await producer.connect();
    return {
      run: async (records) => {
        await sendAll(records, (from, count) =>
          producer.send({
            topic,
            acks: -1,
            messages: payloadsFrom(from, count).map((each) => ({ ...each, partition: 0 })),
          }),
        );
        return records;
      },
      close: () => producer.disconnect(),
    };
  },
};

const consume: ClientUnderTest = {
  name: 'kafkajs eachBatch',
  work: 'consume',
  open: async ({ bootstrapServers, topic }) => {
    const consumer = connect(bootstrapServers).consumer({ groupId: `bench-${process.pid}-${Date.now()}` });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: false });
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
    let checksum = new Checksum(0);
    let onDone = (): void => {};
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: true,
      eachBatch: async ({ batch }) => {
        for (const { key, value } of batch.messages) checksum.add(key, value);
        if (!checksum.isComplete) return;
        consumer.pause([{ topic }]);
        onDone();
      },
    });
    await joined;
    return {
      run: async (records) => {
        checksum = new Checksum(records);
        const done = new Promise<void>((resolve) => {
          onDone = resolve;
        });
        consumer.seek({ topic, partition: 0, offset: '0' });
        consumer.resume([{ topic }]);
        await done;
        return checksum.value;
      },
      close: () => consumer.disconnect(),
    };
  },
};

/** kafkajs. */
export const kafkajsClients: readonly ClientUnderTest[] = [produce, consume];
