import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { KafkaCluster } from '../../src/adapters/kafka/cluster/kafka-cluster.ts';
import { NetworkTransport } from '../../src/adapters/kafka/network/network-transport.ts';
import { KafkaProducer } from '../../src/adapters/kafka/produce/kafka-producer.ts';
import { createTopicsApi } from '../../src/adapters/kafka/protocol/create-topics-api.ts';
import type { RecordBatch } from '../../src/broker/record-batch.ts';
import { RecordBatchBuilder } from '../../src/broker/record-batch-builder.ts';
import { seededChance } from '../../src/common/chance.ts';
import { systemClock } from '../../src/common/clock.ts';
import { noHeaders } from '../../src/common/headers.ts';
import { describeWith } from '../servers/describe-with.ts';
import { readWithJava } from '../servers/java-reader.ts';
import type { KafkaServer } from '../servers/kafka-server.ts';
import { startKafka } from '../servers/kafka-server.ts';
import { RecordingTransport } from './recording-transport.ts';

const batchOf = (...values: readonly string[]): RecordBatch => {
  const builder = new RecordBatchBuilder();
  for (const value of values) builder.append(null, Buffer.from(value), systemClock.now(), noHeaders);
  return builder.build();
};

const noMember = { groupId: 'offsets', generationId: -1, memberId: '', groupInstanceId: null };
const fenced = { code: expect.stringMatching(/^(PRODUCER_FENCED|INVALID_PRODUCER_EPOCH)$/) };

/** Connections to a server, each with the producers on it. */
class Clients {
  readonly #server: KafkaServer;
  readonly #transports: RecordingTransport[] = [];
  #names = 0;

  constructor(server: KafkaServer) {
    this.#server = server;
  }

