import { afterAll, beforeAll, expect, test } from 'vitest';
import { kafka } from '../../src/adapters/kafka/kafka-broker.ts';
import { RecordBatchBuilder } from '../../src/broker/record-batch-builder.ts';
import { systemChance } from '../../src/common/chance.ts';
import { systemClock } from '../../src/common/clock.ts';
import { controlRequests } from '../kafka/control-requests.ts';
import { abortedTransactions } from './aborted-transactions.ts';
import { describeWith } from './describe-with.ts';
import { readWithJava } from './java-reader.ts';
import type { KafkaServer } from './kafka-server.ts';
import { startKafka } from './kafka-server.ts';
import { sharedKafka } from './shared-servers.ts';

const connect = (bootstrapServers: string) =>
  kafka({ bootstrapServers }).connect({ clientId: 'servers', clock: systemClock, chance: systemChance });

const newTopic = (name: string, partitions = 1) => ({ name, partitions, replicationFactor: -1, configs: {} });

describeWith(['own kafka'], 'a cluster of three nodes', () => {
  let server: KafkaServer;
  const requests: ReturnType<typeof controlRequests>[] = [];

  beforeAll(async () => {
    server = await startKafka({ nodes: 3, features: { 'transaction.version': 1 } });
    requests.push(controlRequests(server.bootstrapServers));
  }, 300_000);
  afterAll(async () => {
    for (const each of requests) await each.close();
    await server?.close();
  });

  test('has the feature level it was formatted with', async () => {
    expect(await requests[0]?.cluster.feature('transaction.version')).toBe(1);
  });

  test('goes on under another leader when a node is killed, and takes it back', async () => {
    const cluster = requests[0]!.cluster;
    const client = connect(server.bootstrapServers);
    const partition = { topic: 'moves', partition: 0 };
    await client.admin.createTopics([newTopic('moves', 3)]);
    const before = await cluster.leader(partition);
    await server.node(before!.nodeId).kill();
    cluster.forgetLeader(partition);
    await expect
      .poll(
        async () => {
          cluster.forgetLeader(partition);
          return (await cluster.leader(partition))?.nodeId;
        },
        { timeout: 60_000 },
      )
      .not.toBe(before?.nodeId);
    expect(await client.admin.listOffsets([{ partition, spec: 'latest' }], 'read_committed')).toEqual([0]);
    await server.node(before!.nodeId).start();
    await client.close();
  }, 300_000);
});

/** Writes one record a transaction, and ends each as it says. */
const transactions = async (
  client: ReturnType<typeof connect>,
  topic: string,
  ends: readonly (readonly [value: string, end: 'commit' | 'abort'])[],
): Promise<void> => {
  const producer = client.producer({ transactionalId: topic, transactionTimeoutMs: 30_000 });
  await producer.init();
  for (const [value, end] of ends) {
    const builder = new RecordBatchBuilder();
    builder.append(null, Buffer.from(value), 1_700_000_000_000, [{ key: 'name', value: Buffer.from([0, 255]) }]);
    producer.begin();
    await producer.send({ topic, partition: 0 }, builder.build());
    await producer[end]();
  }
};

describeWith(['own kafka', 'java clients'], 'the logs of a broker', () => {
  test('show which transactions were aborted', async () => {
    const server = await startKafka({ machine: 'load' });
    try {
      const client = connect(server.bootstrapServers);
      await client.admin.createTopics([newTopic('ended')]);
      await transactions(client, 'ended', [
        ['a', 'abort'],
        ['b', 'commit'],
        ['c', 'abort'],
      ]);
      await client.close();
      await server.stop();
      const aborted = await abortedTransactions(server.node(1).dataFolder);
      expect(aborted).toHaveLength(2);
      expect(new Set(aborted.map((line) => line.split(' ')[0])).size).toBe(1);
    } finally {
      await server.close();
    }
  }, 300_000);
});

describeWith(['kafka', 'java clients'], "Kafka's own consumer as the referee", () => {
  test('sees what was written, and leaves out what was aborted', async () => {
    const { address } = await sharedKafka();
    const client = connect(address);
    const topic = `referee-${Math.floor(systemChance() * 2 ** 40).toString(36)}`;
    await client.admin.createTopics([newTopic(topic)]);
    await transactions(client, topic, [
      ['first', 'commit'],
      ['"gone"', 'abort'],
      ['last', 'commit'],
    ]);
    await client.close();

    const hex = (text: string): string => Buffer.from(text).toString('hex');
    const committed = await readWithJava(address, [topic]);
    expect(committed.map(({ offset, value }) => [offset, value])).toEqual([
      [0, hex('first')],
      [4, hex('last')],
    ]);
    expect(committed[0]).toEqual({
      topic,
      partition: 0,
      offset: 0,
      timestamp: 1_700_000_000_000,
      key: null,
      value: hex('first'),
      headers: [['name', '00ff']],
    });
    const all = await readWithJava(address, [topic], 'read_uncommitted');
    expect(all.map(({ value }) => value)).toEqual([hex('first'), hex('"gone"'), hex('last')]);
  }, 300_000);
});
