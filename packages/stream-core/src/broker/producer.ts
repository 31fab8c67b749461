import type { TopicPartition } from '../common/topic-partition.ts';
import type { GroupMetadata, OffsetCommit } from './group-consumer.ts';
import type { RecordBatch } from './record-batch.ts';

/** Who a producer is to the broker. */
export interface ProducerOptions {
  /** Makes the producer transactional: its predecessor of the same id is fenced by `init`. */
  readonly transactionalId: string | null;
  /** How long a transaction may stay open before the broker aborts it. */
  readonly transactionTimeoutMs: number;
}

/** Where a batch went. `baseOffset` is null when the broker did not say, as for a duplicate of an old batch. */
export interface ProduceAck {
  readonly baseOffset: number | null;
}

/**
 * Sends finished batches, idempotently. Batches of one partition are appended in the order of the calls, each exactly
 * once, whatever is retried underneath. Transactions: `begin`, sends, `sendOffsets`, then `commit` or `abort`.
 */
export interface Producer {
  /**
   * Gets a producer id; a transactional one also ends what its predecessor left open. Must come first.
   *
   * @throws StreamsError INVALID_PRODUCER_ID_MAPPING (fatal), BROKER_UNAVAILABLE
   */
  init(): Promise<void>;
  begin(): void;
  /**
   * Stamps the batch with producer and sequence and appends it. Resolves when all in-sync replicas have it.
   *
   * @throws StreamsError PRODUCER_FENCED, INVALID_PRODUCER_EPOCH, RECORD_TOO_LARGE, UNKNOWN_TOPIC_OR_PARTITION,
   * OUT_OF_ORDER_SEQUENCE, INVALID_TXN_STATE
   */
  send(partition: TopicPartition, batch: RecordBatch): Promise<ProduceAck>;
  /**
   * Makes offsets of a group part of the transaction. The broker checks that the member is still one (KIP-447). Those that
   * are refused with ILLEGAL_GENERATION may be sent again, all of them, in a later generation of the member; after any
   * other refusal, and without that, the transaction can only be aborted.
   *
   * @throws StreamsError ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, PRODUCER_FENCED, INVALID_PRODUCER_EPOCH
   */
  sendOffsets(offsets: readonly OffsetCommit[], group: GroupMetadata): Promise<void>;
  /** After an error of unknown outcome the producer is of no further use: make a new one and read back the offsets. */
  commit(): Promise<void>;
  abort(): Promise<void>;
  /** Gives up what was not sent. An open transaction stays open until `init` of the successor or its timeout. */
  close(): Promise<void>;
}
