import { connect as connectSocket } from 'node:net';
import type { KafkaConfig } from 'kafkajs';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { KafkajsOptions } from '../../src/adapters/kafkajs/kafkajs-broker.ts';
import { kafkajs } from '../../src/adapters/kafkajs/kafkajs-broker.ts';
import type { BrokerClient } from '../../src/broker/broker.ts';
import { RecordBatchBuilder } from '../../src/broker/record-batch-builder.ts';
import { systemChance } from '../../src/common/chance.ts';
import { sleep, systemClock } from '../../src/common/clock.ts';
import { noHeaders } from '../../src/common/headers.ts';
import { silentLogger } from '../../src/common/logger.ts';
import { KafkaStreams } from '../../src/kafka-streams.ts';
import { StreamsBuilder } from '../../src/kstream/streams-builder.ts';
import { serdes } from '../../src/serdes/serdes.ts';
import { inMemoryState } from '../../src/state/in-memory-state.ts';
import type { Topology } from '../../src/topology/topology.ts';
import { describeWith } from '../servers/describe-with.ts';
import type { KafkaServer } from '../servers/kafka-server.ts';
import { startKafka } from '../servers/kafka-server.ts';

const reauthenticationMs = 3_000;
/** How long before the end of a session kafkajs authenticates again; its default is longer than these sessions. */
const reauthenticationThreshold = 1_500;
const user = { username: 'app', password: 'secret' };
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const connect = (config: KafkaConfig, options: Partial<KafkajsOptions> = {}): BrokerClient => {
  const client = new Kafka({ logLevel: logLevel.NOTHING, ...config });
  const connected = kafkajs({ client, ...options }).connect({
    clientId: 'test',
    clock: systemClock,
    chance: systemChance,
  });
  closing.push(() => connected.close());
  return connected;
};

const createTopic = ({ admin }: BrokerClient, name: string, partitions = 1): Promise<void> =>
  admin.createTopics([{ name, partitions, replicationFactor: -1, configs: {} }]);

