import type { ErrorCode } from '../../../errors/codes.ts';
import type { ErrorContext } from '../../../errors/streams-error.ts';
import { StreamsError } from '../../../errors/streams-error.ts';

/**
 * THE table of the errors that a Kafka broker answers, by Kafka's names. Zero, no error, is not among them.
 *
 * - `number`: how the protocol writes it.
 * - `retriable`: the same request may succeed later, perhaps after the metadata was asked for again.
 * - `code`: what users of the library meet when nobody retries it (any more).
 */
export const kafkaErrors = {
  UNKNOWN_SERVER_ERROR: { number: -1, retriable: false, code: 'REQUEST_REFUSED' },
  OFFSET_OUT_OF_RANGE: { number: 1, retriable: false, code: 'OFFSET_OUT_OF_RANGE' },
  CORRUPT_MESSAGE: { number: 2, retriable: true, code: 'CORRUPT_BATCH' },
  UNKNOWN_TOPIC_OR_PARTITION: { number: 3, retriable: true, code: 'UNKNOWN_TOPIC_OR_PARTITION' },
  INVALID_FETCH_SIZE: { number: 4, retriable: false, code: 'REQUEST_REFUSED' },
  LEADER_NOT_AVAILABLE: { number: 5, retriable: true, code: 'BROKER_UNAVAILABLE' },
  NOT_LEADER_OR_FOLLOWER: { number: 6, retriable: true, code: 'BROKER_UNAVAILABLE' },
  REQUEST_TIMED_OUT: { number: 7, retriable: true, code: 'BROKER_UNAVAILABLE' },
  BROKER_NOT_AVAILABLE: { number: 8, retriable: false, code: 'BROKER_UNAVAILABLE' },
  REPLICA_NOT_AVAILABLE: { number: 9, retriable: true, code: 'BROKER_UNAVAILABLE' },
  MESSAGE_TOO_LARGE: { number: 10, retriable: false, code: 'RECORD_TOO_LARGE' },
  STALE_CONTROLLER_EPOCH: { number: 11, retriable: false, code: 'REQUEST_REFUSED' },
  OFFSET_METADATA_TOO_LARGE: { number: 12, retriable: false, code: 'METADATA_TOO_LARGE' },
  NETWORK_EXCEPTION: { number: 13, retriable: true, code: 'BROKER_UNAVAILABLE' },
  COORDINATOR_LOAD_IN_PROGRESS: { number: 14, retriable: true, code: 'BROKER_UNAVAILABLE' },
  COORDINATOR_NOT_AVAILABLE: { number: 15, retriable: true, code: 'BROKER_UNAVAILABLE' },
  NOT_COORDINATOR: { number: 16, retriable: true, code: 'BROKER_UNAVAILABLE' },
  INVALID_TOPIC_EXCEPTION: { number: 17, retriable: false, code: 'POLICY_VIOLATION' },
  RECORD_LIST_TOO_LARGE: { number: 18, retriable: false, code: 'RECORD_TOO_LARGE' },
  NOT_ENOUGH_REPLICAS: { number: 19, retriable: true, code: 'BROKER_UNAVAILABLE' },
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: { number: 20, retriable: true, code: 'BROKER_UNAVAILABLE' },
  INVALID_REQUIRED_ACKS: { number: 21, retriable: false, code: 'REQUEST_REFUSED' },
  ILLEGAL_GENERATION: { number: 22, retriable: false, code: 'ILLEGAL_GENERATION' },
  INCONSISTENT_GROUP_PROTOCOL: { number: 23, retriable: false, code: 'INCONSISTENT_GROUP_PROTOCOL' },
  INVALID_GROUP_ID: { number: 24, retriable: false, code: 'POLICY_VIOLATION' },
  UNKNOWN_MEMBER_ID: { number: 25, retriable: false, code: 'UNKNOWN_MEMBER_ID' },
  INVALID_SESSION_TIMEOUT: { number: 26, retriable: false, code: 'POLICY_VIOLATION' },
  REBALANCE_IN_PROGRESS: { number: 27, retriable: false, code: 'REBALANCE_IN_PROGRESS' },
  INVALID_COMMIT_OFFSET_SIZE: { number: 28, retriable: false, code: 'REQUEST_REFUSED' },
  TOPIC_AUTHORIZATION_FAILED: { number: 29, retriable: false, code: 'AUTHORIZATION_FAILED' },
  GROUP_AUTHORIZATION_FAILED: { number: 30, retriable: false, code: 'AUTHORIZATION_FAILED' },
  CLUSTER_AUTHORIZATION_FAILED: { number: 31, retriable: false, code: 'AUTHORIZATION_FAILED' },
  INVALID_TIMESTAMP: { number: 32, retriable: false, code: 'TIMESTAMP_INVALID' },
  UNSUPPORTED_SASL_MECHANISM: { number: 33, retriable: false, code: 'AUTHENTICATION_FAILED' },
  ILLEGAL_SASL_STATE: { number: 34, retriable: false, code: 'AUTHENTICATION_FAILED' },
  UNSUPPORTED_VERSION: { number: 35, retriable: false, code: 'UNSUPPORTED_VERSION' },
  TOPIC_ALREADY_EXISTS: { number: 36, retriable: false, code: 'TOPIC_EXISTS' },
  INVALID_PARTITIONS: { number: 37, retriable: false, code: 'POLICY_VIOLATION' },
  INVALID_REPLICATION_FACTOR: { number: 38, retriable: false, code: 'REQUEST_REFUSED' },
  INVALID_REPLICA_ASSIGNMENT: { number: 39, retriable: false, code: 'REQUEST_REFUSED' },
  INVALID_CONFIG: { number: 40, retriable: false, code: 'POLICY_VIOLATION' },
  NOT_CONTROLLER: { number: 41, retriable: true, code: 'BROKER_UNAVAILABLE' },
  INVALID_REQUEST: { number: 42, retriable: false, code: 'REQUEST_REFUSED' },
  UNSUPPORTED_FOR_MESSAGE_FORMAT: { number: 43, retriable: false, code: 'REQUEST_REFUSED' },
  POLICY_VIOLATION: { number: 44, retriable: false, code: 'POLICY_VIOLATION' },
  OUT_OF_ORDER_SEQUENCE_NUMBER: { number: 45, retriable: false, code: 'OUT_OF_ORDER_SEQUENCE' },
  DUPLICATE_SEQUENCE_NUMBER: { number: 46, retriable: false, code: 'OUT_OF_ORDER_SEQUENCE' },
  INVALID_PRODUCER_EPOCH: { number: 47, retriable: false, code: 'INVALID_PRODUCER_EPOCH' },
  INVALID_TXN_STATE: { number: 48, retriable: false, code: 'INVALID_TXN_STATE' },
  INVALID_PRODUCER_ID_MAPPING: { number: 49, retriable: false, code: 'INVALID_PRODUCER_ID_MAPPING' },
  INVALID_TRANSACTION_TIMEOUT: { number: 50, retriable: false, code: 'POLICY_VIOLATION' },
  CONCURRENT_TRANSACTIONS: { number: 51, retriable: true, code: 'BROKER_UNAVAILABLE' },
  TRANSACTION_COORDINATOR_FENCED: { number: 52, retriable: false, code: 'REQUEST_REFUSED' },
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: { number: 53, retriable: false, code: 'AUTHORIZATION_FAILED' },
  SECURITY_DISABLED: { number: 54, retriable: false, code: 'AUTHENTICATION_FAILED' },
  OPERATION_NOT_ATTEMPTED: { number: 55, retriable: false, code: 'REQUEST_REFUSED' },
  KAFKA_STORAGE_ERROR: { number: 56, retriable: true, code: 'BROKER_UNAVAILABLE' },
  LOG_DIR_NOT_FOUND: { number: 57, retriable: false, code: 'REQUEST_REFUSED' },
  SASL_AUTHENTICATION_FAILED: { number: 58, retriable: false, code: 'AUTHENTICATION_FAILED' },
  UNKNOWN_PRODUCER_ID: { number: 59, retriable: false, code: 'OUT_OF_ORDER_SEQUENCE' },
  REASSIGNMENT_IN_PROGRESS: { number: 60, retriable: false, code: 'REQUEST_REFUSED' },
  DELEGATION_TOKEN_AUTH_DISABLED: { number: 61, retriable: false, code: 'REQUEST_REFUSED' },
  DELEGATION_TOKEN_NOT_FOUND: { number: 62, retriable: false, code: 'REQUEST_REFUSED' },
  DELEGATION_TOKEN_OWNER_MISMATCH: { number: 63, retriable: false, code: 'REQUEST_REFUSED' },
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: { number: 64, retriable: false, code: 'REQUEST_REFUSED' },
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: { number: 65, retriable: false, code: 'AUTHORIZATION_FAILED' },
  DELEGATION_TOKEN_EXPIRED: { number: 66, retriable: false, code: 'AUTHENTICATION_FAILED' },
  INVALID_PRINCIPAL_TYPE: { number: 67, retriable: false, code: 'REQUEST_REFUSED' },
  NON_EMPTY_GROUP: { number: 68, retriable: false, code: 'REQUEST_REFUSED' },
  GROUP_ID_NOT_FOUND: { number: 69, retriable: false, code: 'REQUEST_REFUSED' },
  FETCH_SESSION_ID_NOT_FOUND: { number: 70, retriable: true, code: 'BROKER_UNAVAILABLE' },
  INVALID_FETCH_SESSION_EPOCH: { number: 71, retriable: true, code: 'BROKER_UNAVAILABLE' },
  LISTENER_NOT_FOUND: { number: 72, retriable: true, code: 'BROKER_UNAVAILABLE' },
  TOPIC_DELETION_DISABLED: { number: 73, retriable: false, code: 'REQUEST_REFUSED' },
  FENCED_LEADER_EPOCH: { number: 74, retriable: true, code: 'BROKER_UNAVAILABLE' },
  UNKNOWN_LEADER_EPOCH: { number: 75, retriable: true, code: 'BROKER_UNAVAILABLE' },
  UNSUPPORTED_COMPRESSION_TYPE: { number: 76, retriable: false, code: 'REQUEST_REFUSED' },
  STALE_BROKER_EPOCH: { number: 77, retriable: false, code: 'REQUEST_REFUSED' },
  OFFSET_NOT_AVAILABLE: { number: 78, retriable: true, code: 'BROKER_UNAVAILABLE' },
  MEMBER_ID_REQUIRED: { number: 79, retriable: false, code: 'UNKNOWN_MEMBER_ID' },
  PREFERRED_LEADER_NOT_AVAILABLE: { number: 80, retriable: true, code: 'BROKER_UNAVAILABLE' },
  GROUP_MAX_SIZE_REACHED: { number: 81, retriable: false, code: 'REQUEST_REFUSED' },
  FENCED_INSTANCE_ID: { number: 82, retriable: false, code: 'FENCED_INSTANCE_ID' },
  ELIGIBLE_LEADERS_NOT_AVAILABLE: { number: 83, retriable: true, code: 'BROKER_UNAVAILABLE' },
  ELECTION_NOT_NEEDED: { number: 84, retriable: true, code: 'BROKER_UNAVAILABLE' },
  NO_REASSIGNMENT_IN_PROGRESS: { number: 85, retriable: false, code: 'REQUEST_REFUSED' },
  GROUP_SUBSCRIBED_TO_TOPIC: { number: 86, retriable: false, code: 'REQUEST_REFUSED' },
  INVALID_RECORD: { number: 87, retriable: false, code: 'POLICY_VIOLATION' },
  UNSTABLE_OFFSET_COMMIT: { number: 88, retriable: true, code: 'UNSTABLE_OFFSET_COMMIT' },
  THROTTLING_QUOTA_EXCEEDED: { number: 89, retriable: true, code: 'BROKER_UNAVAILABLE' },
  PRODUCER_FENCED: { number: 90, retriable: false, code: 'PRODUCER_FENCED' },
  RESOURCE_NOT_FOUND: { number: 91, retriable: false, code: 'REQUEST_REFUSED' },
  DUPLICATE_RESOURCE: { number: 92, retriable: false, code: 'REQUEST_REFUSED' },
  UNACCEPTABLE_CREDENTIAL: { number: 93, retriable: false, code: 'AUTHENTICATION_FAILED' },
  INCONSISTENT_VOTER_SET: { number: 94, retriable: false, code: 'REQUEST_REFUSED' },
  INVALID_UPDATE_VERSION: { number: 95, retriable: false, code: 'REQUEST_REFUSED' },
  FEATURE_UPDATE_FAILED: { number: 96, retriable: false, code: 'REQUEST_REFUSED' },
  PRINCIPAL_DESERIALIZATION_FAILURE: { number: 97, retriable: false, code: 'REQUEST_REFUSED' },
  SNAPSHOT_NOT_FOUND: { number: 98, retriable: false, code: 'REQUEST_REFUSED' },
  POSITION_OUT_OF_RANGE: { number: 99, retriable: false, code: 'REQUEST_REFUSED' },
  UNKNOWN_TOPIC_ID: { number: 100, retriable: true, code: 'UNKNOWN_TOPIC_OR_PARTITION' },
  DUPLICATE_BROKER_REGISTRATION: { number: 101, retriable: false, code: 'REQUEST_REFUSED' },
  BROKER_ID_NOT_REGISTERED: { number: 102, retriable: false, code: 'REQUEST_REFUSED' },
  INCONSISTENT_TOPIC_ID: { number: 103, retriable: true, code: 'BROKER_UNAVAILABLE' },
  INCONSISTENT_CLUSTER_ID: { number: 104, retriable: false, code: 'REQUEST_REFUSED' },
  TRANSACTIONAL_ID_NOT_FOUND: { number: 105, retriable: false, code: 'REQUEST_REFUSED' },
  FETCH_SESSION_TOPIC_ID_ERROR: { number: 106, retriable: true, code: 'BROKER_UNAVAILABLE' },
  INELIGIBLE_REPLICA: { number: 107, retriable: false, code: 'REQUEST_REFUSED' },
  NEW_LEADER_ELECTED: { number: 108, retriable: false, code: 'REQUEST_REFUSED' },
  OFFSET_MOVED_TO_TIERED_STORAGE: { number: 109, retriable: false, code: 'REQUEST_REFUSED' },
  FENCED_MEMBER_EPOCH: { number: 110, retriable: false, code: 'ILLEGAL_GENERATION' },
  UNRELEASED_INSTANCE_ID: { number: 111, retriable: false, code: 'FENCED_INSTANCE_ID' },
  UNSUPPORTED_ASSIGNOR: { number: 112, retriable: false, code: 'REQUEST_REFUSED' },
  STALE_MEMBER_EPOCH: { number: 113, retriable: false, code: 'ILLEGAL_GENERATION' },
  MISMATCHED_ENDPOINT_TYPE: { number: 114, retriable: false, code: 'REQUEST_REFUSED' },
  UNSUPPORTED_ENDPOINT_TYPE: { number: 115, retriable: false, code: 'REQUEST_REFUSED' },
  UNKNOWN_CONTROLLER_ID: { number: 116, retriable: false, code: 'REQUEST_REFUSED' },
  UNKNOWN_SUBSCRIPTION_ID: { number: 117, retriable: false, code: 'REQUEST_REFUSED' },
  TELEMETRY_TOO_LARGE: { number: 118, retriable: false, code: 'REQUEST_REFUSED' },
  INVALID_REGISTRATION: { number: 119, retriable: false, code: 'REQUEST_REFUSED' },
  TRANSACTION_ABORTABLE: { number: 120, retriable: false, code: 'TRANSACTION_ABORTABLE' },
  INVALID_RECORD_STATE: { number: 121, retriable: false, code: 'REQUEST_REFUSED' },
  SHARE_SESSION_NOT_FOUND: { number: 122, retriable: true, code: 'BROKER_UNAVAILABLE' },
  INVALID_SHARE_SESSION_EPOCH: { number: 123, retriable: true, code: 'BROKER_UNAVAILABLE' },
  FENCED_STATE_EPOCH: { number: 124, retriable: false, code: 'REQUEST_REFUSED' },
  INVALID_VOTER_KEY: { number: 125, retriable: false, code: 'REQUEST_REFUSED' },
  DUPLICATE_VOTER: { number: 126, retriable: false, code: 'REQUEST_REFUSED' },
  VOTER_NOT_FOUND: { number: 127, retriable: false, code: 'REQUEST_REFUSED' },
  INVALID_REGULAR_EXPRESSION: { number: 128, retriable: false, code: 'REQUEST_REFUSED' },
  REBOOTSTRAP_REQUIRED: { number: 129, retriable: false, code: 'BROKER_UNAVAILABLE' },
  STREAMS_INVALID_TOPOLOGY: { number: 130, retriable: false, code: 'REQUEST_REFUSED' },
  STREAMS_INVALID_TOPOLOGY_EPOCH: { number: 131, retriable: false, code: 'REQUEST_REFUSED' },
  STREAMS_TOPOLOGY_FENCED: { number: 132, retriable: false, code: 'REQUEST_REFUSED' },
  SHARE_SESSION_LIMIT_REACHED: { number: 133, retriable: true, code: 'BROKER_UNAVAILABLE' },
} as const;

