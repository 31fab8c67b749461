import type { ErrorCode } from '../errors/codes.ts';
import { findStreamsError } from '../errors/streams-error.ts';

// After these the instance has only lost its place: it begins anew, and nothing was doubled or lost.
const migrated: ReadonlySet<ErrorCode> = new Set([
  'TASK_MIGRATED',
  'TASK_CORRUPTED',
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_EPOCH',
  // A commit is answered so when the coordinator has aborted the transaction meanwhile, because it took too long.
  'INVALID_TXN_STATE',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'REBALANCE_IN_PROGRESS',
  'OUT_OF_ORDER_SEQUENCE',
  'TRANSACTION_ABORTABLE',
]);

// After these it is worth to try again for a while.
const unavailable: ReadonlySet<ErrorCode> = new Set([
  'BROKER_UNAVAILABLE',
  'SCHEMA_REGISTRY_UNAVAILABLE',
  'UNSTABLE_OFFSET_COMMIT',
]);

/** What an error of a stream thread means for the thread. */
export type ThreadFailure = 'migrated' | 'unavailable' | 'shutdownRequested' | 'uncaught';

/** Tells what to do about an error that ended a stream thread. Total: any thrown value has an answer. */
export const classifyThreadError = (error: unknown): ThreadFailure => {
  const code = findStreamsError(error)?.code;
  if (code === undefined) return 'uncaught';
  if (code === 'SHUTDOWN_REQUESTED') return 'shutdownRequested';
  if (migrated.has(code)) return 'migrated';
  return unavailable.has(code) ? 'unavailable' : 'uncaught';
};
