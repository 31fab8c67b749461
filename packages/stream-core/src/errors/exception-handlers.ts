import type { Headers } from '../common/headers.ts';
import type { StreamsError } from './streams-error.ts';

/** The record that was in hand when something failed. Topic is null in work that no record caused. */
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
}

/** `fail` stops the thread with the error; `continue` drops the record, counts it, and goes on behind it. */
export type HandlerResponse = 'fail' | 'continue';

/** Decides about records whose bytes cannot be read (KIP-161). A handler that throws is fatal. */
export type DeserializationExceptionHandler = (error: StreamsError, context: ErrorHandlerContext) => HandlerResponse;

/** Decides about records on which an operator threw (KIP-1033). A handler that throws is fatal. */
export type ProcessingExceptionHandler = (error: StreamsError, context: ErrorHandlerContext) => HandlerResponse;

/** Decides about records that cannot be serialised or that the broker refuses (KIP-210). A handler that throws is fatal. */
export type ProductionExceptionHandler = (error: StreamsError, context: ErrorHandlerContext) => HandlerResponse;

/** Lets every error stop the thread: the default. The thread logs it. */
export const logAndFail = (): HandlerResponse => 'fail';

/** Drops the record and goes on. The task logs it with topic, partition and offset. */
export const logAndContinue = (): HandlerResponse => 'continue';
