import { StreamsError } from '../errors/streams-error.ts';

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/**
 * Refuses a promise that user code returned where the work must be done at its return: what comes later is part of no
 * record and of no transaction.
 *
 * @param what what the user calls it, such as `process()`
 * @throws StreamsError PROCESSING_FAILED
 */
export const refusePromise = (result: unknown, what: string, node: string): void => {
  if (!isThenable(result)) return;
  // Nobody waits for it, so its failure would end the process.
  Promise.resolve(result).catch(() => undefined);
  throw new StreamsError(
    'PROCESSING_FAILED',
    `${what} of ${node} returned a promise, for which nobody waits; make it synchronous`,
    { context: { node } },
  );
};
