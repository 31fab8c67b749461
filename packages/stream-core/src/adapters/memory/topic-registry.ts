import type { TopicPartition } from '../../common/topic-partition.ts';
import { topicPartitionKey } from '../../common/topic-partition.ts';
import { BrokerError } from './broker-error.ts';
import type { PartitionLogOptions } from './log/partition-log.ts';
import { PartitionLog } from './log/partition-log.ts';
import type { TopicConfig } from './log/topic-config.ts';
import { resolveTopicConfig } from './log/topic-config.ts';

export interface Topic {
  readonly name: string;
  readonly config: TopicConfig;
  readonly partitions: readonly PartitionLog[];
}

/** How a topic is made. */
export interface NewTopicOptions {
  /** Default: the broker's `defaultPartitions`. */
  readonly partitions?: number;
  /** Kafka's topic settings. */
  readonly configs?: Readonly<Record<string, string>>;
}

export interface TopicRegistryOptions {
  readonly log: PartitionLogOptions;
  readonly defaultPartitions: number;
  readonly defaultConfigs: Readonly<Record<string, string>>;
  /** Creates a topic when somebody writes to it or subscribes to it. */
  readonly autoCreate: boolean;
}

/** A change of the topics: `deleted` has the logs that are gone. */
export interface TopicChange {
  readonly topic: string;
  readonly deleted: readonly PartitionLog[];
}

interface MutableTopic {
  readonly name: string;
  configs: Readonly<Record<string, string>>;
  config: TopicConfig;
  readonly partitions: PartitionLog[];
}

const maxNameLength = 249;

const checkName = (name: string): void => {
  const legal = /^[a-zA-Z0-9._-]+$/.test(name) && name !== '.' && name !== '..' && name.length <= maxNameLength;
  if (!legal) {
    throw new BrokerError(
      'INVALID_TOPIC_EXCEPTION',
      `'${name}' is no topic name: at most ${maxNameLength} letters, digits, '.', '_' and '-' are allowed`,
      { topic: name },
    );
  }
};

const unknown = (topic: string, partition?: number): BrokerError => {
  const what = partition === undefined ? `topic ${topic}` : `partition ${topicPartitionKey({ topic, partition })}`;
  const context = partition === undefined ? { topic } : { topic, partition };
  return new BrokerError('UNKNOWN_TOPIC_OR_PARTITION', `${what} does not exist; create it first`, context);
};

/** The topics of the broker, with the log of each partition. */
export class TopicRegistry {
  readonly #options: TopicRegistryOptions;
  readonly #topics = new Map<string, MutableTopic>();
  readonly #listeners = new Set<(change: TopicChange) => void>();

  constructor(options: TopicRegistryOptions) {
    this.#options = options;
    // Broker defaults that make no sense must show at the start, not with the first topic.
    resolveTopicConfig({}, options.defaultConfigs);
  }

  get names(): readonly string[] {
    return [...this.#topics.keys()];
  }

  /** @throws BrokerError TOPIC_ALREADY_EXISTS, INVALID_TOPIC_EXCEPTION, INVALID_PARTITIONS, INVALID_CONFIG */
  create(name: string, options: NewTopicOptions = {}): Topic {
    if (this.#topics.has(name)) {
      throw new BrokerError('TOPIC_ALREADY_EXISTS', `topic ${name} exists already`, { topic: name });
    }
    checkName(name);
    const { partitions = this.#options.defaultPartitions, configs = {} } = options;
    const config = resolveTopicConfig(configs, this.#options.defaultConfigs);
    if (!Number.isInteger(partitions) || partitions < 1) {
      throw new BrokerError('INVALID_PARTITIONS', `topic ${name} needs at least one partition, not ${partitions}`, {
        topic: name,
      });
    }
    const topic: MutableTopic = { name, configs, config, partitions: [] };
    this.#topics.set(name, topic);
    this.#grow(topic, partitions);
    return topic;
  }

  /** @throws BrokerError UNKNOWN_TOPIC_OR_PARTITION */
  delete(name: string): void {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw unknown(name);
    this.#topics.delete(name);
    for (const log of topic.partitions) log.delete();
    this.#changed({ topic: name, deleted: topic.partitions });
  }

  /**
   * Adds partitions until there are `total`.
   *
   * @throws BrokerError UNKNOWN_TOPIC_OR_PARTITION, INVALID_PARTITIONS when the topic has as many already.
   */
  createPartitions(name: string, total: number): void {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw unknown(name);
    if (!Number.isInteger(total) || total <= topic.partitions.length) {
      const has = `topic ${name} has ${topic.partitions.length} partitions`;
      throw new BrokerError('INVALID_PARTITIONS', `${has} and cannot go to ${total}`, { topic: name });
    }
    this.#grow(topic, total);
  }

  /** Sets some settings of a topic; the others stay. @throws BrokerError UNKNOWN_TOPIC_OR_PARTITION, INVALID_CONFIG */
  alterConfigs(name: string, configs: Readonly<Record<string, string>>): void {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw unknown(name);
    const merged = { ...topic.configs, ...configs };
    topic.config = resolveTopicConfig(merged, this.#options.defaultConfigs);
    topic.configs = merged;
    for (const log of topic.partitions) log.config = topic.config;
  }

  /** The topic of that name, or null. */
  find(name: string): Topic | null {
    return this.#topics.get(name) ?? null;
  }

  /** @throws BrokerError UNKNOWN_TOPIC_OR_PARTITION */
  get(name: string): Topic {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw unknown(name);
    return topic;
  }

  /** The topic of that name, created if the broker creates topics by itself; null otherwise. */
  findOrCreate(name: string): Topic | null {
    const topic = this.find(name);
    return topic === null && this.#options.autoCreate ? this.create(name) : topic;
  }

  /** The log of a partition, or null. */
  findLog({ topic, partition }: TopicPartition): PartitionLog | null {
    return this.#topics.get(topic)?.partitions[partition] ?? null;
  }

  /** @throws BrokerError UNKNOWN_TOPIC_OR_PARTITION */
  log(topicPartition: TopicPartition): PartitionLog {
    const log = this.findLog(topicPartition);
    if (log === null) throw unknown(topicPartition.topic, topicPartition.partition);
    return log;
  }

  /** Every log of every topic. */
  *logs(): Generator<PartitionLog> {
    for (const topic of this.#topics.values()) yield* topic.partitions;
  }

  /** Calls `listener` after every change; the returned function ends that. */
  onChange(listener: (change: TopicChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #grow(topic: MutableTopic, total: number): void {
    while (topic.partitions.length < total) {
      const topicPartition = { topic: topic.name, partition: topic.partitions.length };
      topic.partitions.push(new PartitionLog(topicPartition, topic.config, this.#options.log));
    }
    this.#changed({ topic: topic.name, deleted: [] });
  }

  #changed(change: TopicChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
