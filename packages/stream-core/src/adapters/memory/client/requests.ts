import type { Clock } from '../../../common/clock.ts';
import { sleep } from '../../../common/clock.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { Faults, RequestKind } from '../faults.ts';

export interface RequestsOptions {
  readonly clientId: string;
  readonly clock: Clock;
  readonly faults: Faults;
  /** How long a request without an answer is tried again. */
  readonly retryTimeoutMs: number;
}

const firstBackoffMs = 10;
const longestBackoffMs = 200;

/** True when a request found no answer, or came while the broker was busy, and may simply be sent again. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof StreamsError && error.code === 'BROKER_UNAVAILABLE';

/** How long to wait before a request is sent once more, after `attempt` failures (the first is 0). */
export const backoffMs = (attempt: number): number => Math.min(firstBackoffMs * 2 ** attempt, longestBackoffMs);

const never = (): boolean => false;

/** The way of all requests of one client to the broker: past the faults, and again when no answer came. */
export class Requests {
  readonly #options: RequestsOptions;
  #isClosed = false;

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  /** Gives up requests that are being tried again. */
  close(): void {
    this.#isClosed = true;
  }

  /** One attempt. */
  async once<T>(kind: RequestKind, answer: () => T | Promise<T>): Promise<T> {
    const { faults, clientId } = this.#options;
    await faults.beforeRequest?.(kind, clientId);
    const result = await answer();
    await faults.afterRequest?.(kind, clientId);
    return result;
  }

  /**
   * As many attempts as the retry time allows, unless `isGivenUp` ends it earlier. `answer` must do the same when it is
   * called twice.
   *
   * @throws StreamsError BROKER_UNAVAILABLE when the time is over: the outcome is unknown then.
   */
  async untilAnswered<T>(
    kind: RequestKind,
    answer: () => T | Promise<T>,
    isGivenUp: () => boolean = never,
  ): Promise<T> {
    const { clock, retryTimeoutMs } = this.#options;
    const deadline = clock.monotonic() + retryTimeoutMs;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.once(kind, answer);
      } catch (error) {
        const delayMs = backoffMs(attempt);
        const isOver = this.#isClosed || isGivenUp() || clock.monotonic() + delayMs > deadline;
        if (isOver || !isUnavailable(error)) throw error;
        await sleep(clock, delayMs);
      }
    }
  }
}
