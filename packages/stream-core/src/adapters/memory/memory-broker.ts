import type { Broker, BrokerClient, ClientOptions } from '../../broker/broker.ts';
import type { IsolationLevel } from '../../broker/fetcher.ts';
import { RecordBatchBuilder } from '../../broker/record-batch-builder.ts';
import type { Chance } from '../../common/chance.ts';
import { systemChance } from '../../common/chance.ts';
import type { Clock } from '../../common/clock.ts';
import { systemClock } from '../../common/clock.ts';
import type { Headers } from '../../common/headers.ts';
import { noHeaders } from '../../common/headers.ts';
import { partitionForKey } from '../../common/murmur2.ts';
import { MemoryClient } from './client/memory-client.ts';
import { visibleBatches } from './client/partition-reader.ts';
import type { Faults } from './faults.ts';
import type { PartitionLog } from './log/partition-log.ts';
import type { MemoryClusterOptions } from './memory-cluster.ts';
import { MemoryCluster } from './memory-cluster.ts';
import type { NewTopicOptions } from './topic-registry.ts';

/** What a memory broker is made with; the machine's own clock and chance unless others are given. */
export interface MemoryBrokerOptions {
  /** The broker's time; give it the clock of its clients. Default: the machine's. */
  readonly clock?: Clock;
  /** Goes into member ids. Default: the machine's. */
  readonly chance?: Chance;
  /** What a simulator may do to requests. Default: nothing. */
  readonly faults?: Faults;
  /** Partitions of a topic that is created without a number. Default 1. */
  readonly defaultPartitions?: number;
  /** Creates topics when somebody writes to them or subscribes to them. Default false. */
  readonly autoCreateTopics?: boolean;
  /** Kafka's topic settings for all topics, where a topic does not say otherwise. Default: Kafka's defaults. */
  readonly topicDefaults?: Readonly<Record<string, string>>;
  /**
   * The size at which a segment is closed even if `segment.bytes` (1 GiB by default) is larger: retention and compaction
   * work on closed segments, and memory is smaller than a disk. Default 1 MiB.
   */
  readonly maxSegmentBytes?: number;
  /** How often an append looks for records that are older than `retention.ms`. Default 300,000, as Kafka's. */
  readonly retentionCheckIntervalMs?: number;
  /**
   * Looks at every record as Kafka does, not only at the header of each batch: refuses records without a key in compacted
   * topics. Costs a pass over every batch. Default false.
   */
  readonly validateRecords?: boolean;
  /** How long the first rebalance of an empty group waits for more members. Kafka's default is 3,000, here 0. */
  readonly initialRebalanceDelayMs?: number;
  /** The longest transaction timeout that a producer may ask for. Default 900,000, as Kafka's. */
  readonly maxTransactionTimeoutMs?: number;
  /** How long clients try a request again that fails with BROKER_UNAVAILABLE; see `Faults`. Default 120,000. */
  readonly retryTimeoutMs?: number;
}

/** A record to write. */
export interface MemoryRecordInput {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** Epoch ms. Default: now. */
  readonly timestamp?: number;
  readonly headers?: Headers;
  /** Default: by the key's murmur2 as Kafka's producer has it; without a key the partitions take turns. */
  readonly partition?: number;
}

/** A record as it lies in a log. */
export interface MemoryRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: Headers;
}

const resolveClusterOptions = (options: MemoryBrokerOptions): MemoryClusterOptions => ({
  clock: options.clock ?? systemClock,
  chance: options.chance ?? systemChance,
  faults: options.faults ?? {},
  defaultPartitions: options.defaultPartitions ?? 1,
  autoCreateTopics: options.autoCreateTopics ?? false,
  topicDefaults: options.topicDefaults ?? {},
  maxSegmentBytes: options.maxSegmentBytes ?? 1_048_576,
  retentionCheckIntervalMs: options.retentionCheckIntervalMs ?? 300_000,
  validateRecords: options.validateRecords ?? false,
  initialRebalanceDelayMs: options.initialRebalanceDelayMs ?? 0,
  maxTransactionTimeoutMs: options.maxTransactionTimeoutMs ?? 900_000,
});

/**
 * Kafka inside the process: partitions of real record batches, groups, transactions, retention and compaction. Any number
 * of clients connect to the same object. Beside the port it has shortcuts for tests, demos and tools, all synchronous.
 */
