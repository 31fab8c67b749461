import type { Chance } from '../../../common/chance.ts';
import type { Clock } from '../../../common/clock.ts';
import { sleep } from '../../../common/clock.ts';
import { backoffMs, defaultRetryBackoff } from '../retry-backoff.ts';

/** What one attempt came to: a value, or the reason for another one. */
export type Attempt<T> = { readonly value: T } | { readonly unavailable: unknown };

export interface RetryOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  /** How long attempts may fail in a row; 0 for one attempt. A long wait for an answer that fails counts as no time. */
  readonly retryMs: number;
  /** Called before each attempt; it ends them by throwing. */
  readonly checkOpen?: (() => void) | undefined;
}

/** Tries until there is a value; throws what was in the way of the last attempt when the time is over. */
export const untilAnswered = async <T>(
  attempt: () => Promise<Attempt<T>>,
  { clock, chance, retryMs, checkOpen }: RetryOptions,
): Promise<T> => {
  let failingSince: number | null = null;
  for (let failures = 1; ; failures++) {
    checkOpen?.();
    const outcome = await attempt();
    if ('value' in outcome) return outcome.value;
    failingSince ??= clock.monotonic();
    const delayMs = backoffMs(defaultRetryBackoff, failures, chance);
    if (clock.monotonic() + delayMs - failingSince > retryMs) throw outcome.unavailable;
    await sleep(clock, delayMs);
  }
};
