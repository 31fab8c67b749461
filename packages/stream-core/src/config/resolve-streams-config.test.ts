import { describe, expect, test } from 'vitest';

import { MemoryBroker } from '../adapters/memory/memory-broker.ts';
import { silentLogger } from '../common/logger.ts';
import { logAndContinue, logAndFail } from '../errors/exception-handlers.ts';
import { ConfigError } from '../errors/streams-error.ts';
import { MetricsRegistry } from '../metrics/metrics.ts';
import { failOnInvalidTimestamp, logAndSkipOnInvalidTimestamp } from '../processor/timestamp-extractor.ts';
import { serdes } from '../serdes/serdes.ts';
import { inMemoryState } from '../state/in-memory-state.ts';
import { resolveProcessingConfig, resolveStreamsConfig } from './resolve-streams-config.ts';
import type { StreamsConfig } from './streams-config.ts';

const needed = { applicationId: 'app', broker: new MemoryBroker(), state: inMemoryState() };
const resolve = (config: Partial<StreamsConfig> = {}) => resolveStreamsConfig({ ...needed, ...config });

/** The problems by their place. */
const problemsOf = (configure: () => unknown): Record<string, string> => {
  try {
    configure();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return Object.fromEntries(error.problems.map(({ where, problem, remedy }) => [where, `${problem}; ${remedy}`]));
  }
  return {};
};

describe('defaults', () => {
  test('are those of Kafka Streams, where it has the setting', () => {
    expect(resolve()).toMatchObject({
      applicationId: 'app',
      serdeDefaults: { key: null, value: null },
      timestampExtractor: failOnInvalidTimestamp,
      deserializationExceptionHandler: logAndFail,
      processingExceptionHandler: logAndFail,
      productionExceptionHandler: logAndFail,
      cacheMaxBytes: 10_485_760,
      isDslStorePersistent: true,
      maxTaskIdleMs: 0,
      emitIntervalMs: 1_000,
      processingGuarantee: 'at_least_once',
      commitIntervalMs: 30_000,
      autoOffsetReset: 'earliest',
      groupInstanceId: null,
      applicationServer: null,
      sessionTimeoutMs: 45_000,
      heartbeatIntervalMs: 3_000,
      rebalanceTimeoutMs: 300_000,
      transactionTimeoutMs: 10_000,
      lingerMs: 5,
      batchSizeBytes: 131_072,
      inputBufferMaxBytes: 67_108_864,
      writeBufferMaxBytes: 67_108_864,
      pollTimeoutMs: 100,
      replicationFactor: -1,
      repartitionPurgeIntervalMs: 30_000,
    });
  });

  test('exactly once commits every 100 ms, unless another interval is given', () => {
    expect(resolve({ processingGuarantee: 'exactly_once_v2' }).commitIntervalMs).toBe(100);
    expect(resolve({ processingGuarantee: 'exactly_once_v2', commitInterval: '2s' }).commitIntervalMs).toBe(2_000);
  });

  test('the client id is the application id with eight hexadecimal digits of chance', () => {
    expect(resolve({ chance: () => 0 }).clientId).toBe('app-00000000');
    expect(resolve({ chance: () => 0xabc / 0x1_0000_0000 }).clientId).toBe('app-00000abc');
    expect(resolve({ chance: () => 1 - Number.EPSILON }).clientId).toBe('app-ffffffff');
  });

  test('every instance has a metrics registry of its own', () => {
    expect(resolve().metrics).toBeInstanceOf(MetricsRegistry);
    expect(resolve().metrics).not.toBe(resolve().metrics);
  });
});

describe('what is given', () => {
  test('is taken, with durations in milliseconds', () => {
    const given = {
      commitInterval: '1s',
      sessionTimeout: '10s',
      heartbeatInterval: '2s',
      rebalanceTimeout: '1m',
      transactionTimeout: '20s',
      linger: 0,
      pollTimeout: '250ms',
      repartitionPurgeInterval: '1h',
      emitInterval: 0,
    } as const;
    expect(resolve(given)).toMatchObject({
      commitIntervalMs: 1_000,
      sessionTimeoutMs: 10_000,
      heartbeatIntervalMs: 2_000,
      rebalanceTimeoutMs: 60_000,
      transactionTimeoutMs: 20_000,
      lingerMs: 0,
      pollTimeoutMs: 250,
      repartitionPurgeIntervalMs: 3_600_000,
      emitIntervalMs: 0,
    });
  });

  test('sizes, names and choices are taken as they are', () => {
    const given = {
      batchSizeBytes: 1,
      inputBufferMaxBytes: 2,
      writeBufferMaxBytes: 3,
      replicationFactor: 4,
      maxTaskIdleMs: -1,
      autoOffsetReset: 'by_duration:1h',
      clientId: 'me',
      groupInstanceId: 'pod-0',
    } as const;
    expect(resolve(given)).toMatchObject(given);
    expect(resolve({ statestoreCacheMaxBytes: 0 }).cacheMaxBytes).toBe(0);
    expect(resolve({ defaultDslStore: 'inMemory' }).isDslStorePersistent).toBe(false);
  });

  test('functions and objects are taken as they are', () => {
    const metrics = new MetricsRegistry();
    const key = serdes.string();
    const value = serdes.long();
    const resolved = resolve({
      metrics,
      logger: silentLogger,
      defaultKeySerde: key,
      defaultValueSerde: value,
      defaultTimestampExtractor: logAndSkipOnInvalidTimestamp,
      deserializationExceptionHandler: logAndContinue,
      processingExceptionHandler: logAndContinue,
      productionExceptionHandler: logAndContinue,
    });
    expect(resolved.metrics).toBe(metrics);
    expect(resolved.logger).toBe(silentLogger);
    expect(resolved.serdeDefaults).toEqual({ key, value });
    expect(resolved.timestampExtractor).toBe(logAndSkipOnInvalidTimestamp);
    expect(resolved.deserializationExceptionHandler).toBe(logAndContinue);
    expect(resolved.processingExceptionHandler).toBe(logAndContinue);
    expect(resolved.productionExceptionHandler).toBe(logAndContinue);
  });

  test('deterministic emission turns off the record cache and holds nothing back, whatever else is said', () => {
    const given = { emission: 'deterministic', emitInterval: '5s', statestoreCacheMaxBytes: 1_000 } as const;
    expect(resolve(given)).toMatchObject({ cacheMaxBytes: 0, emitIntervalMs: 0 });
    expect(resolve({ ...given, emission: 'throttled' })).toMatchObject({ cacheMaxBytes: 1_000, emitIntervalMs: 5_000 });
  });
});

