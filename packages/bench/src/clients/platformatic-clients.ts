import { Consumer, Producer } from '@platformatic/kafka';
import { Checksum } from './checksum.ts';
import { payloadsFrom, sendAll } from './client-load.ts';
import type { ClientUnderTest } from './client-under-test.ts';

const allReplicas = -1;
const readCommitted = 1;
const fetchBytes = 1024 * 1024;

const brokersOf = (bootstrapServers: string): string[] => bootstrapServers.split(',');

const produce: ClientUnderTest = {
  name: '@platformatic/kafka',
  work: 'produce',
  open: async ({ bootstrapServers, topic }) => {
    const producer = new Producer({
      clientId: 'bench',
      bootstrapBrokers: brokersOf(bootstrapServers),
      idempotent: true,
      acks: allReplicas,
    });
    // The first send gets the producer id; others beside it would ask for ids of their own.
    await producer.initIdempotentProducer({});
    return {
      run: async (records) => {
        await sendAll(records, (from, count) =>
          producer.send({ messages: payloadsFrom(from, count).map((each) => ({ ...each, topic, partition: 0 })) }),
        );
        return records;
      },
      close: () => producer.close(),
    };
  },
};

const consumerOf = (bootstrapServers: string) =>
  new Consumer({
    clientId: 'bench',
    groupId: `bench-${process.pid}-${Date.now()}`,
    bootstrapBrokers: brokersOf(bootstrapServers),
    maxBytes: fetchBytes,
    isolationLevel: readCommitted,
  });

const stream: ClientUnderTest = {
  name: '@platformatic/kafka stream',
  work: 'consume',
  open: async ({ bootstrapServers, topic }) => {
    const consumer = consumerOf(bootstrapServers);
    return {
      run: async (records) => {
        const checksum = new Checksum(records);
        const messages = await consumer.consume({
          topics: [topic],
          mode: 'manual',
          offsets: [{ topic, partition: 0, offset: 0n }],
          autocommit: false,
        });
        for await (const { key, value } of messages) {
          checksum.add(key, value);
          if (checksum.isComplete) break;
        }
        await messages.close();
        return checksum.value;
      },
      close: () => consumer.close(true),
    };
  },
};

const rawFetch: ClientUnderTest = {
  name: '@platformatic/kafka raw fetch',
  work: 'consume',
  open: async ({ bootstrapServers, topic }) => {
    const consumer = consumerOf(bootstrapServers);
    consumer.topics.trackAll(topic);
    const metadata = await consumer.metadata({ topics: [topic] });
    const described = metadata.topics.get(topic);
    const node = described?.partitions[0]?.leader;
    if (described === undefined || node === undefined) throw new Error(`${topic} has no leader`);
    const fetch = (fetchOffset: bigint) =>
      consumer.fetch({
        node,
        minBytes: 1,
        maxBytes: fetchBytes,
        maxWaitTime: 500,
        topics: [
          {
            topicId: described.id,
            partitions: [
              {
                partition: 0,
                currentLeaderEpoch: -1,
                fetchOffset,
                lastFetchedEpoch: -1,
                partitionMaxBytes: fetchBytes,
              },
            ],
          },
        ],
      });
    return {
      run: async (records) => {
        const checksum = new Checksum(records);
        let position = 0n;
        while (!checksum.isComplete) {
          const { responses } = await fetch(position);
          for (const batch of responses[0]?.partitions[0]?.records ?? []) {
            for (const { key, value } of batch.records) checksum.add(key, value);
            position = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
          }
        }
        return checksum.value;
      },
      close: () => consumer.close(true),
    };
  },
};

/** `@platformatic/kafka`: its producer, its stream of messages, and its fetch, which is as near to the wire as it goes. */
export const platformaticClients: readonly ClientUnderTest[] = [produce, stream, rawFetch];
