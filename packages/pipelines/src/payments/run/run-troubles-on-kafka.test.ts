import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Acl } from '../../../../stream-core/test/servers/add-acls.ts';
import { addAcls } from '../../../../stream-core/test/servers/add-acls.ts';
import { describeWith } from '../../../../stream-core/test/servers/describe-with.ts';
import type { KafkaServer } from '../../../../stream-core/test/servers/kafka-server.ts';
import { startKafka } from '../../../../stream-core/test/servers/kafka-server.ts';
import type { SchemaRegistryServer } from '../../../../stream-core/test/servers/schema-registry.ts';
import { startSchemaRegistry } from '../../../../stream-core/test/servers/schema-registry.ts';
import { paymentsAcls } from '../../../test/payments/kafka/payments-acls.ts';
import { PaymentsProcess } from '../../../test/payments/kafka/payments-process.ts';
import { PaymentsRun } from '../../../test/payments/kafka/payments-run.ts';
import { topicNames } from '../topics.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const password = 'a-secret-8d21';
/** A process that gives up says once why, exits with 1, and has told no secret. */
const givesUp = async (pipeline: PaymentsProcess) => {
  const { code, text } = await pipeline.ended;
  expect(code).toBe(1);
  expect(text).not.toContain(password);
  expect(pipeline.lines.at(-1)).toMatchObject({ event: 'pipeline.stopped', code: 1 });
  const failures = pipeline.lines.filter(({ event }) => event === 'pipeline.failed');
  expect(failures).toHaveLength(1);
  return failures[0];
};

describe('millrace run payments with a wrong address', () => {
  test('says so within seconds, goes on trying, and ends with 0 on SIGTERM without waiting for it', async () => {
    const args = ['--bootstrap', '127.0.0.1:1', '--registry', 'http://127.0.0.1:1', '--drain-timeout', '60'];
    const pipeline = new PaymentsProcess(args, { MILLRACE_HMAC_KEY: Buffer.alloc(32, 7).toString('base64') });
    expect(await pipeline.event('cluster.unreachable')).toMatchObject({
      level: 'warn',
      code: 'BROKER_UNAVAILABLE',
      error: expect.stringContaining('127.0.0.1:1 refuses connections. Check the address'),
    });
    await pipeline.signal('SIGTERM');
    expect(await pipeline.ended).toMatchObject({ code: 0 });
    expect(pipeline.text).not.toContain('drain_timeout');
  });
});

describeWith(['own kafka', 'registry', 'java clients'], 'millrace run payments on a real broker gives up', () => {
  let server: KafkaServer;
  let registry: SchemaRegistryServer;
  let folder: string;
  let run: PaymentsRun;
  /** The arguments of who comes as a user, whose name is the last one. */
  let secure: readonly string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-troubles-'));
    const users = { complete: password, lacking: password };
    registry = await startSchemaRegistry();
    server = await startKafka({ secure: { protocol: 'SASL_SSL', users }, acls: true });
    const isKept = ({ operation, name }: Acl): boolean => operation !== 'WRITE' || name !== topicNames.ledger;
    const acls = paymentsAcls();
    await addAcls(
      server.bootstrapServers,
      new Map([
        ['complete', acls],
        ['lacking', acls.filter(isKept)],
      ]),
    );
    const authority = join(folder, 'authority.pem');
    await writeFile(authority, server.certificate?.authority ?? '');
    const address = ['--bootstrap', server.secureServers, '--tls-ca', authority];
    secure = [...address, '--sasl-mechanism', 'SCRAM-SHA-512', '--sasl-username'];
    run = new PaymentsRun({ server, registry: registry.url });
  });
  afterEach(() => run.close());
  afterAll(async () => {
    await server?.close();
    await registry?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('when the password is wrong, at once', async () => {
    const wrong = `${password}-wrong`;
    const failed = await givesUp(run.start([...secure, 'complete'], { MILLRACE_SASL_PASSWORD: wrong }));
    expect(failed).toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      error: expect.stringContaining(server.secureServers),
    });
  });

  test('when topics are missing, with all of their names', async () => {
    const failed = await givesUp(run.start(['--applications', 'core']));
    expect(failed).toMatchObject({ code: 'SOURCE_TOPIC_MISSING' });
    expect(failed?.error).toContain('payment-requests, core-commands, core-credits; create them');
  });

  test('when an ACL is missing, with the topic that it is for', async () => {
    await run.createTopics();
    const lacking = run.start([...secure, 'lacking'], { MILLRACE_SASL_PASSWORD: password });
    const failed = await givesUp(lacking);
    expect(failed).toMatchObject({ code: 'AUTHORIZATION_FAILED' });
    expect(failed?.error).toMatch(/core-ledger.*Give the user of this client the rights/u);
    // With that one it runs.
    const complete = run.start([...secure, 'complete'], { MILLRACE_SASL_PASSWORD: password });
    await complete.event('pipeline.running');
    await complete.signal('SIGTERM');
    expect(await complete.ended).toMatchObject({ code: 0 });
  });

  test('when topics have other partition counts than it is told, its own and those of the pipeline', async () => {
    await run.createTopics();
    const creating = await givesUp(run.start(['--create-topics', '--scale', '0.1']));
    expect(creating).toMatchObject({ code: 'TOPIC_EXISTS' });
    expect(creating?.error).toContain('payment-requests has 3 partitions instead of 5');
    expect(creating?.error).toContain('Use the --scale that they were created with');
    const first = run.start([]);
    await first.event('pipeline.running');
    await first.signal('SIGTERM');
    await first.ended;
    const internal = await givesUp(run.start(['--scale', '0.1']));
    expect(internal).toMatchObject({ code: 'INTERNAL_TOPIC_INVALID' });
    expect(internal?.error).toMatch(/-repartition has 2 partitions but the topology needs \d/u);
  });
});
