import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { unsecuredToken } from '../../../../stream-core/test/kafka/unsecured-token.ts';
import { addAcls } from '../../../../stream-core/test/servers/add-acls.ts';
import { describeWith } from '../../../../stream-core/test/servers/describe-with.ts';
import { paymentsAcls, topicCreationAcls } from '../../../test/payments/kafka/payments-acls.ts';
import { usePaymentsPlaces } from '../../../test/payments/kafka/payments-places.ts';
import type { PaymentsProcess } from '../../../test/payments/kafka/payments-process.ts';
import type { PaymentsRun } from '../../../test/payments/kafka/payments-run.ts';
import { wrongIn } from '../../../test/payments/kafka/payments-run.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const payments = 500;
// With the bad records that can be read.
const confirmable = payments + 4;
const password = 'a-secret-8d21';
const patience = { timeout: 300_000, interval: 50 };

describeWith(['own kafka', 'registry', 'java clients'], 'payments on a real broker', () => {
  const places = usePaymentsPlaces();

  /** A broker that lets somebody in over TLS, to do what ACLs allow. */
  const securePlace = async () => {
    const secure = { protocol: 'SASL_SSL', users: { pipeline: password } } as const;
    const { server, run } = await places.place({ secure, acls: true });
    const authority = join(places.folder, 'authority.pem');
    await writeFile(authority, server.certificate?.authority ?? '');
    return { server, run, args: ['--bootstrap', server.secureServers, '--tls-ca', authority] };
  };

  /** Sends payments until all are confirmed, ends the process as an orchestrator of containers does, and audits. */
  const payThrough = async (run: PaymentsRun, pipeline: PaymentsProcess): Promise<void> => {
    await pipeline.event('pipeline.running');
    const traffic = run.pay(payments);
    await traffic.sent;
    await expect.poll(() => traffic.counts, patience).toEqual({ sent: confirmable, confirmed: confirmable });
    await run.balance();
    await pipeline.signal('SIGTERM');
    const { code } = await pipeline.ended;
    expect(code).toBe(0);
    expect(pipeline.lines.at(-1)).toMatchObject({ event: 'pipeline.stopped', code: 0 });
    expect(pipeline.lines.filter(({ level }) => level === 'error')).toEqual([]);
    const books = await run.books();
    expect(wrongIn(books)).toEqual([]);
    expect(books.distinctRequests).toBe(confirmable);
    expect(books.unreadableRequests).toBe(4);
    expect([...books.outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(confirmable);
    expect(books.outcomes.get('COMPLETED')).toBeGreaterThan(payments / 2);
    expect(books.moneyOut).toBe(books.moneyIn + books.fees);
  };

  const lenient = ['--bad-records', 'continue', '--log-level', 'debug'];

  test('without security', async () => {
    const { run } = await places.place();
    await payThrough(run, run.start([...lenient, '--create-topics']));
  });

  test('over TLS with SCRAM-SHA-512, and the ACLs of the docs alone; the password is in no line', async () => {
    const { server, run, args } = await securePlace();
    await addAcls(server.bootstrapServers, new Map([['pipeline', paymentsAcls()]]));
    await run.createTopics();
    const config = join(places.folder, 'config.json');
    await writeFile(
      config,
      JSON.stringify({ saslMechanism: 'SCRAM-SHA-512', saslUsername: 'pipeline', saslPassword: password }),
    );
    const pipeline = run.start([...lenient, ...args, '--config', config]);
    await payThrough(run, pipeline);
    expect(pipeline.lines[0]).toMatchObject({ event: 'pipeline.starting', tls: true, sasl: 'SCRAM-SHA-512' });
    expect(pipeline.text).not.toContain(password);
    expect(pipeline.text).not.toContain(Buffer.from(password).toString('base64').slice(0, 12));
  });

  test('over TLS with OAUTHBEARER; the token is in no line, and topics are created with the ACLs for that', async () => {
    const { server, run, args } = await securePlace();
    await addAcls(server.bootstrapServers, new Map([['pipeline', [...paymentsAcls(), ...topicCreationAcls()]]]));
    const token = unsecuredToken('pipeline');
    const more = ['--sasl-mechanism', 'OAUTHBEARER', '--create-topics'];
    const pipeline = run.start([...lenient, ...args, ...more], { MILLRACE_SASL_TOKEN: token });
    await payThrough(run, pipeline);
    expect(pipeline.text).not.toContain(token);
  });
});
