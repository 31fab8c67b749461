import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';

const byDuration = 'by_duration:';

/**
 * Where a source begins to read when there is no offset to go on from: its group has committed none, or retention has
 * deleted the records behind it. `none` makes that an error; `by_duration:1h` begins with what is at most so old.
 *
 * @see KIP-1106, `org.apache.kafka.streams.AutoOffsetReset`
 */
export type AutoOffsetReset = 'earliest' | 'latest' | 'none' | `by_duration:${Exclude<Duration, number>}`;

/** How far back a reset by duration goes, ms; null for the others. @throws RangeError when that is no duration */
export const resetDurationMs = (reset: AutoOffsetReset): number | null =>
  reset.startsWith(byDuration) ? toMs(reset.slice(byDuration.length) as Duration, 'offset reset') : null;

/** Whether a value is one of them. */
export const isOffsetReset = (value: unknown): value is AutoOffsetReset => {
  if (value === 'earliest' || value === 'latest' || value === 'none') return true;
  if (typeof value !== 'string' || !value.startsWith(byDuration)) return false;
  try {
    return resetDurationMs(value as AutoOffsetReset) !== null;
  } catch {
    return false;
  }
};
