import { afterAll, beforeAll, expect, test } from 'vitest';

import { KafkaCluster } from '../../../src/adapters/kafka/cluster/kafka-cluster.ts';
import { compressBatch } from '../../../src/adapters/kafka/compression/compress-batch.ts';
import { compressionTypes } from '../../../src/adapters/kafka/compression/compression-type.ts';
import { KafkaFetcher } from '../../../src/adapters/kafka/fetch/kafka-fetcher.ts';
import { NetworkTransport } from '../../../src/adapters/kafka/network/network-transport.ts';
import { parseServers } from '../../../src/adapters/kafka/network/parse-servers.ts';
import { deleteRecordsApi } from '../../../src/adapters/kafka/protocol/delete-records-api.ts';
import { produceApi } from '../../../src/adapters/kafka/protocol/produce-api.ts';
import type { IsolationLevel } from '../../../src/broker/fetcher.ts';
import { RecordBatchBuilder } from '../../../src/broker/record-batch-builder.ts';
import { systemChance } from '../../../src/common/chance.ts';
import { systemClock } from '../../../src/common/clock.ts';
import { noHeaders } from '../../../src/common/headers.ts';
import { describeWith } from '../../servers/describe-with.ts';
import type { JavaRecord } from '../../servers/java-reader.ts';
import { readWithJava } from '../../servers/java-reader.ts';
import { sharedKafka } from '../../servers/shared-servers.ts';
import { writeLogCases } from './java-cases.ts';

type SeenRecord = Pick<JavaRecord, 'offset' | 'timestamp' | 'key' | 'value'>;

const hex = (bytes: Buffer | null): string | null => bytes?.toString('hex') ?? null;

const connect = (servers: string) => {
  const clock = systemClock;
  const transport = new NetworkTransport({
    bootstrapServers: parseServers(servers).addresses,
    clientId: 'fetch-test',
    clock,
    tls: null,
    sasl: null,
    connectTimeoutMs: 10_000,
    maxAnswerBytes: 200_000_000,
  });
  const retry = { clock, chance: systemChance, retryTimeoutMs: 30_000, retryBackoffMs: 50, retryBackoffMaxMs: 1_000 };
  const cluster = new KafkaCluster({ ...retry, transport, requestTimeoutMs: 30_000, metadataMaxAgeMs: 300_000 });
  return { transport, cluster };
};

const reader = (cluster: KafkaCluster, isolationLevel: IsolationLevel, maxPartitionBytes: number): KafkaFetcher =>
  new KafkaFetcher({
    cluster,
    clock: systemClock,
    chance: systemChance,
    clientId: 'fetch-test',
    isolationLevel,
    maxPartitionBytes,
    onClose: () => undefined,
  });

