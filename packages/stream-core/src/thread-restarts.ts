import type { Clock } from './common/clock.ts';

const firstPauseMs = 100;
const longestPauseMs = 10_000;
const retryForMs = 300_000;

/**
 * The pauses between the stream threads that an instance runs one after the other. They grow until a thread runs, so
 * that neither a broker that is away nor an error that comes back at once keeps the event loop busy.
 */
export class ThreadRestarts {
  readonly #clock: Clock;
  #pauseMs = firstPauseMs;
  /** When the broker was first found away, since a thread ran last. */
  #awaySinceMs: number | null = null;
  #isStopped = false;
  #endPause: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A thread runs: what failed before is over. */
  reset(): void {
    this.#pauseMs = firstPauseMs;
    this.#awaySinceMs = null;
  }

  /** Whether it is worth to try again although the broker is away: for five minutes. */
  mayRetry(): boolean {
    const now = this.#clock.now();
    this.#awaySinceMs ??= now;
    return now - this.#awaySinceMs < retryForMs;
  }

  /** Waits before the next thread; not at all after `stop`. */
  async pause(): Promise<void> {
    if (this.#isStopped) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.schedule(this.#pauseMs, resolve);
    this.#endPause = () => {
      timer.cancel();
      resolve();
    };
    this.#pauseMs = Math.min(2 * this.#pauseMs, longestPauseMs);
    await promise;
  }

  /** Ends the pause: there will be no other thread. */
  stop(): void {
    this.#isStopped = true;
    this.#endPause();
  }
}
