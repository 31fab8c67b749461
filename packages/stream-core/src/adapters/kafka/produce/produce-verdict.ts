import type { KafkaErrorName } from '../protocol/error-codes.ts';
import { kafkaErrors } from '../protocol/error-codes.ts';

/** What an answer to a produce request means for its batch. */
export type ProduceVerdict =
  /** It is in the log. */
  | 'appended'
  /** It is not in the log, and the same may succeed later. */
  | 'retry'
  /** Likewise, and somebody else may lead the partition now. */
  | 'moved'
  /** It may be in the log: the same sequence again tells. */
  | 'inDoubt'
  /** It does not continue what the broker has of this producer. */
  | 'outOfOrder'
  /** It is not in the log and will never be; the producer is sound. */
  | 'refused'
  /** The producer is of no further use. */
  | 'fatal';

const verdicts: Partial<Readonly<Record<KafkaErrorName, ProduceVerdict>>> = {
  // Appended so long ago that the broker does not know the offset any more.
  DUPLICATE_SEQUENCE_NUMBER: 'appended',
  // The broker may be behind. Whether the topic exists is for the metadata to say.
  UNKNOWN_TOPIC_OR_PARTITION: 'moved',
  LEADER_NOT_AVAILABLE: 'moved',
  NOT_LEADER_OR_FOLLOWER: 'moved',
  FENCED_LEADER_EPOCH: 'moved',
  UNKNOWN_LEADER_EPOCH: 'moved',
  KAFKA_STORAGE_ERROR: 'moved',
  NOT_ENOUGH_REPLICAS: 'retry',
  THROTTLING_QUOTA_EXCEEDED: 'retry',
  // The leader could not make the partition part of the transaction yet.
  COORDINATOR_LOAD_IN_PROGRESS: 'retry',
  COORDINATOR_NOT_AVAILABLE: 'retry',
  NOT_COORDINATOR: 'retry',
  CONCURRENT_TRANSACTIONS: 'retry',
  UNKNOWN_SERVER_ERROR: 'inDoubt',
  REQUEST_TIMED_OUT: 'inDoubt',
  NETWORK_EXCEPTION: 'inDoubt',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'inDoubt',
  OUT_OF_ORDER_SEQUENCE_NUMBER: 'outOfOrder',
  UNKNOWN_PRODUCER_ID: 'outOfOrder',
  CORRUPT_MESSAGE: 'refused',
  MESSAGE_TOO_LARGE: 'refused',
  INVALID_TOPIC_EXCEPTION: 'refused',
  RECORD_LIST_TOO_LARGE: 'refused',
  TOPIC_AUTHORIZATION_FAILED: 'refused',
  INVALID_TIMESTAMP: 'refused',
  UNSUPPORTED_FOR_MESSAGE_FORMAT: 'refused',
  POLICY_VIOLATION: 'refused',
  UNSUPPORTED_COMPRESSION_TYPE: 'refused',
  INVALID_RECORD: 'refused',
  TRANSACTION_ABORTABLE: 'refused',
};

const byNumber: ReadonlyMap<number, ProduceVerdict> = new Map([
  [0, 'appended'],
  ...Object.entries(kafkaErrors).map(
    ([name, { number }]) => [number, verdicts[name as KafkaErrorName] ?? 'fatal'] as const,
  ),
]);

/** Total. Nobody can say what an unknown answer leaves in the log, so the producer ends with it. */
export const produceVerdict = (errorNumber: number): ProduceVerdict => byNumber.get(errorNumber) ?? 'fatal';
