import type { Duration } from '../../common/duration.ts';
import { toMs } from '../../common/duration.ts';
import { positiveMs } from './positive-ms.ts';

/** Windows of activity, parted by gaps of inactivity. Made by `sessionWindows`. */
export interface SessionWindows {
  readonly kind: 'session';
  readonly inactivityGapMs: number;
  readonly graceMs: number;
}

/**
 * Sessions: records of a key that are at most `inactivityGap` apart lie in one window, which begins and ends with a
 * record. A record that lies close to two sessions merges them. One that comes later than gap and grace after the end of
 * its session, as far as that reaches with it, is dropped.
 *
 * @throws RangeError when the gap is below 1 ms
 * @see KIP-94, KIP-633, `org.apache.kafka.streams.kstream.SessionWindows`
 */
export const sessionWindows = (options: {
  readonly inactivityGap: Duration;
  /** @default 0 */
  readonly grace?: Duration;
}): SessionWindows => ({
  kind: 'session',
  inactivityGapMs: positiveMs(options.inactivityGap, 'inactivity gap'),
  graceMs: toMs(options.grace ?? 0, 'grace'),
});
