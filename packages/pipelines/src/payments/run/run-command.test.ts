import { EventEmitter } from 'node:events';
import type { ErrorCode } from '@millrace/stream-core';
import { StreamsError, systemClock } from '@millrace/stream-core';
import { inMemorySchemaSource } from '@millrace/stream-core/avro';
import type { Broker } from '@millrace/stream-core/broker';
import { MemoryBroker } from '@millrace/stream-core/memory';
import { describe, expect, test, vi } from 'vitest';
import { paymentRequest } from '../../../test/payments/samples.ts';
import { TopicReader } from '../books/topic-reader.ts';
import type { PaymentConfirmation } from '../generated/avro-types.ts';
import { paymentsSerdes } from '../messages.ts';
import { topicNames } from '../topics.ts';
import { registryOf } from './cluster.ts';
import type { RunEnvironment } from './run-command.ts';
import { runCommandIn } from './run-command.ts';

const patience = { timeout: 60_000, interval: 20 };
vi.setConfig({ testTimeout: 120_000 });

const hmacKey = Buffer.alloc(32, 7).toString('base64');
const least = ['payments', '--bootstrap', 'kafka:9092', '--registry', 'http://registry:8081', '--scale', '0.02'];

interface Line {
  readonly level: string;
  readonly event: string;
  readonly port?: number;
}

/** A run in this process, over a memory broker. */
class Run {
  readonly broker = new MemoryBroker();
  readonly source = inMemorySchemaSource();
  readonly signals = new EventEmitter();
  readonly exits: number[] = [];
  readonly lines: string[] = [];
  readonly errors: string[] = [];
  readonly code: Promise<number>;

  constructor(args: readonly string[], changes: Partial<RunEnvironment> = {}) {
    const environment: RunEnvironment = {
      env: { MILLRACE_HMAC_KEY: hmacKey, MILLRACE_SASL_PASSWORD: '' },
      signals: this.signals,
      exit: (code) => this.exits.push(code),
      clock: systemClock,
      brokerOf: async () => this.broker,
      sourceOf: () => this.source,
      ...changes,
    };
    const printer = { out: (line: string) => this.lines.push(line), err: (line: string) => this.errors.push(line) };
    this.code = runCommandIn(environment)(args, printer);
  }

  log(): Line[] {
    return this.lines.map((line) => JSON.parse(line) as Line);
  }

  async event(name: string): Promise<Line> {
    return vi.waitFor(() => {
      const found = this.log().find(({ event }) => event === name);
      if (found === undefined) throw new Error(`there is no ${name} in ${this.lines.join('\n')}`);
      return found;
    }, patience);
  }

