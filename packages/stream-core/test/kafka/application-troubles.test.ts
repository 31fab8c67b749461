import { afterEach, beforeAll, expect, test, vi } from 'vitest';

import { kafka } from '../../src/adapters/kafka/kafka-broker.ts';
import type { BrokerClient } from '../../src/broker/broker.ts';
import { RecordBatchBuilder } from '../../src/broker/record-batch-builder.ts';
import { systemChance } from '../../src/common/chance.ts';
import { systemClock } from '../../src/common/clock.ts';
import { noHeaders } from '../../src/common/headers.ts';
import { silentLogger } from '../../src/common/logger.ts';
import type { KafkaStreamsOptions } from '../../src/kafka-streams.ts';
import { KafkaStreams } from '../../src/kafka-streams.ts';
import { StreamsBuilder } from '../../src/kstream/streams-builder.ts';
import { serdes } from '../../src/serdes/serdes.ts';
import { inMemoryState } from '../../src/state/in-memory-state.ts';
import type { Topology } from '../../src/topology/topology.ts';
import { describeWith } from '../servers/describe-with.ts';
import { sharedKafka } from '../servers/shared-servers.ts';

vi.setConfig({ testTimeout: 120_000 });

const text = { key: serdes.string(), value: serdes.string() };
const guarantees = ['exactly_once_v2', 'at_least_once'] as const;
const patience = { timeout: 60_000, interval: 100 };

const copying = (input: string, output: string): Topology => {
  const builder = new StreamsBuilder();
  builder.stream(input, text).to(output, text);
  return builder.build();
};

describeWith(['kafka'], 'what an application is told by a real broker', () => {
  let address: string;
  const open: { close(): Promise<unknown> }[] = [];
  beforeAll(async () => {
    ({ address } = await sharedKafka());
  }, 300_000);
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close();
  });

  /** Names that nobody else has, and a client that makes topics of them. */
  const prepare = () => {
    const run = `troubles-${Math.floor(systemChance() * 2 ** 40).toString(36)}`;
    const client: BrokerClient = kafka({ bootstrapServers: address }).connect({
      clientId: run,
      clock: systemClock,
      chance: systemChance,
    });
    open.push(client);
    const create = async (name: string, partitions: number, configs: Readonly<Record<string, string>> = {}) => {
      await client.admin.createTopics([{ name: `${run}-${name}`, partitions, replicationFactor: -1, configs }]);
      return `${run}-${name}`;
    };
    return { run, client, create };
  };

  const start = (options: Pick<KafkaStreamsOptions, 'applicationId' | 'topology'> & Partial<KafkaStreamsOptions>) => {
    const streams = new KafkaStreams({
      broker: kafka({ bootstrapServers: address }),
      commitInterval: 50,
      state: inMemoryState(),
      logger: silentLogger,
      ...options,
    });
    open.push(streams);
    return { streams, started: streams.start() };
  };

  test.for(guarantees)('a source topic that does not exist: SOURCE_TOPIC_MISSING, %s', async (processingGuarantee) => {
    const { run, create } = prepare();
    const topology = copying(`${run}-in`, await create('out', 1));
    const { streams, started } = start({ applicationId: run, topology, processingGuarantee });
    await expect(started).rejects.toMatchObject({
      code: 'SOURCE_TOPIC_MISSING',
      message: expect.stringContaining(`${run}-in; create them`),
    });
    expect(streams.state).toBe('ERROR');
  });

  test('a sink topic that does not exist: UNKNOWN_TOPIC_OR_PARTITION', async () => {
    const { run, create } = prepare();
    const { started } = start({ applicationId: run, topology: copying(await create('in', 1), `${run}-out`) });
    await expect(started).rejects.toMatchObject({
      code: 'UNKNOWN_TOPIC_OR_PARTITION',
      message: expect.stringContaining(`${run}-out does not exist; create it first`),
    });
  });

  test('topics that are joined and have other partition counts: COPARTITION_MISMATCH with both counts', async () => {
    const { run, create } = prepare();
    const builder = new StreamsBuilder();
    const table = builder.table(await create('table', 3), text);
    builder
      .stream(await create('stream', 2), text)
      .join(table, (left, right) => `${left}${right}`)
      .to(await create('out', 1), text);
    const { started } = start({ applicationId: run, topology: builder.build() });
    const names = new RegExp(`(?=.*${run}-table)(?=.*${run}-stream)`, 'u');
    await expect(started).rejects.toMatchObject({
      code: 'COPARTITION_MISMATCH',
      message: expect.stringMatching(names),
    });
  });

  test('a source that has other partitions than the changelog: INTERNAL_TOPIC_INVALID with the remedy', async () => {
    const { run, create } = prepare();
    await create('counts-changelog', 4);
    const builder = new StreamsBuilder();
    builder
      .stream(await create('in', 2), text)
      .groupByKey(text)
      .count({ materialized: { name: 'counts' } });
    const { started } = start({ applicationId: run, topology: builder.build() });
    await expect(started).rejects.toMatchObject({
      code: 'INTERNAL_TOPIC_INVALID',
      message: expect.stringMatching(/-counts-changelog has 4 partitions but the topology needs 2; .*delete it/u),
    });
  });

  test.for(guarantees)(
    'a record larger than its topic takes: RECORD_TOO_LARGE, or what the handler says, %s',
    async (processingGuarantee) => {
      const { run, client, create } = prepare();
      const topology = copying(await create('in', 1), await create('out', 1, { 'max.message.bytes': '1000' }));
      const producer = client.producer({ transactionalId: null, transactionTimeoutMs: 10_000 });
      await producer.init();
      const builder = new RecordBatchBuilder();
      for (const size of [10, 2_000, 20]) builder.append(null, Buffer.alloc(size, 'x'), systemClock.now(), noHeaders);
      await producer.send({ topic: `${run}-in`, partition: 0 }, builder.build());
      const done = async (): Promise<number> => (await client.admin.groupOffsets(run)).get(`${run}-in-0`) ?? 0;
      const first = start({ applicationId: run, topology, processingGuarantee });
      await first.started.catch(() => undefined);
      await first.streams.ended();
      expect(first.streams.error).toMatchObject({
        code: 'RECORD_TOO_LARGE',
        message: expect.stringContaining(`${run}-out`),
      });
      expect(await done()).toBe(0);
      const dropped: unknown[] = [];
      const second = start({
        applicationId: run,
        topology,
        processingGuarantee,
        productionExceptionHandler: (error) => {
          dropped.push(error);
          return 'continue';
        },
      });
      await second.started;
      await expect.poll(done, patience).toBe(3);
      expect(dropped).toEqual([expect.objectContaining({ code: 'RECORD_TOO_LARGE' })]);
      expect(second.streams.state).toBe('RUNNING');
    },
  );

  test('credentials at a listener that takes none: AUTHENTICATION_FAILED, which nobody tries again', async () => {
    const { run, create } = prepare();
    const topology = copying(await create('in', 1), await create('out', 1));
    const sasl = { mechanism: 'PLAIN', username: 'nobody', password: 'a-secret' } as const;
    const { streams, started } = start({
      applicationId: run,
      topology,
      broker: kafka({ bootstrapServers: address, sasl }),
    });
    await expect(started).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    expect(String(streams.error)).not.toContain('a-secret');
  });
});
