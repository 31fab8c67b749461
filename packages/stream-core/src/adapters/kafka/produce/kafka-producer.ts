import type { GroupMetadata, OffsetCommit } from '../../../broker/group-consumer.ts';
import type { ProduceAck, Producer, ProducerOptions } from '../../../broker/producer.ts';
import type { RecordBatch } from '../../../broker/record-batch.ts';
import type { Chance } from '../../../common/chance.ts';
import type { Clock } from '../../../common/clock.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { Cluster } from '../cluster.ts';
import { compressBatch } from '../compression/compress-batch.ts';
import type { CompressionType } from '../compression/compression-type.ts';
import type { RetryBackoff } from '../retry-backoff.ts';
import { CoordinatorRequests } from './coordinator-requests.ts';
import { coordinatorVerdict } from './coordinator-verdict.ts';
import { KafkaRefusal } from './kafka-refusal.ts';
import type { ProducerIdentity } from './producer-identity.ts';
import { Sender } from './sender.ts';

export interface KafkaProducerOptions extends ProducerOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly chance: Chance;
  /** How the records of a batch are packed. */
  readonly compression: CompressionType;
  /** A request to one node has at most so many bytes of batches. */
  readonly maxRequestSizeBytes: number;
  /** How long a batch, or a request to a coordinator, is tried again. */
  readonly deliveryTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly backoff: RetryBackoff;
  readonly onClose: () => void;
}

type ProducerPhase = 'new' | 'ready' | 'inTransaction' | 'ending' | 'closed';

const transactionIs = {
  ready: 'no transaction is open',
  inTransaction: 'a transaction is open',
  ending: 'the transaction is being ended',
} as const;

/** The last epoch that a producer can have. */
const lastEpoch = 0x7fff;

/** How long a close waits for answers that are on their way. */
const closeGraceMs = 1_000;

/**
 * The producer of a Kafka cluster: always idempotent, transactional when it has a transactional id. Transactions are of
 * version 2 (KIP-890) where the cluster has it: the first write makes a partition part of the transaction, and each end
 * of a transaction raises the epoch, so that whatever comes late is refused.
 *
 * @see `org.apache.kafka.clients.producer.internals.TransactionManager`
 */
export class KafkaProducer implements Producer {
  readonly #options: KafkaProducerOptions;
  readonly #sender: Sender;
  readonly #coordinators: CoordinatorRequests;
  #phase: ProducerPhase = 'new';
  #isV2 = false;
  /** The coordinator may know of the transaction. */
  #hasBegun = false;
  /** Groups whose offsets are part of the transaction (v1). */
  readonly #groups = new Set<string>();
  /** Why the open transaction can only be aborted. */
  #abortCause: { readonly error: unknown } | null = null;
  /** Why offsets are missing from the open transaction, as long as they may be sent again. */
  #passedGeneration: { readonly error: unknown } | null = null;
  /** Why this producer is of no further use. */
  #failure: { readonly error: unknown } | null = null;

