import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { kafka } from '../../src/adapters/kafka/kafka-broker.ts';
import type { KafkaOptions } from '../../src/adapters/kafka/kafka-options.ts';
import type { SaslOptions } from '../../src/adapters/kafka/network/network-options.ts';
import type { BrokerClient } from '../../src/broker/broker.ts';
import { systemChance } from '../../src/common/chance.ts';
import { systemClock } from '../../src/common/clock.ts';
import { describeWith } from '../servers/describe-with.ts';
import type { KafkaServer } from '../servers/kafka-server.ts';
import { startKafka } from '../servers/kafka-server.ts';
import { unsecuredToken } from './unsecured-token.ts';

const username = 'alice';
const password = 'wonderland-7f3a';
const clients: BrokerClient[] = [];

const connect = (options: KafkaOptions): BrokerClient => {
  const client = kafka({ retryTimeoutMs: 1_000, ...options }).connect({
    clientId: 'connections',
    clock: systemClock,
    chance: systemChance,
  });
  clients.push(client);
  return client;
};

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

/** Everything of an error that somebody could print. */
const printed = (error: unknown): string => {
  const texts: string[] = [];
  for (let current = error; current instanceof Error; current = current.cause) {
    texts.push(current.message, current.stack ?? '', JSON.stringify(current));
  }
  return texts.join('\n');
};

describeWith(['own kafka'], 'connections to a real broker', () => {
  let server: KafkaServer;

  beforeAll(async () => {
    server = await startKafka({
      secure: { protocol: 'SASL_SSL', users: { [username]: password } },
      properties: { 'connection.failed.authentication.delay.ms': '10' },
    });
  }, 300_000);
  afterAll(() => server?.close());

  const secure = (sasl?: SaslOptions, more: Partial<KafkaOptions> = {}): KafkaOptions => ({
    bootstrapServers: server.secureServers,
    tls: { ca: server.certificate?.authority },
    ...(sasl !== undefined && { sasl }),
    ...more,
  });

  const scram = { mechanism: 'SCRAM-SHA-512', username, password } as const;
  const refusedOf = async (options: KafkaOptions): Promise<unknown> => {
    const { admin } = connect(options);
    return admin.listTopics().then(
      () => null,
      (error: unknown) => error,
    );
  };

  test.each<SaslOptions>([
    { mechanism: 'PLAIN', username, password },
    { mechanism: 'SCRAM-SHA-256', username, password },
    scram,
    { mechanism: 'OAUTHBEARER', token: () => unsecuredToken(username) },
  ])('over TLS with $mechanism', async (sasl) => {
    const { admin } = connect(secure(sasl));
    const name = `over-${sasl.mechanism}`;
    await admin.createTopics([{ name, partitions: 2, replicationFactor: -1, configs: {} }]);
    expect((await admin.describeTopics([name])).get(name)?.partitions).toBe(2);
    const partition = { topic: name, partition: 1 };
    expect(await admin.listOffsets([{ partition, spec: 'latest' }], 'read_committed')).toEqual([0]);
  });

  test.each<SaslOptions>([
    { mechanism: 'PLAIN', username, password: 'a-wrong-password' },
    { mechanism: 'SCRAM-SHA-256', username, password: 'a-wrong-password' },
    { mechanism: 'SCRAM-SHA-512', username: 'mallory', password: 'a-wrong-password' },
    { mechanism: 'OAUTHBEARER', token: () => unsecuredToken('a-wrong-password', -60_000) },
  ])('wrong credentials for $mechanism: AUTHENTICATION_FAILED at once, without them', async (sasl) => {
    const startedAt = systemClock.monotonic();
    const error = await refusedOf(secure(sasl, { retryTimeoutMs: 120_000 }));
    expect(systemClock.monotonic() - startedAt).toBeLessThan(60_000);
    expect(error).toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringContaining(`The broker at ${server.secureServers} does not accept`),
    });
    expect(printed(error)).not.toContain('a-wrong-password');
    expect(printed(error)).not.toContain(Buffer.from('a-wrong-password').toString('base64').slice(0, 12));
  });

  test('a token function that fails is tried again, and what it said is not told', async () => {
    let calls = 0;
    const token = () => {
      calls++;
      throw new Error('secret-client-id refused');
    };
    const error = await refusedOf(secure({ mechanism: 'OAUTHBEARER', token }));
    expect(error).toMatchObject({ code: 'BROKER_UNAVAILABLE', message: expect.stringContaining('sasl.token') });
    expect(printed(error)).not.toContain('secret-client-id');
    expect(calls).toBeGreaterThan(1);
  });

  test('a mechanism that the port does not offer: AUTHENTICATION_FAILED', async () => {
    expect(await refusedOf({ bootstrapServers: server.bootstrapServers, sasl: scram })).toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringContaining('SCRAM-SHA-512'),
    });
  });

  test('without TLS at a port that expects it: an error that says so', async () => {
    const error = await refusedOf({ bootstrapServers: server.secureServers });
    expect(error).toMatchObject({ message: expect.stringMatching(/expects TLS|`tls`/) });
  });

  test('with TLS at a port without it: an error that says so', async () => {
    const error = await refusedOf({ bootstrapServers: server.bootstrapServers, tls: true });
    expect(error).toMatchObject({ message: expect.stringContaining('speaks TLS') });
  });

  test('without credentials at a port that expects them: an error that says so', async () => {
    const error = await refusedOf(secure());
    expect(error).toMatchObject({ code: 'BROKER_UNAVAILABLE', message: expect.stringContaining('`sasl`') });
  });

  test('a certificate of an authority that is not trusted: AUTHENTICATION_FAILED', async () => {
    const error = await refusedOf(secure(scram, { tls: true }));
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', message: expect.stringContaining('TLS') });
  });

  test('a certificate of another name: AUTHENTICATION_FAILED', async () => {
    const tls = { ca: server.certificate?.authority, servername: 'kafka.example' };
    expect(await refusedOf(secure(scram, { tls }))).toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
  });

  test('a wrong address: BROKER_UNAVAILABLE with the address, after the retry time', async () => {
    expect(await refusedOf({ bootstrapServers: '127.0.0.1:1' })).toMatchObject({
      code: 'BROKER_UNAVAILABLE',
      message: expect.stringContaining('127.0.0.1:1 refuses connections'),
    });
    expect(await refusedOf({ bootstrapServers: 'nowhere.invalid:9092' })).toMatchObject({
      code: 'BROKER_UNAVAILABLE',
      message: expect.stringContaining('nowhere.invalid:9092 cannot be found'),
    });
  });

  test('a broker that was away: the same client goes on when it is back', async () => {
    const { admin } = connect({ bootstrapServers: server.bootstrapServers, retryTimeoutMs: 300_000 });
    await admin.createTopics([{ name: 'away', partitions: 1, replicationFactor: -1, configs: {} }]);
    await server.kill();
    const offsets = admin.listOffsets(
      [{ partition: { topic: 'away', partition: 0 }, spec: 'latest' }],
      'read_committed',
    );
    await server.start();
    expect(await offsets).toEqual([0]);
  }, 300_000);
});
