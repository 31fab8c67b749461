import { expect, test } from 'vitest';

import { kafka } from './kafka-broker.ts';
import type { KafkaOptions } from './kafka-options.ts';
import { resolveOptions, resolveTuning } from './kafka-options.ts';

const resolved = (options: Partial<KafkaOptions>) => resolveOptions({ bootstrapServers: 'localhost:9092', ...options });

test('servers are written as text, as a list, and with IPv6 addresses', () => {
  const servers = (bootstrapServers: string | readonly string[]) =>
    resolved({ bootstrapServers }).network.bootstrapServers;
  expect(servers('a:1, b.example:65535')).toEqual([
    { host: 'a', port: 1 },
    { host: 'b.example', port: 65_535 },
  ]);
  expect(servers(['[::1]:9092'])).toEqual([{ host: '::1', port: 9092 }]);
});

test('what is left out has its default', () => {
  const { settings, network } = resolved({});
  expect(settings).toEqual({
    requestTimeoutMs: 30_000,
    retryTimeoutMs: 120_000,
    retryBackoffMs: 50,
    retryBackoffMaxMs: 1_000,
    metadataMaxAgeMs: 300_000,
    maxRequestSizeBytes: 1_048_576,
    compression: 'none',
    fetch: { retryBackoffMs: 50, retryBackoffMaxMs: 1_000 },
  });
  expect(network).toMatchObject({ tls: null, sasl: null, connectTimeoutMs: 10_000, maxAnswerBytes: 268_435_456 });
  expect(resolved({ tls: true }).network.tls).toEqual({});
});

test('all problems are reported at once, and no secret is among them', () => {
  const secret = 'do-not-show-me';
  const options = {
    bootstrapServers: 'localhost, b:0,http://c:9092',
    sasl: { mechanism: 'SCRAM-SHA-512', username: '', password: secret },
    requestTimeoutMs: 400,
    retryTimeoutMs: -1,
    connectTimeoutMs: Number.NaN,
    fetch: { fetchMaxBytes: 0 },
  } as const;
  const error = expect.objectContaining({
    code: 'CONFIG_INVALID',
    problems: [
      ...["'localhost'", "'b:0'", "'http://c:9092'"].map((text) =>
        expect.objectContaining({ where: 'bootstrapServers', problem: `${text} is no address` }),
      ),
      expect.objectContaining({ where: 'fetch.fetchMaxWaitMs' }),
      expect.objectContaining({ where: 'fetch.fetchMaxBytes' }),
      expect.objectContaining({ where: 'retryTimeoutMs' }),
      expect.objectContaining({ where: 'connectTimeoutMs' }),
      expect.objectContaining({ where: 'sasl.username' }),
    ],
    message: expect.not.stringContaining(secret),
  });
  expect(() => kafka(options)).toThrow(error);
});

test('an empty list of servers is a problem', () => {
  expect(() => kafka({ bootstrapServers: ' , ' })).toThrow(/bootstrapServers: there is none/);
});

test('pauses between retries are those of the client, unless fetching has its own', () => {
  const pauses = { retryBackoffMs: 7, retryBackoffMaxMs: 70 };
  expect(resolveTuning(pauses)).toMatchObject({ ...pauses, fetch: pauses });
  expect(resolveTuning({ ...pauses, fetch: { retryBackoffMs: 3 } }).fetch).toEqual({ ...pauses, retryBackoffMs: 3 });
});