/** Kafka's name for an error. */
export type KafkaErrorName = keyof typeof kafkaErrors;

/** What an error number means. */
export interface KafkaError {
  /** Kafka's name, a KafkaErrorName unless the broker is newer than the table. */
  readonly name: string;
  readonly number: number;
  readonly retriable: boolean;
  readonly code: ErrorCode;
}

const byNumber: ReadonlyMap<number, KafkaError> = new Map(
  Object.entries(kafkaErrors).map(([name, error]) => [error.number, { name, ...error }]),
);

/** What an error number means; a number that is not known counts as a refusal that no retry helps. */
export const kafkaError = (number: number): KafkaError =>
  byNumber.get(number) ?? { name: `error ${number}`, number, retriable: false, code: 'REQUEST_REFUSED' };

/** True when an answered error number is one of these. */
export const isKafkaError = (number: number, ...names: readonly KafkaErrorName[]): boolean =>
  names.some((name) => kafkaErrors[name].number === number);

interface RefusalOptions {
  /** The text that the broker sent with the error; null when there was none. */
  readonly brokerMessage?: string | null;
  readonly context?: ErrorContext;
  /** What the user can do. @default derived from the error */
  readonly remedy?: string;
}

const remedies: Partial<Readonly<Record<ErrorCode, string>>> = {
  AUTHORIZATION_FAILED: 'Give the user of this client the rights that the request needs.',
  AUTHENTICATION_FAILED: 'Check mechanism, user name and password.',
  BROKER_UNAVAILABLE: 'Check that the brokers are up; the request may succeed later.',
  RECORD_TOO_LARGE: 'Raise max.message.bytes of the topic, or write smaller records.',
  UNKNOWN_TOPIC_OR_PARTITION: 'Check the name, and create the topic.',
  UNSUPPORTED_VERSION: 'Use a broker of Kafka 2.8 or later.',
};

/** The error that users meet when a broker answers `number` to `what`, such as `Produce to payments-0`. */
export const refusal = (number: number, what: string, options: RefusalOptions = {}): StreamsError => {
  const { name, code } = kafkaError(number);
  const { brokerMessage = null, context = {}, remedy = remedies[code] } = options;
  // Most of what brokers say is a sentence already.
  const text = brokerMessage?.replace(/\.$/u, '') ?? '';
  const said = text === '' ? '' : `: ${text}`;
  const advice = remedy === undefined ? '' : ` ${remedy}`;
  return new StreamsError(code, `${what} was refused with ${name} (${number})${said}.${advice}`, { context });
};
