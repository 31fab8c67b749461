import type { Logger } from './common/logger.ts';
import { errorMessage, findStreamsError } from './errors/streams-error.ts';
import type { ThreadFailure } from './runtime/thread-errors.ts';

/** What becomes of an instance after an error of its stream thread. */
export type FailureOutcome = 'closes' | 'restarts' | 'ends';

const failureEvents = { closes: 'close.failed', restarts: 'thread.restarts', ends: 'thread.failed' } as const;

/** What an instance says about itself when something fails. */
export class InstanceLog {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** An error has ended a stream thread. */
  threadFailed(error: unknown, failure: ThreadFailure, outcome: FailureOutcome): void {
    const code = findStreamsError(error)?.code ?? null;
    const level = outcome === 'restarts' ? 'warn' : 'error';
    this.#logger[level](failureEvents[outcome], { failure, code, error: errorMessage(error) });
  }

  /** The handler of uncaught exceptions has thrown itself. */
  handlerFailed(error: unknown): void {
    this.#logger.error('uncaught_handler.failed', { error: errorMessage(error) });
  }

  /** Calls a listener of the user, whose failure is not that of the instance. */
  tell(listener: string, call: () => unknown): void {
    (async () => call())().catch((error: unknown) => {
      this.#logger.error('listener.failed', { listener, error: errorMessage(error) });
    });
  }

  /** Closes something on the way out, where a failure changes nothing any more. */
  async closeQuietly(what: string, close: () => Promise<void>): Promise<void> {
    try {
      await close();
    } catch (error) {
      this.#logger.warn(`${what}.close_failed`, { error: errorMessage(error) });
    }
  }
}