  async probe(path: string, init: RequestInit = {}): Promise<{ status: number; body: Record<string, unknown> }> {
    const { port } = await this.event('health.listening');
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
}

describe('a run', () => {
  test('creates the topics, pays, tells how it is, and drains on SIGTERM', async () => {
    const run = new Run([...least, '--create-topics', '--health-port', '0', '--health-host', '127.0.0.1']);
    await run.event('pipeline.running');
    expect(run.broker.endOffsets(topicNames.audit)).toHaveLength(2);
    expect(await run.probe('/health/live')).toMatchObject({ status: 200, body: { status: 'UP' } });
    const ready = await run.probe('/health/ready');
    expect(ready).toMatchObject({ status: 200, body: { status: 'UP', isDraining: false } });
    expect(ready.body['instances']).toContainEqual(
      expect.objectContaining({ applicationId: 'payment-orchestrator-cg', state: 'RUNNING', error: null }),
    );
    expect(await run.probe('/')).toMatchObject({ status: 404 });
    expect(await run.probe('/health/ready', { method: 'POST' })).toMatchObject({ status: 405 });

    const { avroSerdes } = await import('@millrace/stream-core/avro');
    const serdes = paymentsSerdes(avroSerdes({ source: run.source }));
    const request = paymentRequest({ amount: 10_000n, timestamp: systemClock.now() });
    await serdes.request.prepareWrite?.(topicNames.requests);
    const value = Buffer.from(serdes.request.serialize(request, topicNames.requests, []));
    const key = Buffer.from(request.fromMsisdn);
    run.broker.produce(topicNames.requests, [{ key, value, timestamp: request.timestamp }]);
    await vi.waitFor(() => expect(run.broker.records(topicNames.confirmations)).toHaveLength(1), patience);

    run.signals.emit('SIGTERM', 'SIGTERM');
    expect(await run.code).toBe(0);
    expect(run.log().at(-1)).toMatchObject({ event: 'pipeline.stopped', code: 0 });
    expect(run.signals.listenerCount('SIGTERM')).toBe(0);
    expect(run.exits).toEqual([]);
    const records = (topic: string) => run.broker.records(topic);
    const reader = new TopicReader({ records, schemaById: (id) => run.source.schemaById(id) });
    const confirmations = [...reader.read<PaymentConfirmation>(topicNames.confirmations)];
    expect(confirmations.map((each) => each.value.finalStatus)).toEqual(['COMPLETED']);
    // What is logged is about applications, never about people.
    for (const secret of [request.fromMsisdn, request.toMsisdn, hmacKey]) {
      expect(run.lines.join('\n')).not.toContain(secret);
    }
  });

  test('that was started before finds its topics as they are', async () => {
    const first = new Run([...least, '--create-topics', '--applications', 'orchestrator']);
    await first.event('pipeline.running');
    first.signals.emit('SIGINT', 'SIGINT');
    expect(await first.code).toBe(0);
    const { broker } = first;
    const args = [...least, '--create-topics', '--applications', 'orchestrator', '--log-level', 'warn'];
    const second = new Run(args, { brokerOf: async () => broker });
    await vi.waitFor(() => expect(second.signals.listenerCount('SIGTERM')).toBe(1), patience);
    second.signals.emit('SIGTERM', 'SIGTERM');
    expect(await second.code).toBe(0);
    expect(second.lines).toEqual([]);
  });

  test('on topics of another size fails, with all of them', async () => {
    const run = new Run([...least, '--create-topics']);
    run.broker.createTopic(topicNames.core, { partitions: 3 });
    run.broker.createTopic(topicNames.fraud, { partitions: 2 });
    expect(await run.code).toBe(1);
    const failed = await run.event('pipeline.failed');
    expect(failed).toMatchObject({ level: 'error', code: 'TOPIC_EXISTS' });
    expect(JSON.stringify(failed)).toContain('fraud-analysis has 2 partitions instead of 1; core-processing has 3');
  });

  test('without topics fails with their names', async () => {
    const run = new Run(least);
    expect(await run.code).toBe(1);
    expect(JSON.stringify(await run.event('pipeline.failed'))).toContain('payment-requests');
  });

  test('says soon that the cluster cannot be reached, and what it fails with otherwise once', async () => {
    const failing = (code: ErrorCode): RunEnvironment['brokerOf'] => {
      const memory = new MemoryBroker();
      const fail = async (): Promise<never> => {
        throw new StreamsError(code, 'the broker at kafka:9092 refuses.');
      };
      const connect: Broker['connect'] = (options) => {
        const client = memory.connect(options);
        return {
          ...client,
          admin: { ...client.admin, listTopics: fail, describeTopics: fail },
          close: () => client.close(),
        };
      };
      return async () => ({ connect });
    };
    const away = new Run([...least, '--create-topics'], { brokerOf: failing('BROKER_UNAVAILABLE') });
    expect(await away.event('cluster.unreachable')).toMatchObject({ level: 'warn', code: 'BROKER_UNAVAILABLE' });
    expect(await away.code).toBe(1);
    const refused = new Run([...least, '--create-topics'], { brokerOf: failing('AUTHENTICATION_FAILED') });
    expect(await refused.code).toBe(1);
    const told = refused.lines.filter((line) => line.includes('AUTHENTICATION_FAILED'));
    expect(told).toEqual([expect.stringContaining('pipeline.failed')]);
  });

  test('is not kept by a cluster that never answers', async () => {
    const never = new Promise<never>(() => undefined);
    const memory = new MemoryBroker();
    const broker: Broker = {
      connect: (options) => {
        const client = memory.connect(options);
        const admin = { ...client.admin, listTopics: async () => [], describeTopics: () => never };
        return { ...client, admin, close: () => client.close() };
      },
    };
    const brokerOf = async () => broker;
    const run = new Run([...least, '--create-topics', '--drain-timeout', '1'], { brokerOf });
    await vi.waitFor(() => expect(run.signals.listenerCount('SIGTERM')).toBe(1), patience);
    run.signals.emit('SIGTERM', 'SIGTERM');
    expect(await run.code).toBe(1);
    expect(run.exits).toEqual([1]);
    await run.event('pipeline.drain_timeout');
  });

  test('ends at once with the second signal', async () => {
    const run = new Run([...least, '--create-topics']);
    await vi.waitFor(() => expect(run.signals.listenerCount('SIGTERM')).toBe(1), patience);
    run.signals.emit('SIGTERM', 'SIGTERM');
    run.signals.emit('SIGTERM', 'SIGTERM');
    expect(run.exits).toEqual([143]);
    await run.code;
  });

  test('whose health port is taken fails', async () => {
    const first = new Run([...least, '--create-topics', '--health-port', '0', '--health-host', '127.0.0.1']);
    const { port } = await first.event('health.listening');
    const second = new Run([...least, '--health-port', String(port), '--health-host', '127.0.0.1']);
    expect(await second.code).toBe(1);
    expect(JSON.stringify(await second.event('pipeline.failed'))).toContain('EADDRINUSE');
    first.signals.emit('SIGTERM', 'SIGTERM');
    expect(await first.code).toBe(0);
  });
});

describe('the command line', () => {
  test.each([[], ['--help'], ['payments', '--help']])('%j gives help', async (...args) => {
    const run = new Run(args);
    expect(await run.code).toBe(0);
    for (const part of ['--bootstrap HOST:PORT,...', '--config FILE', 'MILLRACE_SASL_PASSWORD']) {
      expect(run.lines.join('\n')).toContain(part);
    }
  });

  test('of another pipeline, or with problems, is a usage error', async () => {
    await expect(new Run(['paymets']).code).rejects.toThrow('paymets: there is no such pipeline; give payments');
    const args = ['payments', '--bootstrap', 'kafka:9092', '--registry', 'ftp://registry'];
    const ofRegistry = /^the registry: url: ftp:\/\/registry is not an HTTP address/u;
    await expect(new Run(args, { sourceOf: registryOf }).code).rejects.toThrow(ofRegistry);
    await expect(new Run(['payments']).code).rejects.toThrow(
      /--bootstrap: it is missing.*\n--registry: it is missing/u,
    );
  });
});
