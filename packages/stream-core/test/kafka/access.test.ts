import { afterAll, beforeAll, expect, test } from 'vitest';

import { kafka } from '../../src/adapters/kafka/kafka-broker.ts';
import { metadataApi } from '../../src/adapters/kafka/protocol/metadata-api.ts';
import { anyNode } from '../../src/adapters/kafka/transport.ts';
import type { BrokerClient } from '../../src/broker/broker.ts';
import { systemChance } from '../../src/common/chance.ts';
import { sleep, systemClock } from '../../src/common/clock.ts';
import { describeWith } from '../servers/describe-with.ts';
import type { KafkaServer } from '../servers/kafka-server.ts';
import { startKafka } from '../servers/kafka-server.ts';
import { controlRequests } from './control-requests.ts';

const password = 'wonderland-7f3a';
/** The broker wants everybody to prove again who they are after so long. */
const reauthenticationMs = 2_000;

describeWith(['own kafka'], 'ACLs and authentication that ends, on a real broker', () => {
  let server: KafkaServer;
  const clients: BrokerClient[] = [];

  const connect = (username: string | null): BrokerClient => {
    const sasl = username === null ? {} : { sasl: { mechanism: 'SCRAM-SHA-512', username, password } as const };
    const secure = { bootstrapServers: server.secureServers, tls: { ca: server.certificate?.authority }, ...sasl };
    const options = username === null ? { bootstrapServers: server.bootstrapServers } : secure;
    const client = kafka({ retryTimeoutMs: 5_000, ...options }).connect({
      clientId: 'access',
      clock: systemClock,
      chance: systemChance,
    });
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    server = await startKafka({
      secure: { protocol: 'SASL_SSL', users: { alice: password, bob: password } },
      acls: true,
      properties: { 'listener.name.client.connections.max.reauth.ms': String(reauthenticationMs) },
    });
    const { admin } = connect(null);
    const topics = ['open', 'closed'].map((name) => ({ name, partitions: 1, replicationFactor: -1, configs: {} }));
    await admin.createTopics(topics);
    await server.addAcl('--allow-principal User:alice --operation All --topic open');
  }, 300_000);
  afterAll(async () => {
    for (const client of clients) await client.close();
    await server?.close();
  });

  const denied = (what: string) => ({ code: 'AUTHORIZATION_FAILED', message: expect.stringContaining(what) });
  const latest = (topic: string) => [{ partition: { topic, partition: 0 }, spec: 'latest' as const }];

  test('what an ACL allows works, and the rest is AUTHORIZATION_FAILED', async () => {
    const { admin } = connect('alice');
    expect(await admin.listOffsets(latest('open'), 'read_committed')).toEqual([0]);
    expect(await admin.listTopics()).toEqual(['open']);
    await expect(admin.listOffsets(latest('closed'), 'read_committed')).rejects.toMatchObject(denied('closed'));
    await expect(admin.topicConfigs('closed')).rejects.toMatchObject(denied('closed'));
    await expect(admin.groupOffsets('group')).rejects.toMatchObject(denied('group'));
    const topic = { name: 'new', partitions: 1, replicationFactor: -1, configs: {} };
    await expect(admin.createTopics([topic])).rejects.toMatchObject(denied('new'));
    await expect(connect('bob').admin.listOffsets(latest('open'), 'read_committed')).rejects.toMatchObject(
      denied('open'),
    );
  });

  test('a client proves again who it is before the broker ends the connection: no request fails', async () => {
    const sasl = { mechanism: 'SCRAM-SHA-512', username: 'alice', password } as const;
    const requests = controlRequests(server.secureServers, { tls: { ca: server.certificate?.authority }, sasl });
    const request = { topics: [{ name: 'open' }], allowAutoTopicCreation: false };
    const startedAt = systemClock.monotonic();
    // One attempt each: a connection that the broker ends would show.
    while (systemClock.monotonic() - startedAt < reauthenticationMs * 4) {
      const { response } = await requests.cluster.call(anyNode, metadataApi, request, { lane: 'test' });
      expect(response.topics).toMatchObject([{ name: 'open', errorCode: 0 }]);
      await sleep(systemClock, 5);
    }
    await requests.close();
  });
});
