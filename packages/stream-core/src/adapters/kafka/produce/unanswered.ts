import type { ErrorCode } from '../../../errors/codes.ts';
import { errorMessage, StreamsError } from '../../../errors/streams-error.ts';

const transient: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['BROKER_UNAVAILABLE', 'CORRUPT_MESSAGE']);

/** Whether a request found no answer that could be read: it may have been done, and may be sent again. */
export const isTransient = (error: unknown): boolean => error instanceof StreamsError && transient.has(error.code);

/** The error of something that was tried for all of its time. */
export const unanswered = (what: string, timeoutMs: number, cause: unknown): StreamsError => {
  const last = cause === null ? '' : `; the last attempt: ${errorMessage(cause)}`;
  const message = `${what} did not succeed within ${timeoutMs} ms: check that the brokers are up and can be reached${last}`;
  return new StreamsError('BROKER_UNAVAILABLE', message, { cause });
};
