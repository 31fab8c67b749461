import type { KafkaErrorName } from '../protocol/error-codes.ts';
import { isKafkaError, kafkaErrors } from '../protocol/error-codes.ts';

/** What an error of a coordinator means to a producer. */
export type CoordinatorVerdict =
  /** The same request may succeed later. */
  | 'retry'
  /** Likewise, and another node may coordinate now. */
  | 'moved'
  /** Nothing was done; the transaction can only be aborted, and the producer is sound. */
  | 'abort'
  /** The producer is of no further use. */
  | 'fatal';

const verdicts: Partial<Readonly<Record<KafkaErrorName, CoordinatorVerdict>>> = {
  COORDINATOR_LOAD_IN_PROGRESS: 'retry',
  COORDINATOR_NOT_AVAILABLE: 'moved',
  NOT_COORDINATOR: 'moved',
  REQUEST_TIMED_OUT: 'retry',
  NETWORK_EXCEPTION: 'retry',
  // The previous transaction still writes its markers.
  CONCURRENT_TRANSACTIONS: 'retry',
  THROTTLING_QUOTA_EXCEEDED: 'retry',
  // A broker that is behind.
  UNKNOWN_TOPIC_OR_PARTITION: 'retry',
  OFFSET_METADATA_TOO_LARGE: 'abort',
  INVALID_TOPIC_EXCEPTION: 'abort',
  ILLEGAL_GENERATION: 'abort',
  UNKNOWN_MEMBER_ID: 'abort',
  REBALANCE_IN_PROGRESS: 'abort',
  INVALID_COMMIT_OFFSET_SIZE: 'abort',
  TOPIC_AUTHORIZATION_FAILED: 'abort',
  GROUP_AUTHORIZATION_FAILED: 'abort',
  OPERATION_NOT_ATTEMPTED: 'abort',
  FENCED_INSTANCE_ID: 'abort',
  TRANSACTION_ABORTABLE: 'abort',
};

const byNumber: ReadonlyMap<number, CoordinatorVerdict> = new Map(
  Object.entries(kafkaErrors).map(([name, { number }]) => [number, verdicts[name as KafkaErrorName] ?? 'fatal']),
);

/** Total: after an error that is not known nobody can say where the producer stands. */
export const coordinatorVerdict = (errorNumber: number): CoordinatorVerdict => byNumber.get(errorNumber) ?? 'fatal';

const severity = { retry: 0, moved: 1, abort: 2, fatal: 3 } as const;

/** Where another part of the request is the reason, that part's error tells more. */
const severityOf = (errorNumber: number): number =>
  isKafkaError(errorNumber, 'OPERATION_NOT_ATTEMPTED') ? -1 : severity[coordinatorVerdict(errorNumber)];

/** Of the errors of the parts of one request, the one that decides about all of it; 0 when there is none. */
export const decisiveError = (errorNumbers: readonly number[]): number => {
  const errors = errorNumbers.filter((errorNumber) => errorNumber !== 0);
  return errors.reduce((worst, one) => (severityOf(one) > severityOf(worst) ? one : worst), errors[0] ?? 0);
};
