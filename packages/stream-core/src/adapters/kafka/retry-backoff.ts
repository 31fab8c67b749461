import type { Chance } from '../../common/chance.ts';

/** With which pauses something is tried again, in ms. */
export interface RetryBackoff {
  /** Before the first retry. */
  readonly retryBackoffMs: number;
  /** The longest; it doubles up to here. */
  readonly retryBackoffMaxMs: number;
}

/** What the client waits where nothing else is configured. */
export const defaultRetryBackoff: RetryBackoff = { retryBackoffMs: 50, retryBackoffMaxMs: 1_000 };

/** How long to wait after `failures` attempts in a row (1 is the first), with a fifth of chance either way. */
export const backoffMs = (
  { retryBackoffMs, retryBackoffMaxMs }: RetryBackoff,
  failures: number,
  chance: Chance,
): number => Math.min(retryBackoffMs * 2 ** Math.min(failures - 1, 30), retryBackoffMaxMs) * (0.8 + 0.4 * chance());