  constructor(options: KafkaProducerOptions) {
    this.#options = options;
    this.#coordinators = new CoordinatorRequests(options);
    this.#sender = new Sender({
      ...options,
      addPartitions: (partitions) => this.#addPartitions(partitions),
      renew: (identity) => this.#renewed(identity),
      onRefused: (error) => this.#refused(error),
      onFatal: (error) => {
        this.#failure ??= { error };
      },
    });
  }

  async init(): Promise<void> {
    this.#expect('new', 'ready');
    await this.#sender.settled();
    const { cluster, transactionalId } = this.#options;
    const identity = await this.#coordinators.initProducerId(null);
    this.#isV2 = transactionalId !== null && (await cluster.feature('transaction.version')) >= 2;
    this.#adopt(identity);
    if (this.#phase === 'new') this.#phase = 'ready';
  }

  begin(): void {
    this.#expect('ready');
    if (this.#options.transactionalId === null) {
      throw new StreamsError('INVALID_TXN_STATE', 'a producer without transactionalId has no transactions');
    }
    this.#phase = 'inTransaction';
    this.#hasBegun = false;
    this.#groups.clear();
    this.#abortCause = null;
    this.#passedGeneration = null;
  }

  async send(partition: TopicPartition, batch: RecordBatch): Promise<ProduceAck> {
    const { transactionalId, compression } = this.#options;
    this.#expect(transactionalId === null ? 'ready' : 'inTransaction');
    if (this.#abortCause !== null) throw this.#abortCause.error;
    // In version 2 the first batch tells the coordinator, in version 1 a request before it.
    if (this.#isV2) this.#hasBegun = true;
    return this.#sender.send(partition, compressBatch(batch, compression));
  }

  async sendOffsets(offsets: readonly OffsetCommit[], group: GroupMetadata): Promise<void> {
    this.#expect('inTransaction');
    if (this.#abortCause !== null) throw this.#abortCause.error;
    if (offsets.length === 0) return;
    const { identity } = this.#sender;
    const isV2 = this.#isV2;
    try {
      if (isV2) this.#hasBegun = true;
      else await this.#addGroup(identity, group.groupId);
      await this.#coordinators.commitOffsets(identity, { offsets, group, isV2 });
      this.#passedGeneration = null;
    } catch (error) {
      if (error instanceof KafkaRefusal && error.code === 'ILLEGAL_GENERATION') this.#passedGeneration = { error };
      else this.#failed(error);
      throw error;
    }
  }

  async commit(): Promise<void> {
    this.#expect('inTransaction');
    this.#phase = 'ending';
    await this.#sender.settled();
    if (this.#failure !== null) throw this.#failure.error;
    const missing = this.#abortCause ?? this.#passedGeneration;
    if (missing !== null) {
      // What was refused is missing from the transaction: it must never become visible without it.
      if (this.#phase === 'ending') this.#phase = 'inTransaction';
      throw missing.error;
    }
    await this.#end(true);
  }

  async abort(): Promise<void> {
    this.#expect('inTransaction');
    this.#phase = 'ending';
    await this.#sender.settled();
    if (this.#failure !== null) throw this.#failure.error;
    await this.#end(false);
  }

  async close(): Promise<void> {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    const closed = new StreamsError('CLOSED', 'the producer was closed before this was done');
    this.#coordinators.close();
    this.#sender.giveUp(closed);
    const grace = Promise.withResolvers<void>();
    const timer = this.#options.clock.schedule(closeGraceMs, grace.resolve);
    await Promise.race([this.#sender.settled(), grace.promise]);
    timer.cancel();
    this.#sender.fail(closed);
    this.#options.onClose();
  }

  async #end(isCommit: boolean): Promise<void> {
    try {
      let { identity } = this.#sender;
      if (this.#hasBegun) identity = await this.#coordinators.end(identity, { isCommit, isV2: this.#isV2 });
      // Epochs do not change by themselves in version 1. A request that got lost must not count for the next
      // transaction when it arrives, and sequences with a gap cannot go on.
      const isSpoilt = this.#coordinators.hasStray || this.#abortCause !== null;
      if (!this.#isV2 && isSpoilt) identity = await this.#coordinators.initProducerId(identity);
      this.#adopt(identity);
    } catch (error) {
      this.#failed(error);
      if (this.#abortCause !== null && this.#failure === null && this.#phase === 'ending')
        this.#phase = 'inTransaction';
      throw error;
    }
    if (this.#phase === 'ending') this.#phase = 'ready';
  }

  #adopt(identity: ProducerIdentity): void {
    this.#sender.adopt(identity, this.#options.transactionalId !== null && !this.#isV2);
  }

  async #addPartitions(partitions: readonly TopicPartition[]): Promise<void> {
    try {
      await this.#coordinators.addPartitions(this.#sender.identity, partitions);
      this.#hasBegun = true;
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  async #addGroup(identity: ProducerIdentity, groupId: string): Promise<void> {
    if (this.#groups.has(groupId)) return;
    await this.#coordinators.addOffsets(identity, groupId);
    this.#groups.add(groupId);
    this.#hasBegun = true;
  }

  /** The broker lost the sequence of a producer without transactions. A new epoch begins at 0 (KIP-360). */
  async #renewed({ producerId, producerEpoch }: ProducerIdentity): Promise<ProducerIdentity> {
    if (producerEpoch < lastEpoch) return { producerId, producerEpoch: producerEpoch + 1 };
    return this.#coordinators.initProducerId(null);
  }

  /** A batch is not in the log and never will be. Without transactions that is between it and its caller. */
  #refused(error: unknown): void {
    if (this.#options.transactionalId === null) return;
    this.#abortCause ??= { error };
    this.#sender.giveUp(this.#abortCause.error);
  }

  /** A coordinator refused something, or did not answer. */
  #failed(error: unknown): void {
    if (error instanceof KafkaRefusal && coordinatorVerdict(error.errorNumber) === 'abort') this.#refused(error);
    else this.#sender.fail(error);
  }

  #expect(...phases: readonly ProducerPhase[]): void {
    if (this.#phase === 'closed') throw new StreamsError('CLOSED', 'this producer was closed');
    if (this.#failure !== null) throw this.#failure.error;
    if (phases.includes(this.#phase)) return;
    if (this.#phase === 'new') throw new StreamsError('STATE_TRANSITION_INVALID', 'call init of the producer first');
    throw new StreamsError('INVALID_TXN_STATE', `the call is not possible while ${transactionIs[this.#phase]}`);
  }
}
