import type { ErrorCode } from '../../errors/codes.ts';
import { errorCodes } from '../../errors/codes.ts';
import { StreamsError } from '../../errors/streams-error.ts';
import type { AssignmentData } from './subscription-data.ts';

/** What the leader tells all members that keeps them from running; null when nothing does. */
export const assignmentError = ({ isShutdownRequested, error }: AssignmentData): StreamsError | null => {
  if (isShutdownRequested) {
    return new StreamsError('SHUTDOWN_REQUESTED', 'An instance asked the whole application to shut down');
  }
  if (error === null) return null;
  // A newer leader may know codes that this version does not.
  return new StreamsError(error.code in errorCodes ? (error.code as ErrorCode) : 'TOPOLOGY_INVALID', error.message);
};
