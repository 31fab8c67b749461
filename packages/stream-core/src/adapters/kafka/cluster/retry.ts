import type { Chance } from '../../../common/chance.ts';
import type { Clock } from '../../../common/clock.ts';
import { sleep } from '../../../common/clock.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { RetryBackoff } from '../retry-backoff.ts';
import { backoffMs } from '../retry-backoff.ts';

/** How long, and with which pauses, something is tried again. */
export interface RetrySettings extends RetryBackoff {
  readonly clock: Clock;
  readonly chance: Chance;
  /** No attempt begins later than this after the first one. */
  readonly retryTimeoutMs: number;
}

/** True for an error after which the same request may be sent again. */
export const isWorthRetrying = (error: unknown): boolean =>
  error instanceof StreamsError && error.code === 'BROKER_UNAVAILABLE';

/** Tries until an attempt succeeds, fails for good, or the time is over; then the last error is thrown. */
export const retrying = async <T>(settings: RetrySettings, attempt: (failures: number) => Promise<T>): Promise<T> => {
  const { clock, chance, retryTimeoutMs } = settings;
  const deadline = clock.monotonic() + retryTimeoutMs;
  for (let failures = 0; ; ) {
    try {
      return await attempt(failures);
    } catch (error) {
      failures++;
      const pauseMs = backoffMs(settings, failures, chance);
      if (!isWorthRetrying(error) || clock.monotonic() + pauseMs > deadline) throw error;
      await sleep(clock, pauseMs);
    }
  }
};
