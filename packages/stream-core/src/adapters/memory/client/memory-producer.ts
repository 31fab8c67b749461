import type { GroupMetadata, OffsetCommit } from '../../../broker/group-consumer.ts';
import type { ProduceAck, Producer, ProducerOptions } from '../../../broker/producer.ts';
import type { RecordBatch } from '../../../broker/record-batch.ts';
import { advanceSequence } from '../../../broker/sequence.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import type { ErrorCode } from '../../../errors/codes.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { ProducerIdAndEpoch } from '../coordinator/transaction.ts';
import type { MemoryCluster } from '../memory-cluster.ts';
import type { Requests } from './requests.ts';

export interface MemoryProducerOptions extends ProducerOptions {
  readonly cluster: MemoryCluster;
  readonly requests: Requests;
  readonly onClose: () => void;
}

/** Refusals after which the producer itself is still sound: the broker took nothing, and no sequence was used up. */
const definiteRefusals: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'RECORD_TOO_LARGE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'TIMESTAMP_INVALID',
  'POLICY_VIOLATION',
  'CORRUPT_BATCH',
  'METADATA_TOO_LARGE',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
]);

type ProducerPhase = 'new' | 'ready' | 'inTransaction' | 'ending' | 'closed';

const transactionIs = {
  ready: 'no transaction is open',
  inTransaction: 'a transaction is open',
  ending: 'the transaction is being ended',
} as const;

/** An idempotent, where wanted transactional, producer for the embedded broker. */
export class MemoryProducer implements Producer {
  readonly #options: MemoryProducerOptions;
  /** The last send of each partition: the next one waits for it, so that order and sequence agree. */
  readonly #tails = new Map<string, Promise<unknown>>();
  readonly #sequences = new Map<string, number>();
  #phase: ProducerPhase = 'new';
  #identity: ProducerIdAndEpoch = { producerId: -1, producerEpoch: -1 };
  /** The broker may know of the transaction. */
  #hasBegun = false;
  /** Why the open transaction can only be aborted. */
  #abortCause: unknown = null;
  /** Why offsets are missing from the open transaction, as long as they may be sent again. */
  #passedGeneration: unknown = null;
  /** Why this producer is of no further use. */
  #failure: unknown = null;

  constructor(options: MemoryProducerOptions) {
    this.#options = options;
  }

  async init(): Promise<void> {
    this.#expect('new', 'ready');
    const { cluster, requests, transactionalId, transactionTimeoutMs } = this.#options;
    await this.#settled();
    this.#adopt(
      await requests.untilAnswered('initProducerId', () =>
        cluster.transactions.initProducerId(transactionalId, transactionTimeoutMs),
      ),
    );
    if (this.#phase === 'new') this.#phase = 'ready';
  }

  begin(): void {
    this.#expect('ready');
    if (this.#options.transactionalId === null) {
      throw new StreamsError('INVALID_TXN_STATE', 'a producer without transactionalId has no transactions');
    }
    this.#phase = 'inTransaction';
    this.#hasBegun = false;
    this.#abortCause = null;
    this.#passedGeneration = null;
  }

  async send(partition: TopicPartition, batch: RecordBatch): Promise<ProduceAck> {
    this.#expectSending();
    const key = topicPartitionKey(partition);
    const previous = this.#tails.get(key);
    const sent =
      previous === undefined ? this.#append(partition, batch) : previous.then(() => this.#append(partition, batch));
    const tail = sent.then(ignore, ignore);
    this.#tails.set(key, tail);
    try {
      return await sent;
    } finally {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    }
  }