  /** A producer on connections of its own. */
  async open(transactionalId: string | null) {
    const [host = '', port = ''] = this.#server.bootstrapServers.split(':');
    const clock = systemClock;
    const chance = seededChance(++this.#names);
    const network = new NetworkTransport({
      bootstrapServers: [{ host, port: Number(port) }],
      clientId: 'producers',
      clock,
      tls: null,
      sasl: null,
      connectTimeoutMs: 10_000,
      maxAnswerBytes: 10_000_000,
    });
    const transport = new RecordingTransport(network);
    this.#transports.push(transport);
    const cluster = new KafkaCluster({
      transport,
      clock,
      chance,
      requestTimeoutMs: 30_000,
      retryTimeoutMs: 60_000,
      retryBackoffMs: 20,
      retryBackoffMaxMs: 1_000,
      metadataMaxAgeMs: 60_000,
    });
    const producer = new KafkaProducer({
      cluster,
      clock,
      chance,
      transactionalId,
      transactionTimeoutMs: 60_000,
      compression: 'none',
      maxRequestSizeBytes: 1_048_576,
      deliveryTimeoutMs: 60_000,
      requestTimeoutMs: 30_000,
      backoff: { retryBackoffMs: 20, retryBackoffMaxMs: 1_000 },
      onClose: () => {},
    });
    await producer.init();
    return { producer, cluster, transport };
  }

  /** A new topic of two partitions. */
  async topic(): Promise<string> {
    const name = `topic-${++this.#names}`;
    const { cluster, producer } = await this.open(null);
    const topics = [{ name, numPartitions: 2, replicationFactor: -1, assignments: [], configs: [] }];
    await cluster.call(await cluster.controller(), createTopicsApi, { topics, timeoutMs: 10_000 }, { lane: 'admin' });
    await expect.poll(() => cluster.partitionCount(name), { timeout: 10_000 }).toBe(2);
    await producer.close();
    return name;
  }

  async close(): Promise<void> {
    await Promise.all(this.#transports.splice(0).map((transport) => transport.close()));
  }
}

/** Which requests of the transaction went out, by version, and the epoch of each. */
const spoken = ({ recorded }: RecordingTransport) => {
  const names = ['AddPartitionsToTxn', 'AddOffsetsToTxn', 'Produce', 'TxnOffsetCommit', 'EndTxn'];
  return recorded.filter(({ api }) => names.includes(api)).map(({ api, version }) => `${api} ${version}`);
};

const epochsOfEnds = ({ recorded }: RecordingTransport): number[] =>
  recorded
    .filter(({ api }) => api === 'EndTxn')
    .map(({ request }) => (request as { readonly producerEpoch: number }).producerEpoch);

describeWith(['own kafka'], 'the producer and a Kafka', () => {
  describe.each([2, 1])('with transactions of version %i', { timeout: 180_000 }, (version) => {
    let server: KafkaServer;
    let clients: Clients;
    beforeAll(async () => {
      server = await startKafka({ features: { 'transaction.version': version } });
      clients = new Clients(server);
    }, 180_000);
    afterEach(() => clients.close());
    afterAll(() => server?.close());

    /** The values that Kafka's own consumer sees, by partition. */
    const seenByJava = async (topic: string): Promise<string[][]> => {
      const records = await readWithJava(server.bootstrapServers, [topic]);
      return [0, 1].map((partition) =>
        records
          .filter((record) => record.partition === partition)
          .map(({ value }) => Buffer.from(value ?? '', 'hex').toString()),
      );
    };

    test('speaks the requests of that version', async () => {
      const topic = await clients.topic();
      const partition = { topic, partition: 0 };
      const { producer, transport } = await clients.open('versions');
      for (let round = 0; round < 3; round++) {
        producer.begin();
        await producer.send(partition, batchOf(`${round}`));
        await producer.sendOffsets([{ topicPartition: partition, offset: 1, leaderEpoch: 0, metadata: 'm' }], noMember);
        await producer.commit();
      }
      const v1 = ['AddPartitionsToTxn 3', 'Produce 11', 'AddOffsetsToTxn 4', 'TxnOffsetCommit 4', 'EndTxn 4'];
      const each = version === 1 ? v1 : ['Produce 12', 'TxnOffsetCommit 5', 'EndTxn 5'];
      // A request that comes while the markers of the transaction before are being written is asked again.
      expect(spoken(transport).filter((one, index, all) => one !== all[index - 1])).toEqual([
        ...each,
        ...each,
        ...each,
      ]);
      const [first = 0, ...later] = [...new Set(epochsOfEnds(transport))];
      expect(later).toEqual(version === 1 ? [] : [first + 1, first + 2]);
      expect(await seenByJava(topic)).toEqual([['0', '1', '2'], []]);
    });

    test('shows exactly what was committed, in order', async () => {
      const topic = await clients.topic();
      const { producer } = await clients.open('exactly');
      const expected: string[][] = [[], []];
      for (let round = 0; round < 20; round++) {
        producer.begin();
        const sends = Array.from({ length: 30 }, (_, index) => {
          const value = `${round}-${index}`;
          if (round % 3 !== 2) expected[index % 2]?.push(value);
          return producer.send({ topic, partition: index % 2 }, batchOf(value));
        });
        if (round % 3 === 2) {
          await producer.abort();
        } else {
          await producer.commit();
        }
        await Promise.all(sends);
      }
      expect(await seenByJava(topic)).toEqual(expected);
    });

    test('fences a zombie, of which nothing is seen', async () => {
      const topic = await clients.topic();
      const [written, fresh] = [0, 1].map((partition) => ({ topic, partition }));
      for (let restart = 0; restart < 3; restart++) {
        const { producer: zombie } = await clients.open('restarted');
        zombie.begin();
        await zombie.send(written!, batchOf('ZOMBIE'));
        const { producer: successor } = await clients.open('restarted');
        await expect(zombie.send(restart === 0 ? fresh! : written!, batchOf('ZOMBIE'))).rejects.toMatchObject(fenced);
        await expect(zombie.commit()).rejects.toMatchObject(fenced);
        await expect(zombie.abort()).rejects.toMatchObject(fenced);
        successor.begin();
        await successor.send(written!, batchOf(`${restart}`));
        await successor.commit();
      }
      expect(await seenByJava(topic)).toEqual([['0', '1', '2'], []]);
    });

    test('refuses the offsets of a member that does not exist, and goes on', async () => {
      const topic = await clients.topic();
      const topicPartition = { topic, partition: 0 };
      const { producer } = await clients.open('ghosts');
      const offsets = [{ topicPartition, offset: 1, leaderEpoch: -1, metadata: '' }];
      producer.begin();
      await producer.send(topicPartition, batchOf('of a ghost'));
      const ghost = { groupId: 'ghosts', generationId: 3, memberId: 'ghost', groupInstanceId: null };
      const refused = { code: expect.stringMatching(/^(UNKNOWN_MEMBER_ID|ILLEGAL_GENERATION)$/) };
      await expect(producer.sendOffsets(offsets, ghost)).rejects.toMatchObject(refused);
      await expect(producer.commit()).rejects.toMatchObject(refused);
      await producer.abort();
      producer.begin();
      await producer.send(topicPartition, batchOf('of the living'));
      await producer.commit();
      expect(await seenByJava(topic)).toEqual([['of the living'], []]);
    });
  });
});
