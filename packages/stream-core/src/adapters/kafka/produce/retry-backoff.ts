import type { Chance } from '../../../common/chance.ts';

export interface RetryBackoff {
  /** Before the first retry. */
  readonly firstMs: number;
  /** The longest; it doubles up to here. */
  readonly longestMs: number;
}

/** How long to wait after `failures` attempts in a row (1 is the first), with a fifth of chance either way. */
export const backoffMs = ({ firstMs, longestMs }: RetryBackoff, failures: number, chance: Chance): number =>
  Math.min(firstMs * 2 ** Math.min(failures - 1, 30), longestMs) * (0.8 + 0.4 * chance());