describeWith(['own kafka'], 'an application with kafkajs', () => {
  let server: KafkaServer;
  let plain: KafkaConfig;
  let secure: KafkaConfig;

  beforeAll(async () => {
    server = await startKafka({
      secure: { protocol: 'SASL_SSL', users: { [user.username]: user.password } },
      properties: { 'connections.max.reauth.ms': String(reauthenticationMs) },
    });
    plain = { brokers: server.bootstrapServers.split(',') };
    const ssl = { ca: [server.certificate?.authority ?? ''] };
    secure = {
      brokers: server.secureServers.split(','),
      ssl,
      sasl: { mechanism: 'plain', ...user },
      reauthenticationThreshold,
    };
  }, 240_000);

  afterAll(() => server.close());

  test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)('comes in by TLS and %s', async (mechanism) => {
    const { admin } = connect({ ...secure, sasl: { mechanism, ...user } as NonNullable<KafkaConfig['sasl']> });
    expect(await admin.listTopics()).toBeInstanceOf(Array);
  });

  test('comes in by an authenticator of its own', async () => {
    const hosts: string[] = [];
    const { admin } = connect({
      ...secure,
      sasl: {
        mechanism: 'plain',
        authenticationProvider: ({ host, saslAuthenticate }) => ({
          authenticate: async () => {
            hosts.push(host);
            const token = Buffer.from(`\0${user.username}\0${user.password}`);
            const encode = () => Buffer.concat([Buffer.from([0, 0, 0, token.length]), token]);
            await saslAuthenticate({ request: { encode } });
          },
        }),
      },
    });
    expect(await admin.listTopics()).toBeInstanceOf(Array);
    expect(hosts).toContain('localhost');
  });

  test('uses its own sockets', async () => {
    const opened: string[] = [];
    const { admin } = connect({
      ...plain,
      socketFactory: ({ host, port, onConnect }) => {
        opened.push(`${host}:${port}`);
        return connectSocket({ host, port }, onConnect);
      },
    });
    await admin.listTopics();
    expect(new Set(opened)).toEqual(new Set(plain.brokers as string[]));
  });

  test.each(['plain', 'scram-sha-512'] as const)('with a wrong password and %s is told so', async (mechanism) => {
    const sasl = { mechanism, ...user, password: 'wrong' } as NonNullable<KafkaConfig['sasl']>;
    const { admin } = connect({ ...secure, sasl });
    await expect(admin.listTopics()).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
  });

  test('that does not trust the broker is told so', async () => {
    const { admin } = connect({ ...secure, ssl: true });
    await expect(admin.listTopics()).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
  });

  test('whose broker is away is told so when its time is over', async () => {
    const { admin } = connect({ brokers: ['127.0.0.1:1'] }, { retryTimeoutMs: 300 });
    await expect(admin.listTopics()).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
  });

  test('writes on in order while its sessions end and begin anew', async () => {
    const seen = { connections: 0, handshakes: 0 };
    const client = connect({
      ...secure,
      logLevel: logLevel.DEBUG,
      logCreator: () => (entry) => {
        if (entry.log.message === 'Connecting') seen.connections++;
        if (entry.log.message.startsWith('Request SaslHandshake')) seen.handshakes++;
      },
    });
    await createTopic(client, 'reauthenticated');
    const producer = client.producer({ transactionalId: null, transactionTimeoutMs: 10_000 });
    await producer.init();
    const partition = { topic: 'reauthenticated', partition: 0 };
    const sends: Promise<{ baseOffset: number | null }>[] = [];
    const endMs = systemClock.monotonic() + 3 * reauthenticationMs;
    while (systemClock.monotonic() < endMs) {
      const builder = new RecordBatchBuilder();
      builder.append(null, Buffer.from(`${sends.length}`), systemClock.now(), noHeaders);
      sends.push(producer.send(partition, builder.build()));
      await sleep(systemClock, 1);
    }
    const offsets = (await Promise.all(sends)).map(({ baseOffset }) => baseOffset);
    expect(offsets).toEqual(offsets.map((_, index) => index));
    // One at the beginning of each connection, and at least one on the producer's later.
    expect(seen.handshakes).toBeGreaterThan(seen.connections);
    expect(seen.connections).toBeLessThan(5);
  }, 60_000);

  test('counts words at least once', async () => {
    const client = connect(secure);
    await createTopic(client, 'lines', 2);
    await createTopic(client, 'word-counts', 1);
    const streams = new KafkaStreams({
      applicationId: 'word-count',
      topology: wordCount(),
      broker: kafkajs({ client: { ...secure, logLevel: logLevel.NOTHING } }),
      processingGuarantee: 'at_least_once',
      state: inMemoryState(),
      commitInterval: 50,
      logger: silentLogger,
    });
    closing.push(() => streams.close());
    await streams.start();
    // What kafkajs itself writes and reads, as the rest of such an application does.
    const kafka = new Kafka({ ...plain, logLevel: logLevel.NOTHING });
    const producer = kafka.producer();
    await producer.connect();
    const lines = ['to be or not to be', 'to see', 'or not'];
    await producer.send({ topic: 'lines', messages: lines.map((value, index) => ({ key: `${index}`, value })) });
    await producer.disconnect();
    const counts = new Map<string, number>();
    const consumer = kafka.consumer({ groupId: 'reader' });
    await consumer.connect();
    closing.push(() => consumer.disconnect());
    await consumer.subscribe({ topic: 'word-counts', fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        counts.set(String(message.key), Number(message.value?.readBigInt64BE()));
      },
    });
    const expected = { to: 3, be: 2, or: 2, not: 2, see: 1 };
    await expect.poll(() => Object.fromEntries(counts), { timeout: 30_000 }).toEqual(expected);
  }, 60_000);
});

const wordCount = (): Topology => {
  const builder = new StreamsBuilder();
  builder
    .stream('lines', { key: serdes.string(), value: serdes.string() })
    .flatMapValues((line) => line.split(' '))
    .groupBy((_, word) => word, { key: serdes.string(), value: serdes.string() })
    .count({ materialized: { name: 'counts' } })
    .toStream()
    .to('word-counts', { key: serdes.string(), value: serdes.long() });
  return builder.build();
};

test('exactly_once_v2 is refused at the start, before anything is connected', async () => {
  const connections: string[] = [];
  const streams = new KafkaStreams({
    applicationId: 'refused',
    topology: wordCount(),
    broker: kafkajs({
      client: {
        brokers: () => {
          connections.push('asked for the brokers');
          return ['127.0.0.1:1'];
        },
      },
    }),
    processingGuarantee: 'exactly_once_v2',
    state: inMemoryState(),
    logger: silentLogger,
  });
  await expect(streams.start()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  expect(connections).toEqual([]);
});