  async sendOffsets(offsets: readonly OffsetCommit[], group: GroupMetadata): Promise<void> {
    this.#expect('inTransaction');
    if (offsets.length === 0) return;
    const { cluster, requests, transactionalId } = this.#options;
    const request = { transactionalId: transactionalId ?? '', ...this.#identity, implicit: true };
    this.#hasBegun = true;
    try {
      await requests.untilAnswered('txnOffsetCommit', () =>
        cluster.commitTransactionalOffsets(request, group, offsets),
      );
      this.#passedGeneration = null;
    } catch (error) {
      if (!(error instanceof StreamsError && error.code === 'ILLEGAL_GENERATION')) throw this.#failed(error);
      this.#passedGeneration = error;
      throw error;
    }
  }

  async commit(): Promise<void> {
    this.#expect('inTransaction');
    this.#phase = 'ending';
    await this.#settled();
    if (this.#failure !== null) throw this.#failure;
    const missing = this.#abortCause ?? this.#passedGeneration;
    if (missing !== null) {
      // What was refused is missing from the transaction: it must never become visible without it.
      this.#phase = 'inTransaction';
      throw missing;
    }
    await this.#end(true);
  }

  async abort(): Promise<void> {
    this.#expect('inTransaction');
    this.#phase = 'ending';
    await this.#settled();
    if (this.#failure !== null) throw this.#failure;
    await this.#end(false);
  }

  async close(): Promise<void> {
    this.#phase = 'closed';
    await this.#settled();
    this.#options.onClose();
  }

  async #append(partition: TopicPartition, batch: RecordBatch): Promise<ProduceAck> {
    if (this.#phase === 'closed')
      throw new StreamsError('CLOSED', 'the producer was closed before this batch was sent');
    if (this.#failure !== null) throw this.#failure;
    const { cluster, requests, transactionalId } = this.#options;
    const key = topicPartitionKey(partition);
    const baseSequence = this.#sequences.get(key) ?? 0;
    batch.stamp({ ...this.#identity, baseSequence }, transactionalId !== null);
    this.#hasBegun = true;
    const request = { topicPartition: partition, batch, transactionalId, implicit: true };
    try {
      const isClosed = (): boolean => this.#phase === 'closed';
      const { baseOffset } = await requests.untilAnswered('produce', () => cluster.produce(request), isClosed);
      this.#sequences.set(key, advanceSequence(baseSequence, batch.recordCount));
      return { baseOffset };
    } catch (error) {
      throw this.#failed(error);
    }
  }

  async #end(committed: boolean): Promise<void> {
    const { cluster, requests, transactionalId } = this.#options;
    if (this.#hasBegun) {
      const request = { transactionalId: transactionalId ?? '', ...this.#identity };
      try {
        this.#adopt(
          await requests.untilAnswered('endTxn', () => cluster.transactions.endTransaction(request, committed)),
        );
      } catch (error) {
        // Whatever the broker made of it, this producer cannot know: its successor asks.
        this.#failure = error;
        throw error;
      }
    }
    if (this.#phase === 'ending') this.#phase = 'ready';
  }

  /** Every end of a transaction gives the producer a new epoch, in which sequences begin anew. */
  #adopt(identity: ProducerIdAndEpoch): void {
    this.#identity = identity;
    this.#sequences.clear();
  }

  /** Waits until no send is under way. */
  async #settled(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values());
  }

  #failed(error: unknown): unknown {
    const isDefinite = error instanceof StreamsError && definiteRefusals.has(error.code);
    if (isDefinite) this.#abortCause ??= error;
    else this.#failure ??= error;
    return error;
  }

  #expectSending(): void {
    const isTransactional = this.#options.transactionalId !== null;
    this.#expect(isTransactional ? 'inTransaction' : 'ready');
  }

  #expect(...phases: readonly ProducerPhase[]): void {
    if (this.#failure !== null) throw this.#failure;
    if (phases.includes(this.#phase)) return;
    if (this.#phase === 'closed') throw new StreamsError('CLOSED', 'this producer was closed');
    if (this.#phase === 'new') throw new StreamsError('STATE_TRANSITION_INVALID', 'call init of the producer first');
    throw new StreamsError('INVALID_TXN_STATE', `the call is not possible while ${transactionIs[this.#phase]}`);
  }
}

const ignore = (): void => undefined;
