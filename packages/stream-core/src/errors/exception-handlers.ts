import type { Headers } from '../common/headers.ts';
import type { DeadLetterQueueRecord } from './dead-letter.ts';
import { deadLetterQueueRecord } from './dead-letter.ts';
import type { StreamsError } from './streams-error.ts';

/**
 * The record that was in hand when something failed. Topic is null in work that no record caused, and where a broker
 * refused output after it was sent: then key, value, timestamp and headers are those of the output, and `taskId` is empty.
 */
export interface ErrorHandlerContext {
  readonly taskId: string;
  /** The processor node; null for a record that no node has seen yet. */
  readonly node: string | null;
  readonly topic: string | null;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly headers: Headers;
  /** What was read, byte for byte. Valid during the call. */
  readonly rawKey: Uint8Array | null;
  readonly rawValue: Uint8Array | null;
  /** Whether it was the key or the value of the output that could not be serialised; null for all other errors. */
  readonly serializationExceptionOrigin: 'key' | 'value' | null;
  /** `errorsDeadLetterQueueTopicName` of the configuration; null when there is none. */
  readonly deadLetterQueueTopicName: string | null;
}

/** An answer together with records to write in place of the one in hand (KIP-1034). */
export interface DeadLetterQueueResponse {
  readonly result: 'fail' | 'continue';
  /** Written by the producer of the task: under exactly_once_v2 in the transaction, and not at all with `fail`. */
  readonly deadLetterQueueRecords: readonly DeadLetterQueueRecord[];
}

/** `fail` stops the thread with the error; `continue` drops the record, counts it, and goes on behind it. */
export type HandlerResponse = 'fail' | 'continue' | DeadLetterQueueResponse;

/**
 * As HandlerResponse. `retry` gives up what was not committed and does it again, for as long as for a broker that is
 * away; where doing it again cannot help, as with a record that cannot be serialised, it is `fail` (KIP-1065).
 */
export type ProductionHandlerResponse = HandlerResponse | 'retry';

/** Decides about records whose bytes cannot be read (KIP-161). A handler that throws is fatal. */
export type DeserializationExceptionHandler = (error: StreamsError, context: ErrorHandlerContext) => HandlerResponse;

/** Decides about records on which an operator threw (KIP-1033). A handler that throws is fatal. */
export type ProcessingExceptionHandler = (error: StreamsError, context: ErrorHandlerContext) => HandlerResponse;

/**
 * Decides about records that cannot be serialised or that the broker refuses (KIP-210). A handler that throws is fatal. It
 * is asked about what the broker refuses after it was sent under at_least_once alone, and not about changelogs.
 */
export type ProductionExceptionHandler = (
  error: StreamsError,
  context: ErrorHandlerContext,
) => ProductionHandlerResponse;

const withDeadLetter = (
  result: 'fail' | 'continue',
  error: StreamsError,
  context: ErrorHandlerContext,
): HandlerResponse => {
  const { deadLetterQueueTopicName: topic } = context;
  if (topic === null) return result;
  return { result, deadLetterQueueRecords: [deadLetterQueueRecord(topic, error, context)] };
};

/**
 * Lets every error stop the thread: the default. The thread logs it. The record goes to the dead letter queue of the
 * configuration too, if there is one.
 */
export const logAndFail = (error: StreamsError, context: ErrorHandlerContext): HandlerResponse =>
  withDeadLetter('fail', error, context);

/**
 * Drops the record and goes on. The task logs it with topic, partition and offset. The record goes to the dead letter
 * queue of the configuration, if there is one.
 */
export const logAndContinue = (error: StreamsError, context: ErrorHandlerContext): HandlerResponse =>
  withDeadLetter('continue', error, context);