describeWith(['kafka', 'java clients'], 'a fetcher of a real Kafka', () => {
  const prefix = `fetch-${Math.floor(systemChance() * 1e9).toString(36)}-`;
  let servers = '';
  let connected: ReturnType<typeof connect>;
  const cases = ['t1', 't2', 't3', 't4', ...compressionTypes];
  const javaView = new Map<IsolationLevel, readonly JavaRecord[]>();

  beforeAll(async () => {
    servers = (await sharedKafka()).address;
    await writeLogCases(servers, prefix);
    for (const isolationLevel of ['read_committed', 'read_uncommitted'] as const) {
      const topics = cases.map((name) => prefix + name);
      javaView.set(isolationLevel, await readWithJava(servers, topics, isolationLevel));
    }
    connected = connect(servers);
  }, 300_000);

  afterAll(() => connected.transport.close());

  /** All of partition 0, fetched from the beginning to the end that it has now. */
  const readAll = async (topic: string, isolationLevel: IsolationLevel, maxBytes: number): Promise<SeenRecord[]> => {
    const partition = { topic, partition: 0 };
    const fetcher = reader(connected.cluster, isolationLevel, maxBytes);
    fetcher.assign([partition]);
    fetcher.seek(partition, 0);
    const seen: SeenRecord[] = [];
    for (;;) {
      for (const { batches, position } of await fetcher.poll(5_000)) {
        for (const batch of batches) {
          for (const cursor = batch.cursor(position); cursor.next(); ) {
            const { offset, timestamp } = cursor;
            seen.push({ offset, timestamp, key: hex(cursor.key()), value: hex(cursor.value()) });
          }
        }
      }
      if (fetcher.lag(partition) === 0) break;
    }
    await fetcher.close();
    return seen;
  };

  const ofTopic = (records: readonly JavaRecord[], topic: string): SeenRecord[] =>
    records
      .filter((record) => record.topic === topic)
      .map(({ offset, timestamp, key, value }) => ({ offset, timestamp, key, value }));

  test.each(cases)('sees of %s what the Java consumer sees', { timeout: 120_000 }, async (name) => {
    const topic = prefix + name;
    for (const [isolationLevel, records] of javaView) {
      const expected = ofTopic(records, topic);
      expect(expected.length).toBeGreaterThan(1);
      for (const maxBytes of [1_048_576, 10_000, 200]) {
        expect(await readAll(topic, isolationLevel, maxBytes)).toEqual(expected);
      }
      // Every log has aborted records: the case is worth nothing without them.
      const aborted = expected.filter(({ value }) => value?.startsWith(Buffer.from('ABORTED').toString('hex')));
      expect(aborted.length > 0).toBe(isolationLevel === 'read_uncommitted');
    }
  });

  test('what it compresses is read by the Java consumer', { timeout: 120_000 }, async () => {
    const { cluster } = connected;
    const partition = { topic: `${prefix}from-here`, partition: 0 };
    const leader = await cluster.leader(partition);
    const written: string[] = [];
    for (const type of compressionTypes) {
      const builder = new RecordBatchBuilder();
      for (let index = 0; index < 1_000; index++) {
        const value = Buffer.from(`value ${index} packed here with ${type} ${'z'.repeat(index % 100)}`);
        builder.append(Buffer.from(`key ${index}`), value, 1_700_000_000_000 + index, noHeaders);
        written.push(value.toString('hex'));
      }
      const batch = compressBatch(builder.build(), type);
      expect(batch.compression).toBe(compressionTypes.indexOf(type));
      const topicData = [{ name: partition.topic, partitionData: [{ index: 0, records: batch.bytes }] }];
      const request = { acks: -1, timeoutMs: 10_000, topicData };
      const { response } = await cluster.call(leader?.nodeId ?? -1, produceApi, request, { lane: 'produce' });
      expect(response.responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
    }
    const seen = ofTopic(await readWithJava(servers, [partition.topic]), partition.topic);
    expect(seen.map(({ value }) => value)).toEqual(written);
    expect(await readAll(partition.topic, 'read_committed', 1_048_576)).toEqual(seen);
  });

  test('a position that was deleted is an error with the range of the log', { timeout: 60_000 }, async () => {
    const { cluster } = connected;
    const partition = { topic: `${prefix}t1`, partition: 0 };
    const leader = await cluster.leader(partition);
    const topics = [{ name: partition.topic, partitions: [{ partitionIndex: 0, offset: 3 }] }];
    await cluster.call(leader?.nodeId ?? -1, deleteRecordsApi, { topics, timeoutMs: 10_000 }, { lane: 'admin' });
    const fetcher = reader(cluster, 'read_committed', 1_000);
    fetcher.assign([partition]);
    fetcher.seek(partition, 1);
    await expect(fetcher.poll(20_000)).rejects.toMatchObject({
      code: 'OFFSET_OUT_OF_RANGE',
      context: { ...partition, offset: 1 },
    });
    fetcher.seek(partition, 3);
    expect((await fetcher.poll(20_000)).length).toBe(1);
    await fetcher.close();
  });
});
