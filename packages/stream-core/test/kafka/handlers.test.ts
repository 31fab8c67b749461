import { afterEach, beforeAll, expect, test } from 'vitest';

import { kafka } from '../../src/adapters/kafka/kafka-broker.ts';
import type { BrokerClient } from '../../src/broker/broker.ts';
import { RecordBatchBuilder } from '../../src/broker/record-batch-builder.ts';
import { systemChance } from '../../src/common/chance.ts';
import { systemClock } from '../../src/common/clock.ts';
import { noHeaders } from '../../src/common/headers.ts';
import { silentLogger } from '../../src/common/logger.ts';
import { logAndContinue } from '../../src/errors/exception-handlers.ts';
import type { KafkaStreamsOptions } from '../../src/kafka-streams.ts';
import { KafkaStreams } from '../../src/kafka-streams.ts';
import { StreamsBuilder } from '../../src/kstream/streams-builder.ts';
import { timeWindows } from '../../src/kstream/windows/windows.ts';
import { serdes } from '../../src/serdes/serdes.ts';
import { inMemoryState } from '../../src/state/in-memory-state.ts';
import { describeWith } from '../servers/describe-with.ts';
import type { JavaRecord } from '../servers/java-reader.ts';
import { readWithJava } from '../servers/java-reader.ts';
import { sharedKafka } from '../servers/shared-servers.ts';

// What a real broker refuses, and what it holds then, as Kafka's own consumer sees it.

const text = { key: serdes.string(), value: serdes.string() };
const dayMs = 86_400_000;
const anyTime = { 'message.timestamp.after.max.ms': String(365 * dayMs) };
const open: { close(): Promise<unknown> }[] = [];
const patience = { timeout: 90_000, interval: 200 };

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

const decode = (hex: string | null): string => Buffer.from(hex ?? '', 'hex').toString();
const valuesOf = (records: readonly JavaRecord[]): string[] => records.map(({ value }) => decode(value));