describe('what cannot be', () => {
  test('a broker or a state backend that is missing is named with an example', () => {
    const problems = problemsOf(() => resolveStreamsConfig({ applicationId: 'app' } as StreamsConfig));
    expect(problems['broker']).toMatch(/there is none; pass an adapter, such as `broker: new MemoryBroker\(\)`/);
    expect(problems['state']).toMatch(/there is none; pass a state backend, such as `state: inMemoryState\(\)`/);
  });

  test.each([
    ['commitInterval', -1],
    ['sessionTimeout', 0],
    ['heartbeatInterval', 0],
    ['rebalanceTimeout', 0],
    ['transactionTimeout', 0],
    ['linger', 'soon'],
    ['pollTimeout', -1],
    ['repartitionPurgeInterval', 0],
    ['emitInterval', 0.5],
    ['batchSizeBytes', 0],
    ['inputBufferMaxBytes', 0],
    ['writeBufferMaxBytes', 0],
    ['replicationFactor', -2],
    ['statestoreCacheMaxBytes', -1],
    ['maxTaskIdleMs', -2],
    ['processingGuarantee', 'exactly_once'],
    ['autoOffsetReset', 'newest'],
    ['emission', 'eager'],
    ['defaultDslStore', 'rocksDB'],
    ['applicationId', 'a b'],
  ])('%s: %s is a problem that names the setting and the value', (setting, value) => {
    const problems = problemsOf(() => resolve({ [setting]: value }));
    expect(Object.keys(problems)).toEqual([setting]);
    expect(problems[setting]).toContain(`${value} `);
  });

  test('a heartbeat needs time for a second one within the session', () => {
    expect(problemsOf(() => resolve({ heartbeatInterval: 500, sessionTimeout: 1_000 }))).toEqual({});
    expect(problemsOf(() => resolve({ heartbeatInterval: 501, sessionTimeout: 1_000 }))).toEqual({
      heartbeatInterval: 'it is more than half of the session timeout; use a third of it',
    });
  });

  test('a transaction must be committed before it times out, which matters to exactly once alone', () => {
    const times = { commitInterval: 1_000, transactionTimeout: 1_000 };
    expect(problemsOf(() => resolve(times))).toEqual({});
    expect(problemsOf(() => resolve({ ...times, processingGuarantee: 'exactly_once_v2' }))).toEqual({
      commitInterval: 'a transaction would time out before it is committed; use less than transactionTimeout',
    });
    const enough = { ...times, transactionTimeout: 1_001, processingGuarantee: 'exactly_once_v2' } as const;
    expect(problemsOf(() => resolve(enough))).toEqual({});
  });

  test('all problems come at once, of the settings and of how they fit together', () => {
    const wrong = {
      applicationId: '',
      heartbeatInterval: '50s',
      linger: -1,
      batchSizeBytes: 0,
    } as const;
    expect(Object.keys(problemsOf(() => resolve(wrong)))).toEqual([
      'applicationId',
      'linger',
      'batchSizeBytes',
      'heartbeatInterval',
    ]);
  });
});

describe('the part that processing needs', () => {
  test('is checked without a broker or a state backend', () => {
    const resolved = resolveProcessingConfig({ applicationId: 'app' });
    expect(resolved).toMatchObject({ applicationId: 'app', cacheMaxBytes: 10_485_760 });
  });

  test('has its problems at once too', () => {
    const configure = () => resolveProcessingConfig({ applicationId: '?', maxTaskIdleMs: 0.5 });
    expect(Object.keys(problemsOf(configure)).sort()).toEqual(['applicationId', 'maxTaskIdleMs']);
  });
});
