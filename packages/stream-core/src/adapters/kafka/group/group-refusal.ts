import type { ErrorContext, StreamsError } from '../../../errors/streams-error.ts';
import { kafkaError, refusal } from '../protocol/error-codes.ts';

/** What users can do about the errors that only groups have. */
const remedies: Readonly<Record<string, string>> = {
  OFFSET_METADATA_TOO_LARGE: 'Raise offset.metadata.max.bytes of the broker.',
  ILLEGAL_GENERATION: 'The group has moved on: the next poll joins it again.',
  INCONSISTENT_GROUP_PROTOCOL: 'Stop the members that speak another protocol, or use another group.',
  INVALID_GROUP_ID: 'Use another group id.',
  UNKNOWN_MEMBER_ID: 'The group has removed this member, or never had it: the next poll joins it again.',
  INVALID_SESSION_TIMEOUT: 'Stay between group.min.session.timeout.ms and group.max.session.timeout.ms of the broker.',
  REBALANCE_IN_PROGRESS: 'Poll, and then try again.',
  INVALID_COMMIT_OFFSET_SIZE: 'Commit shorter metadata.',
  GROUP_MAX_SIZE_REACHED: 'Raise group.max.size of the broker, or start fewer members.',
  FENCED_INSTANCE_ID: 'Another process uses the same group instance id: give each one of its own.',
  UNSTABLE_OFFSET_COMMIT: 'A transaction that is open holds the offsets: try again later.',
};

/** The error that users meet when a coordinator answers `number` to `what`, such as `JoinGroup for group g`. */
export const groupRefusal = (number: number, what: string, context: ErrorContext = {}): StreamsError => {
  const remedy = remedies[kafkaError(number).name];
  return refusal(number, what, remedy === undefined ? { context } : { context, remedy });
};