describeWith(['kafka', 'java clients'], 'on a real broker', () => {
  let address: string;
  beforeAll(async () => {
    ({ address } = await sharedKafka());
  }, 300_000);

  const prepare = () => {
    const run = `handlers-${Math.floor(systemChance() * 2 ** 40).toString(36)}`;
    const ports = { clientId: run, clock: systemClock, chance: systemChance };
    const client = kafka({ bootstrapServers: address }).connect(ports);
    open.push(client);
    const createTopic = (name: string, configs: Readonly<Record<string, string>> = {}): Promise<void> =>
      client.admin.createTopics([{ name: `${run}-${name}`, partitions: 1, replicationFactor: -1, configs }]);
    return { run, client, createTopic };
  };

  const send = async (client: BrokerClient, topic: string, value: Uint8Array | string, aheadMs = 0): Promise<void> => {
    const producer = client.producer({ transactionalId: null, transactionTimeoutMs: 10_000 });
    await producer.init();
    const builder = new RecordBatchBuilder();
    builder.append(Buffer.from('k'), Buffer.from(value), systemClock.now() + aheadMs, noHeaders);
    await producer.send({ topic, partition: 0 }, builder.build());
    await producer.close();
  };

  const start = async (
    options: Pick<KafkaStreamsOptions, 'applicationId' | 'topology'> & Partial<KafkaStreamsOptions>,
  ) => {
    const streams = new KafkaStreams({
      broker: kafka({ bootstrapServers: address }),
      state: inMemoryState(),
      commitInterval: 50,
      logger: silentLogger,
      ...options,
    });
    open.push(streams);
    await streams.start();
    return streams;
  };

  const copying = (input: string | RegExp, output: string) => {
    const builder = new StreamsBuilder();
    builder.stream(input, text).to(output, text);
    return builder.build();
  };

  test('a record that is refused after it was sent is a dead letter, and what follows is written', async () => {
    const { run, client, createTopic } = prepare();
    await createTopic('in', anyTime);
    await createTopic('dead', anyTime);
    await createTopic('out', { 'message.timestamp.after.max.ms': '3600000' });
    const streams = await start({
      applicationId: run,
      topology: copying(`${run}-in`, `${run}-out`),
      processingGuarantee: 'at_least_once',
      productionExceptionHandler: logAndContinue,
      errorsDeadLetterQueueTopicName: `${run}-dead`,
    });
    await send(client, `${run}-in`, 'first');
    await expect.poll(async () => valuesOf(await readWithJava(address, [`${run}-out`])), patience).toEqual(['first']);
    await send(client, `${run}-in`, 'ahead', dayMs);
    await expect.poll(async () => valuesOf(await readWithJava(address, [`${run}-dead`])), patience).toEqual(['ahead']);
    await send(client, `${run}-in`, 'last');
    const out = async (): Promise<string[]> => valuesOf(await readWithJava(address, [`${run}-out`]));
    await expect.poll(out, patience).toEqual(['first', 'last']);
    expect(streams.state).toBe('RUNNING');
    const [letter] = await readWithJava(address, [`${run}-dead`]);
    const headers = new Map(letter?.headers.map(([name, value]) => [name, decode(value)]));
    expect(headers.get('__streams.errors.exception')).toBe('StreamsError: TIMESTAMP_INVALID');
  }, 240_000);

  test.each(['at_least_once', 'exactly_once_v2'] as const)(
    'what cannot be read is a dead letter with the output of its commit: %s',
    async (processingGuarantee) => {
      const { run, client, createTopic } = prepare();
      for (const name of ['in', 'dead', 'out']) await createTopic(name);
      const builder = new StreamsBuilder();
      builder.stream(`${run}-in`, { key: text.key, value: serdes.long() }).to(`${run}-out`);
      await start({
        applicationId: run,
        topology: builder.build(),
        processingGuarantee,
        deserializationExceptionHandler: logAndContinue,
        errorsDeadLetterQueueTopicName: `${run}-dead`,
      });
      await send(client, `${run}-in`, 'no long');
      await send(client, `${run}-in`, Buffer.from([0, 0, 0, 0, 0, 0, 0, 7]));
      await expect.poll(() => readWithJava(address, [`${run}-out`]), patience).toHaveLength(1);
      const letters = await readWithJava(address, [`${run}-dead`]);
      expect(valuesOf(letters)).toEqual(['no long']);
      const headers = new Map(letters[0]?.headers.map(([name, value]) => [name, decode(value)]));
      expect(headers.get('__streams.errors.topic')).toBe(`${run}-in`);
      expect(headers.get('__streams.errors.offset')).toBe('0');
    },
    240_000,
  );

  test('a pattern reads topics that are there, and those that come later', async () => {
    const { run, client, createTopic } = prepare();
    for (const name of ['orders-a', 'other', 'out']) await createTopic(name);
    await start({ applicationId: run, topology: copying(new RegExp(`${run}-orders-.*`), `${run}-out`) });
    await send(client, `${run}-orders-a`, 'a');
    await send(client, `${run}-other`, 'not read');
    const out = async (): Promise<string[]> => valuesOf(await readWithJava(address, [`${run}-out`]));
    await expect.poll(out, patience).toEqual(['a']);
    await createTopic('orders-b');
    await send(client, `${run}-orders-b`, 'b');
    await expect.poll(out, patience).toEqual(['a', 'b']);
  }, 240_000);

  test('windowed keys that were written are read back, as a stream and as a table', async () => {
    const { run, client, createTopic } = prepare();
    for (const name of ['in', 'windows', 'stream', 'table']) await createTopic(name);
    const windowed = { key: serdes.timeWindowed(text.key, dayMs), value: text.value };
    const builder = new StreamsBuilder();
    builder
      .stream(`${run}-in`, text)
      .groupByKey()
      .windowedBy(timeWindows({ size: '1d' }))
      .count()
      .toStream()
      .mapValues(String)
      .to(`${run}-windows`, windowed);
    const reading = new StreamsBuilder();
    const table = reading.table(`${run}-windows`, windowed);
    const readable = ({ key, window }: { key: string; window: { start: number; end: number } }): string =>
      `${key} ${window.end - window.start} ${window.start % dayMs}`;
    table.toStream(readable).to(`${run}-table`, text);
    const streaming = new StreamsBuilder();
    streaming.stream(`${run}-windows`, windowed).selectKey(readable).to(`${run}-stream`, text);
    await start({ applicationId: `${run}-1`, topology: builder.build(), statestoreCacheMaxBytes: 0 });
    await start({ applicationId: `${run}-2`, topology: reading.build(), statestoreCacheMaxBytes: 0 });
    await start({ applicationId: `${run}-3`, topology: streaming.build() });
    await send(client, `${run}-in`, 'x', -3 * dayMs);
    await send(client, `${run}-in`, 'y');
    for (const name of ['stream', 'table']) {
      const seen = async (): Promise<string[]> =>
        (await readWithJava(address, [`${run}-${name}`])).map(({ key, value }) => `${decode(key)} ${decode(value)}`);
      await expect.poll(seen, patience).toEqual([`k ${dayMs} 0 1`, `k ${dayMs} 0 1`]);
    }
  }, 240_000);
});
