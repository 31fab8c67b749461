import type { ErrorCode } from '../../../errors/codes.ts';
import { errorCodes } from '../../../errors/codes.ts';
import type { ErrorContext } from '../../../errors/streams-error.ts';
import { errorMessage, StreamsError } from '../../../errors/streams-error.ts';

/** An error as it travels. */
export interface WireError {
  /** Null for an error that is none of the library. */
  readonly code: string | null;
  readonly message: string;
  readonly context: ErrorContext;
  readonly cause: WireError | null;
  /** Names an error that the client itself threw in a callback, so that it gets its own object back. */
  readonly token: number | null;
}

/** Stands at the server for what a callback of the client threw. */
export class CallbackError extends Error {
  override readonly name = 'CallbackError';
  readonly token: number;

  constructor(token: number, message: string) {
    super(message);
    this.token = token;
  }
}

const longestChain = 8;

export const encodeError = (error: unknown, depth = 0): WireError => {
  const hasCause = error instanceof Error && error.cause !== undefined && depth < longestChain;
  return {
    code: error instanceof StreamsError ? error.code : null,
    message: errorMessage(error),
    context: error instanceof StreamsError ? error.context : {},
    cause: hasCause ? encodeError(error.cause, depth + 1) : null,
    token: error instanceof CallbackError ? error.token : null,
  };
};

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCodes, code);

/** The error again: a StreamsError keeps code and context, what the client threw is what `thrown` knows by its token. */
export const decodeError = (error: WireError, thrown?: (token: number) => unknown): unknown => {
  const { code, message, context, token } = error;
  if (token !== null) return thrown?.(token) ?? new CallbackError(token, message);
  const options = error.cause === null ? {} : { cause: decodeError(error.cause, thrown) };
  if (code !== null && isErrorCode(code)) return new StreamsError(code, message, { context, ...options });
  return new Error(message, options);
};
