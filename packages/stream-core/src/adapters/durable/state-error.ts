import { errorMessage, StreamsError } from '../../errors/streams-error.ts';

type StateErrorCode = 'STATE_FAILED' | 'STATE_CORRUPTED' | 'STATE_LOCKED' | 'STATE_FORMAT_UNSUPPORTED';

/** An error of a state directory or of one database in it. */
export const stateError = (
  code: StateErrorCode,
  message: string,
  { taskId, cause }: { taskId?: string; cause?: unknown } = {},
): StreamsError => new StreamsError(code, message, { ...(taskId !== undefined && { context: { taskId } }), cause });

/** Runs something that touches the file system; its errors become STATE_FAILED. */
export const onDisk = <Result>(what: string, action: () => Result, taskId?: string): Result => {
  try {
    return action();
  } catch (error) {
    if (error instanceof StreamsError) throw error;
    const options = { cause: error, ...(taskId !== undefined && { taskId }) };
    throw stateError('STATE_FAILED', `${what} failed: ${errorMessage(error)}`, options);
  }
};
