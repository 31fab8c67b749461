import type { Chance } from '../../../common/chance.ts';
import type { Clock } from '../../../common/clock.ts';
import { sleep } from '../../../common/clock.ts';
import { StreamsError } from '../../../errors/streams-error.ts';

/** How long, and with which pauses, something is tried again. */
export interface RetrySettings {
  readonly clock: Clock;
  readonly chance: Chance;
  /** No attempt begins later than this after the first one. */
  readonly retryTimeoutMs: number;
  /** Before the first retry; the pause doubles up to the longest. */
  readonly retryBackoffMs: number;
  readonly retryBackoffMaxMs: number;
}

/** How long to wait after `failures` attempts in a row (1 is the first), with a fifth of chance either way. */
export const backoffMs = ({ chance, retryBackoffMs, retryBackoffMaxMs }: RetrySettings, failures: number): number =>
  Math.min(retryBackoffMs * 2 ** Math.min(failures - 1, 30), retryBackoffMaxMs) * (0.8 + 0.4 * chance());

/** True for an error after which the same request may be sent again. */
export const isWorthRetrying = (error: unknown): boolean =>
  error instanceof StreamsError && error.code === 'BROKER_UNAVAILABLE';

/** Tries until an attempt succeeds, fails for good, or the time is over; then the last error is thrown. */
export const retrying = async <T>(settings: RetrySettings, attempt: (failures: number) => Promise<T>): Promise<T> => {
  const { clock, retryTimeoutMs } = settings;
  const deadline = clock.monotonic() + retryTimeoutMs;
  for (let failures = 0; ; ) {
    try {
      return await attempt(failures);
    } catch (error) {
      failures++;
      const pauseMs = backoffMs(settings, failures);
      if (!isWorthRetrying(error) || clock.monotonic() + pauseMs > deadline) throw error;
      await sleep(clock, pauseMs);
    }
  }
};
