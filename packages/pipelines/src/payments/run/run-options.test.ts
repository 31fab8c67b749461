import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { gatherSettings } from '../../shared/settings/gather-settings.ts';
import { readRunOptions } from './run-options.ts';
import { runSettings } from './run-settings.ts';

const hmacKey = Buffer.alloc(32, 7).toString('base64');
const least = ['--bootstrap', 'kafka:9092', '--registry', 'http://registry:8081'];

const read = (args: readonly string[], env: Record<string, string> = { MILLRACE_HMAC_KEY: hmacKey }) =>
  readRunOptions(gatherSettings(runSettings, { args, env }));

const problems = (args: readonly string[], env: Record<string, string> = {}): string[] => {
  try {
    read(args, env);
  } catch (error) {
    return String((error as Error).message).split('\n');
  }
  return [];
};

test('what is not given has its default', () => {
  expect(read(least)).toMatchObject({
    cluster: { bootstrapServers: ['kafka:9092'], tls: null, sasl: null },
    registry: { urls: ['http://registry:8081'], auth: null },
    applications: ['orchestrator', 'fraud', 'revenue', 'core'],
    applicationId: 'payment-orchestrator-cg',
    instanceId: null,
    sessionTimeoutMs: 45_000,
    guarantee: 'exactly_once_v2',
    answerTimeoutMs: 5_000,
    state: { engine: 'memory' },
    createTopics: false,
    partitionsDivisor: 1,
    replicationFactor: 3,
    health: null,
    drainTimeoutMs: 30_000,
    logLevel: 'info',
  });
});

test('everything can be given', () => {
  const args = [
    ...['--bootstrap', 'a:1, [::1]:2', '--applications', 'core,orchestrator', '--application-id', 'mine'],
    ...['--guarantee', 'at_least_once', '--state', '/data', '--state-engine', 'rocksdb', '--create-topics'],
    ...['--scale', '0.1', '--replication-factor', '-1', '--health-port', '8080', '--drain-timeout', '5'],
    ...['--log-level', 'warn', '--tls', '--sasl-mechanism', 'SCRAM-SHA-512', '--sasl-username', 'u'],
    ...['--registry', 'https://r', '--registry-username', 'ru', '--bad-records', 'continue'],
    ...['--instance-id', 'payments-0', '--session-timeout', '6'],
    ...['--answer-timeout', '7'],
  ];
  const env = { MILLRACE_HMAC_KEY: hmacKey, MILLRACE_SASL_PASSWORD: 'p', MILLRACE_REGISTRY_PASSWORD: 'rp' };
  expect(read(args, env)).toMatchObject({
    cluster: {
      bootstrapServers: ['a:1', '[::1]:2'],
      tls: { ca: null },
      sasl: { mechanism: 'SCRAM-SHA-512', username: 'u', password: 'p' },
    },
    registry: { auth: { username: 'ru', password: 'rp' } },
    applications: ['orchestrator', 'core'],
    applicationId: 'mine',
    instanceId: 'payments-0',
    sessionTimeoutMs: 6_000,
    guarantee: 'at_least_once',
    answerTimeoutMs: 7_000,
    state: { engine: 'rocksdb', directory: '/data' },
    createTopics: true,
    partitionsDivisor: 10,
    replicationFactor: -1,
    badRecords: 'continue',
    health: { host: '0.0.0.0', port: 8080 },
    drainTimeoutMs: 5_000,
    logLevel: 'warn',
  });
});

test('state in a directory is on an engine that keeps it', () => {
  expect(read([...least, '--state', '/data']).state).toEqual({ engine: 'lmdb', directory: '/data' });
});

describe('all problems are told at once', () => {
  test('of what is missing', () => {
    expect(problems([])).toEqual([
      '--bootstrap: it is missing; give HOST:PORT of one or more brokers',
      '--registry: it is missing; give http://HOST:PORT or https://HOST:PORT, with the path if there is one',
      'MILLRACE_HMAC_KEY: it is missing; give 32 random bytes in base64, the same to every instance, for good',
    ]);
  });

  test('of what is wrong, with the place where it was given', () => {
    const args = [
      ...['--bootstrap', 'kafka,b:0', '--scale', '11', '--health-port', '70000', '--applications', 'coer'],
      ...['--tls-cert', '/nowhere/c.pem', '--sasl-mechanism', 'PLAIN', '--state-engine', 'lmdb', '--nonsense'],
      ...['--instance-id', 'payments 0', '--session-timeout', '0'],
    ];
    const env = { MILLRACE_LOG_LEVEL: 'loud', MILLRACE_HMAC_KEY: 'short', MILLRACE_REGISTRY_PASSWORD: 'x' };
    expect(problems([...least.slice(2), ...args], env)).toEqual([
      '--nonsense: there is no such option',
      '--bootstrap kafka: give HOST:PORT',
      '--bootstrap b:0: give HOST:PORT',
      '--tls-cert /nowhere/c.pem: ENOENT; give the path of a file',
      '--tls-cert and --tls-key: one needs the other; give both or none',
      '--health-port 70000: give a whole number from 0 to 65535',
      '--sasl-username: it is missing; PLAIN needs a user',
      'MILLRACE_SASL_PASSWORD: it is missing; PLAIN needs a password',
      'MILLRACE_REGISTRY_PASSWORD: it needs --registry-username',
      '--applications coer: give orchestrator, fraud, revenue, core',
      "--instance-id payments 0: give 1 to 200 ASCII letters, digits, '.', '_' or '-'",
      '--session-timeout 0: give a whole number from 1 to 1800',
      '--state-engine lmdb: it needs --state',
      '--scale 11: give a number from 0.01 to 10',
      'MILLRACE_LOG_LEVEL loud: give debug, info, warn, error',
      'MILLRACE_HMAC_KEY: it is not base64 of 32 bytes or more',
    ]);
  });

  test('of credentials that nothing asks for, which are not repeated', () => {
    const told = problems(least, { MILLRACE_HMAC_KEY: `${hmacKey}!`, MILLRACE_SASL_PASSWORD: 'hunter2' });
    expect(told).toEqual([
      'MILLRACE_SASL_PASSWORD: it needs --sasl-mechanism',
      'MILLRACE_HMAC_KEY: it is not base64 of 32 bytes or more',
    ]);
  });
});

test('the key is not shown by anything that prints the options', () => {
  expect(inspect(read(least), { depth: 10 })).not.toContain(hmacKey.slice(0, 10));
});