export class MemoryBroker implements Broker {
  /** The server side, for another front over the same logs and coordinators. */
  readonly cluster: MemoryCluster;
  readonly #clock: Clock;
  readonly #faults: Faults;
  readonly #retryTimeoutMs: number;
  #nextPartition = 0;

  constructor(options: MemoryBrokerOptions = {}) {
    const resolved = resolveClusterOptions(options);
    this.#clock = resolved.clock;
    this.#faults = resolved.faults;
    this.#retryTimeoutMs = options.retryTimeoutMs ?? 120_000;
    this.cluster = new MemoryCluster(resolved);
  }

  connect(options: ClientOptions): BrokerClient {
    const { cluster } = this;
    return new MemoryClient({ ...options, cluster, faults: this.#faults, retryTimeoutMs: this.#retryTimeoutMs });
  }

  /** Creates a topic. @throws StreamsError TOPIC_EXISTS, POLICY_VIOLATION for a name or setting that Kafka refuses */
  createTopic(name: string, options: NewTopicOptions = {}): void {
    this.cluster.topics.create(name, options);
  }

  /** Writes records without a transaction, and gives the place of each, in the order of the records. */
  produce(topic: string, records: readonly MemoryRecordInput[]): { partition: number; offset: number }[] {
    const { length: partitions } = (this.cluster.topics.findOrCreate(topic) ?? this.cluster.topics.get(topic))
      .partitions;
    const placed = records.map((record) => ({ record, partition: this.#partitionOf(record, partitions), offset: -1 }));
    for (const [partition, ofPartition] of Map.groupBy(placed, (each) => each.partition)) {
      const builder = new RecordBatchBuilder();
      for (const { record } of ofPartition) {
        builder.append(record.key, record.value, record.timestamp ?? this.#clock.now(), record.headers ?? noHeaders);
      }
      const topicPartition = { topic, partition };
      const batch = builder.build();
      const { baseOffset } = this.cluster.produce({ topicPartition, batch, transactionalId: null, implicit: true });
      for (const [index, each] of ofPartition.entries()) each.offset = baseOffset + index;
    }
    return placed.map(({ partition, offset }) => ({ partition, offset }));
  }

  /** Every record of a topic by partition and offset; read_committed unless told otherwise. */
  records(topic: string, options: { readonly isolationLevel?: IsolationLevel } = {}): MemoryRecord[] {
    this.cluster.timers.runDue();
    const isolationLevel = options.isolationLevel ?? 'read_committed';
    return this.cluster.topics.get(topic).partitions.flatMap((log) => decode(log, isolationLevel));
  }

  /** The log end of each partition, by partition number. */
  endOffsets(topic: string): number[] {
    this.cluster.timers.runDue();
    return this.cluster.topics.get(topic).partitions.map((log) => log.logEndOffset);
  }

  /** Deletes what retention no longer keeps, in all topics. */
  runRetention(): void {
    for (const log of this.cluster.topics.logs()) log.runRetention();
  }

  /**
   * Compacts the topics that ask for it, as far as Kafka would: not above an open transaction, and not in the segment
   * that is being written. `roll` closes that segment first.
   */
  runCompaction(options: { readonly roll?: boolean } = {}): void {
    for (const log of this.cluster.topics.logs()) {
      if (options.roll === true) log.rollSegment();
      log.runCompaction();
    }
  }

  #partitionOf({ key, partition }: MemoryRecordInput, partitions: number): number {
    if (partition !== undefined) return partition;
    return key === null ? this.#nextPartition++ % partitions : partitionForKey(key, partitions);
  }
}

const decode = (log: PartitionLog, isolationLevel: IsolationLevel): MemoryRecord[] => {
  const from = log.logStartOffset;
  const decoded: MemoryRecord[] = [];
  for (const batch of visibleBatches(log.read(from, isolationLevel, Number.POSITIVE_INFINITY))) {
    const cursor = batch.cursor(from);
    while (cursor.next()) {
      const { offset, timestamp } = cursor;
      decoded.push({
        ...log.topicPartition,
        offset,
        timestamp,
        key: cursor.key(),
        value: cursor.value(),
        headers: cursor.headers(),
      });
    }
  }
  return decoded;
};
