import { expect } from 'vitest';

import { kafka } from '../../../src/adapters/kafka/kafka-broker.ts';
import type { BrokerClient } from '../../../src/broker/broker.ts';
import type { Producer } from '../../../src/broker/producer.ts';
import { RecordBatchBuilder } from '../../../src/broker/record-batch-builder.ts';
import { systemChance } from '../../../src/common/chance.ts';
import { systemClock } from '../../../src/common/clock.ts';
import { noHeaders } from '../../../src/common/headers.ts';
import { silentLogger } from '../../../src/common/logger.ts';
import type { TopicPartition } from '../../../src/common/topic-partition.ts';
import type { KafkaStreamsOptions } from '../../../src/kafka-streams.ts';
import { KafkaStreams } from '../../../src/kafka-streams.ts';
import { serdes } from '../../../src/serdes/serdes.ts';
import { inMemoryState } from '../../../src/state/in-memory-state.ts';
import { readWithJava } from '../../servers/java-reader.ts';

export const text = { key: serdes.string(), value: serdes.string() };

/** A record to write: value, and its time where that matters. */
export interface Written {
  readonly value: string;
  readonly timestamp?: number;
}

/** Topics and applications with names of their own on a real broker. */
export class RuntimeWorld {
  /** The application id, and what the names of all topics begin with. */
  readonly name: string = `runtime-${Math.floor(systemChance() * 2 ** 40).toString(36)}`;
  readonly client: BrokerClient;
  readonly #address: string;
  readonly #open: { close(): Promise<unknown> }[] = [];
  #producer: Promise<Producer> | null = null;

  constructor(address: string) {
    this.#address = address;
    const ports = { clientId: this.name, clock: systemClock, chance: systemChance };
    this.client = kafka({ bootstrapServers: address }).connect(ports);
    this.#open.push(this.client);
  }

  async close(): Promise<void> {
    for (const each of this.#open.splice(0).reverse()) await each.close();
  }

  topic(name: string): string {
    return `${this.name}-${name}`;
  }

  /** Creates topics of as many partitions. */
  create(partitions: number, ...names: readonly string[]): Promise<void> {
    const topics = names.map((name) => ({ name: this.topic(name), partitions, replicationFactor: -1, configs: {} }));
    return this.client.admin.createTopics(topics);
  }

  /** An instance of the application, to be started. */
  application(options: Pick<KafkaStreamsOptions, 'topology'> & Partial<KafkaStreamsOptions>): KafkaStreams {
    const streams = new KafkaStreams({
      applicationId: this.name,
      broker: kafka({ bootstrapServers: this.#address }),
      state: inMemoryState(),
      commitInterval: 50,
      emission: 'deterministic',
      logger: silentLogger,
      ...options,
    });
    this.#open.push(streams);
    return streams;
  }

  /** Writes a batch of records with one key to a partition. */
  async write(topic: string, partition: number, records: readonly Written[]): Promise<void> {
    this.#producer ??= this.#connectProducer(null);
    const producer = await this.#producer;
    await producer.send({ topic: this.topic(topic), partition }, this.#batch(partition, records));
  }

  /** Writes a record to a topic in a transaction that stays open, so that nothing behind it is stable. */
  async writeOpen(topic: string, partition: number): Promise<Producer> {
    const producer = await this.#connectProducer(`${this.name}-foreign`);
    producer.begin();
    await producer.send({ topic: this.topic(topic), partition }, this.#batch(partition, [{ value: 'open' }]));
    return producer;
  }

  /** The values of a topic as Kafka's own consumer reads them. */
  async values(topic: string): Promise<string[]> {
    const records = await readWithJava(this.#address, [this.topic(topic)]);
    return records.map(({ value }) => Buffer.from(value ?? '', 'hex').toString());
  }

  /** Until the logs of a topic have come to so many offsets; without transactions those are records. */
  async reaches(topic: string, count: number): Promise<void> {
    const name = this.topic(topic);
    const { partitions = 0 } = (await this.client.admin.describeTopics([name])).get(name) ?? {};
    const read = async (): Promise<number> => {
      const ends = await Promise.all(Array.from({ length: partitions }, (_, partition) => this.end(topic, partition)));
      return ends.reduce((sum, end) => sum + end, 0);
    };
    await expect.poll(read, { timeout: 60_000, interval: 100 }).toBe(count);
  }

  /** Until a topic holds these values, in any order. */
  async holds(topic: string, values: readonly string[]): Promise<void> {
    const read = async (): Promise<readonly string[]> => (await this.values(topic)).toSorted();
    await expect.poll(read, { timeout: 60_000, interval: 500 }).toEqual(values.toSorted());
  }

  /** Until the application has come to an offset. */
  async commits(topic: string, partition: number, offset: number): Promise<void> {
    await expect.poll(() => this.committed(topic, partition), { timeout: 60_000, interval: 100 }).toBe(offset);
  }

  /** The log start of a partition. */
  async start(topic: string, partition = 0): Promise<number> {
    return this.#offset({ topic: this.topic(topic), partition }, 'earliest');
  }

  /** Its end. */
  async end(topic: string, partition = 0): Promise<number> {
    return this.#offset({ topic: this.topic(topic), partition }, 'latest');
  }

  /** What the application has committed of a partition; null when nothing. */
  async committed(topic: string, partition = 0): Promise<number | null> {
    const offsets = await this.client.admin.groupOffsets(this.name);
    return offsets.get(`${this.topic(topic)}-${partition}`) ?? null;
  }

  async #offset(partition: TopicPartition, spec: 'earliest' | 'latest'): Promise<number> {
    const [offset] = await this.client.admin.listOffsets([{ partition, spec }], 'read_uncommitted');
    return offset ?? -1;
  }

  async #connectProducer(transactionalId: string | null): Promise<Producer> {
    const producer = this.client.producer({ transactionalId, transactionTimeoutMs: 120_000 });
    await producer.init();
    this.#open.push(producer);
    return producer;
  }

  #batch(partition: number, records: readonly Written[]) {
    const builder = new RecordBatchBuilder();
    for (const { value, timestamp } of records) {
      builder.append(Buffer.from(`k${partition}`), Buffer.from(value), timestamp ?? systemClock.now(), noHeaders);
    }
    return builder.build();
  }
}
