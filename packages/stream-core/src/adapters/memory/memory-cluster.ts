import type { OffsetSpec } from '../../broker/admin.ts';
import type { IsolationLevel } from '../../broker/fetcher.ts';
import type { OffsetCommit } from '../../broker/group-consumer.ts';
import type { RecordBatch } from '../../broker/record-batch.ts';
import type { Chance } from '../../common/chance.ts';
import type { Clock } from '../../common/clock.ts';
import type { TopicPartition } from '../../common/topic-partition.ts';
import { BrokerError, isBrokerError } from './broker-error.ts';
import { GroupCoordinator } from './coordinator/group-coordinator.ts';
import type { MemberIdentity } from './coordinator/group-requests.ts';
import { OffsetCoordinator } from './coordinator/offset-coordinator.ts';
import type { AddToTransaction } from './coordinator/transaction-coordinator.ts';
import { TransactionCoordinator } from './coordinator/transaction-coordinator.ts';
import { DeadlineQueue } from './deadline-queue.ts';
import type { Faults } from './faults.ts';
import type { AppendResult, PartitionLog } from './log/partition-log.ts';
import { TopicRegistry } from './topic-registry.ts';

/** The settings of a broker, all of them set. */
export interface MemoryClusterOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly faults: Faults;
  readonly defaultPartitions: number;
  readonly autoCreateTopics: boolean;
  readonly topicDefaults: Readonly<Record<string, string>>;
  readonly maxSegmentBytes: number;
  readonly retentionCheckIntervalMs: number;
  readonly validateRecords: boolean;
  readonly initialRebalanceDelayMs: number;
  readonly maxTransactionTimeoutMs: number;
}

export interface ProduceRequest {
  readonly topicPartition: TopicPartition;
  readonly batch: RecordBatch;
  /** Of a transactional producer. */
  readonly transactionalId: string | null;
  /** See `AddToTransaction`. */
  readonly implicit: boolean;
}

export interface ListedOffset {
  readonly offset: number;
  /** The timestamp of the record that was looked for; -1 when the question was another one. */
  readonly timestamp: number;
}

/**
 * The server side of the embedded broker: logs, groups and transactions behind requests as Kafka knows them. Every front
 * shares it: the clients of this folder call it directly, a wire front would decode requests and do the same.
 */
export class MemoryCluster {
  readonly timers: DeadlineQueue;
  readonly topics: TopicRegistry;
  readonly groups: GroupCoordinator;
  readonly offsets: OffsetCoordinator;
  readonly transactions: TransactionCoordinator;

  constructor(options: MemoryClusterOptions) {
    const { clock, chance, faults, initialRebalanceDelayMs } = options;
    this.timers = new DeadlineQueue(clock);
    this.topics = new TopicRegistry({
      log: {
        clock,
        maxSegmentBytes: options.maxSegmentBytes,
        retentionCheckIntervalMs: options.retentionCheckIntervalMs,
        validateRecords: options.validateRecords,
      },
      defaultPartitions: options.defaultPartitions,
      defaultConfigs: options.topicDefaults,
      autoCreate: options.autoCreateTopics,
    });
    this.groups = new GroupCoordinator({ timers: this.timers, chance, initialRebalanceDelayMs });
    this.offsets = new OffsetCoordinator(this.groups, this.topics);
    const maxTimeoutMs = options.maxTransactionTimeoutMs;
    this.transactions = new TransactionCoordinator({
      timers: this.timers,
      offsets: this.offsets,
      faults,
      maxTimeoutMs,
    });
  }

  /**
   * Appends a batch, as part of the producer's transaction when it is transactional.
   *
   * @throws BrokerError UNKNOWN_TOPIC_OR_PARTITION, and what `PartitionLog.append` and
   * `TransactionCoordinator.addPartition` refuse
   */
  produce(request: ProduceRequest): AppendResult {
    const { topicPartition, batch } = request;
    this.topics.findOrCreate(topicPartition.topic);
    const log = this.topics.log(topicPartition);
    if (batch.isTransactional) this.#joinTransaction(request, log);
    try {
      return log.append(batch);
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      throw new BrokerError(error.error, `${topicPartition.topic}-${topicPartition.partition}: ${error.message}`, {
        ...topicPartition,
      });
    }
  }

  /** Keeps offsets of a group for the transaction of a producer. @throws BrokerError of both coordinators */
  commitTransactionalOffsets(
    request: AddToTransaction,
    identity: MemberIdentity,
    offsets: readonly OffsetCommit[],
  ): void {
    this.transactions.addGroup(request, identity.groupId);
    this.offsets.commitTransactional(request.producerId, identity, offsets);
  }

  /** @throws BrokerError UNKNOWN_TOPIC_OR_PARTITION */
  listOffset(topicPartition: TopicPartition, spec: OffsetSpec, isolationLevel: IsolationLevel): ListedOffset {
    const log = this.topics.log(topicPartition);
    if (spec === 'earliest') return { offset: log.logStartOffset, timestamp: -1 };
    const endOffset = log.endOffset(isolationLevel);
    if (spec === 'latest') return { offset: endOffset, timestamp: -1 };
    return log.findTimestamp(spec.timestamp, endOffset) ?? { offset: endOffset, timestamp: -1 };
  }

  #joinTransaction({ batch, transactionalId, implicit }: ProduceRequest, log: PartitionLog): void {
    if (transactionalId === null) {
      throw new BrokerError('INVALID_TXN_STATE', 'a transactional batch needs a transactional id');
    }
    const { producerId, producerEpoch } = batch;
    try {
      this.transactions.addPartition({ transactionalId, producerId, producerEpoch, implicit }, log);
    } catch (error) {
      // What a partition leader answers to a producer whose epoch has passed.
      if (isBrokerError(error, 'PRODUCER_FENCED')) throw new BrokerError('INVALID_PRODUCER_EPOCH', error.message);
      throw error;
    }
  }
}
