import { expect } from 'vitest';

import { kafka } from '../../../src/adapters/kafka/kafka-broker.ts';
import type { BrokerClient } from '../../../src/broker/broker.ts';
import { systemChance } from '../../../src/common/chance.ts';
import { systemClock } from '../../../src/common/clock.ts';
import { silentLogger } from '../../../src/common/logger.ts';
import { topicPartitionKey } from '../../../src/common/topic-partition.ts';
import type { ProcessingGuarantee } from '../../../src/config/streams-config.ts';
import { KafkaStreams } from '../../../src/kafka-streams.ts';
import type { StateBackend } from '../../../src/state/state-engine.ts';
import { JavaApplications } from './java-applications.ts';
import { inputs, partitions, sendLate, sendPhase } from './takeover-input.ts';
import { takeoverTopology } from './takeover-topology.ts';

/** An application that Kafka Streams and Millrace run in turn. */
export interface Application {
  readonly applicationId: string;
  readonly processingGuarantee: ProcessingGuarantee;
  /** Where Kafka Streams keeps its state, asked at each start. */
  readonly stateDirectory: () => string;
  /** Where Millrace does. */
  readonly state: () => StateBackend;
}

const patience = { timeout: 120_000, interval: 100 };

/** The topics of one test, and the applications that read them. */
export class TakeoverRun {
  /** What the names of all topics and applications begin with. */
  readonly name: string = `takeover-${Math.floor(systemChance() * 2 ** 40).toString(36)}`;
  readonly client: BrokerClient;
  readonly #address: string;
  readonly #startMs = Math.floor(systemClock.now() / 10_000) * 10_000 - 600_000;
  readonly #open: { close(): Promise<unknown> }[] = [];
  #java: JavaApplications | null = null;

  constructor(address: string) {
    this.#address = address;
    const ports = { clientId: this.name, clock: systemClock, chance: systemChance };
    this.client = kafka({ bootstrapServers: address }).connect(ports);
    this.#open.push(this.client);
  }

  async close(): Promise<void> {
    for (const each of this.#open.splice(0).reverse()) await each.close();
  }

  async createTopics(applications: readonly Application[]): Promise<void> {
    const outputs = applications.map(({ applicationId }) => `${applicationId}-out`);
    const names = [...inputs.map((name) => `${this.name}-${name}`), ...outputs];
    const { admin } = this.client;
    await admin.createTopics(names.map((name) => ({ name, partitions, replicationFactor: -1, configs: {} })));
  }

  send(phase: number): Promise<void> {
    return sendPhase(this.client, this.name, { phase, startMs: this.#startMs });
  }

  sendLate(key: string): Promise<void> {
    return sendLate(this.client, this.name, { key, startMs: this.#startMs });
  }

  /** An instance of Millrace, to be started. */
  millrace({ applicationId, processingGuarantee, state }: Application): KafkaStreams {
    const streams = new KafkaStreams({
      applicationId,
      processingGuarantee,
      topology: takeoverTopology(this.name, `${applicationId}-out`),
      broker: kafka({ bootstrapServers: this.#address }),
      state: state(),
      commitInterval: 100,
      emission: 'deterministic',
      logger: silentLogger,
    });
    this.#open.push(streams);
    return streams;
  }

  /** Runs Kafka Streams until it has read all that was sent, and `act` before it stops. */
  async runJava(application: Application, act: () => Promise<void> = async () => undefined): Promise<void> {
    const java = await this.#machine();
    await java.start({ ...application, stateDirectory: application.stateDirectory() });
    await this.#hasRead(application);
    await act();
    await java.stop(application.applicationId);
  }

  /** Runs Millrace until it has read all that was sent, and `act` before it stops. */
  async runMillrace(application: Application, act: () => Promise<void> = async () => undefined): Promise<void> {
    const streams = this.millrace(application);
    await streams.start();
    await this.#hasRead(application);
    await act();
    await streams.close();
    expect(streams.error).toBeNull();
  }

  /** Changelogs and repartition topics of an application. */
  async internalTopics({ applicationId }: Application): Promise<string[]> {
    const topics = await this.client.admin.listTopics();
    const isInternal = (topic: string): boolean => /-(changelog|repartition)$/.test(topic);
    return topics.filter((topic) => isInternal(topic) && topic.startsWith(`${applicationId}-`)).toSorted();
  }

  /** The settings of internal topics, by what the application calls them. */
  async settings(application: Application): Promise<ReadonlyMap<string, unknown>> {
    const topics = await this.internalTopics(application);
    const settings = topics.map(
      async (topic) =>
        [topic.slice(application.applicationId.length), await this.client.admin.topicConfigs(topic)] as const,
    );
    return new Map(await Promise.all(settings));
  }

  /** Until what the input became in repartition topics is committed too. Without this some of it is left for others. */
  async hasReadAll(application: Application): Promise<void> {
    const topics = await this.internalTopics(application);
    const repartition = topics.filter((topic) => topic.endsWith('-repartition'));
    await expect.poll(() => this.#remaining(application, repartition), patience).toBe(0);
  }

  async #hasRead(application: Application): Promise<void> {
    const topics = inputs.map((name) => `${this.name}-${name}`);
    await expect.poll(() => this.#remaining(application, topics), patience).toBe(0);
  }

  /** How many partitions hold records that the application has not committed. */
  async #remaining({ applicationId, processingGuarantee }: Application, topics: readonly string[]): Promise<number> {
    const { admin } = this.client;
    const all = topics.flatMap((topic) => Array.from({ length: partitions }, (_, partition) => ({ topic, partition })));
    const requests = all.map((partition) => ({ partition, spec: 'latest' as const }));
    const committed = await admin.groupOffsets(applicationId);
    const ends = await admin.listOffsets(requests, 'read_uncommitted');
    const stable = await admin.listOffsets(requests, 'read_committed');
    return all.filter((partition, index) => {
      const end = ends[index] ?? 0;
      // The marker of the last transaction is no record.
      const isMarked = processingGuarantee === 'exactly_once_v2' && partition.topic.startsWith(applicationId);
      const offset = committed.get(topicPartitionKey(partition)) ?? 0;
      return end !== stable[index] || offset < (isMarked ? end - 1 : end);
    }).length;
  }

  async #machine(): Promise<JavaApplications> {
    if (this.#java === null) {
      this.#java = await JavaApplications.launch(this.#address, this.name);
      this.#open.push(this.#java);
    }
    return this.#java;
  }
}
