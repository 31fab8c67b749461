import type { ErrorCode } from '../../errors/codes.ts';
import type { ErrorContext } from '../../errors/streams-error.ts';
import { StreamsError } from '../../errors/streams-error.ts';

/** The answers of a Kafka broker that are no success, by the names that Kafka gives them. */
export type BrokerErrorName =
  | 'OFFSET_OUT_OF_RANGE'
  | 'CORRUPT_MESSAGE'
  | 'UNKNOWN_TOPIC_OR_PARTITION'
  | 'MESSAGE_TOO_LARGE'
  | 'OFFSET_METADATA_TOO_LARGE'
  | 'INVALID_TOPIC_EXCEPTION'
  | 'ILLEGAL_GENERATION'
  | 'INCONSISTENT_GROUP_PROTOCOL'
  | 'INVALID_GROUP_ID'
  | 'UNKNOWN_MEMBER_ID'
  | 'INVALID_SESSION_TIMEOUT'
  | 'REBALANCE_IN_PROGRESS'
  | 'INVALID_TIMESTAMP'
  | 'TOPIC_ALREADY_EXISTS'
  | 'INVALID_PARTITIONS'
  | 'INVALID_CONFIG'
  | 'OUT_OF_ORDER_SEQUENCE_NUMBER'
  | 'INVALID_PRODUCER_EPOCH'
  | 'INVALID_TXN_STATE'
  | 'INVALID_PRODUCER_ID_MAPPING'
  | 'INVALID_TRANSACTION_TIMEOUT'
  | 'CONCURRENT_TRANSACTIONS'
  | 'MEMBER_ID_REQUIRED'
  | 'FENCED_INSTANCE_ID'
  | 'INVALID_RECORD'
  | 'UNSTABLE_OFFSET_COMMIT'
  | 'PRODUCER_FENCED';

/** For each its number in the Kafka protocol, and the code that users of the library meet. */
const brokerErrors: Readonly<Record<BrokerErrorName, readonly [number, ErrorCode]>> = {
  OFFSET_OUT_OF_RANGE: [1, 'OFFSET_OUT_OF_RANGE'],
  CORRUPT_MESSAGE: [2, 'CORRUPT_BATCH'],
  UNKNOWN_TOPIC_OR_PARTITION: [3, 'UNKNOWN_TOPIC_OR_PARTITION'],
  MESSAGE_TOO_LARGE: [10, 'RECORD_TOO_LARGE'],
  OFFSET_METADATA_TOO_LARGE: [12, 'METADATA_TOO_LARGE'],
  INVALID_TOPIC_EXCEPTION: [17, 'POLICY_VIOLATION'],
  ILLEGAL_GENERATION: [22, 'ILLEGAL_GENERATION'],
  INCONSISTENT_GROUP_PROTOCOL: [23, 'INCONSISTENT_GROUP_PROTOCOL'],
  INVALID_GROUP_ID: [24, 'POLICY_VIOLATION'],
  UNKNOWN_MEMBER_ID: [25, 'UNKNOWN_MEMBER_ID'],
  INVALID_SESSION_TIMEOUT: [26, 'POLICY_VIOLATION'],
  REBALANCE_IN_PROGRESS: [27, 'REBALANCE_IN_PROGRESS'],
  INVALID_TIMESTAMP: [32, 'TIMESTAMP_INVALID'],
  TOPIC_ALREADY_EXISTS: [36, 'TOPIC_EXISTS'],
  INVALID_PARTITIONS: [37, 'POLICY_VIOLATION'],
  INVALID_CONFIG: [40, 'POLICY_VIOLATION'],
  OUT_OF_ORDER_SEQUENCE_NUMBER: [45, 'OUT_OF_ORDER_SEQUENCE'],
  INVALID_PRODUCER_EPOCH: [47, 'INVALID_PRODUCER_EPOCH'],
  INVALID_TXN_STATE: [48, 'INVALID_TXN_STATE'],
  INVALID_PRODUCER_ID_MAPPING: [49, 'INVALID_PRODUCER_ID_MAPPING'],
  INVALID_TRANSACTION_TIMEOUT: [50, 'POLICY_VIOLATION'],
  // The previous transaction still writes its markers: the same request succeeds a little later.
  CONCURRENT_TRANSACTIONS: [51, 'BROKER_UNAVAILABLE'],
  MEMBER_ID_REQUIRED: [79, 'UNKNOWN_MEMBER_ID'],
  FENCED_INSTANCE_ID: [82, 'FENCED_INSTANCE_ID'],
  INVALID_RECORD: [87, 'POLICY_VIOLATION'],
  UNSTABLE_OFFSET_COMMIT: [88, 'UNSTABLE_OFFSET_COMMIT'],
  PRODUCER_FENCED: [90, 'PRODUCER_FENCED'],
};

/** A refusal of the embedded broker. `error` is Kafka's name for it, which is finer than the library's `code`. */
export class BrokerError extends StreamsError {
  readonly error: BrokerErrorName;
  /** The number of the error in the Kafka protocol. */
  readonly errorNumber: number;

  constructor(error: BrokerErrorName, message: string, context: ErrorContext = {}) {
    super(brokerErrors[error][1], message, { context });
    this.error = error;
    this.errorNumber = brokerErrors[error][0];
  }
}

/** True when `thrown` is the refusal of that name. */
export const isBrokerError = (thrown: unknown, error: BrokerErrorName): thrown is BrokerError =>
  thrown instanceof BrokerError && thrown.error === error;
