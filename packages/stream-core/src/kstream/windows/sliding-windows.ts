import type { Duration } from '../../common/duration.ts';
import { toMs } from '../../common/duration.ts';

/** Windows that slide along the records. Made by `slidingWindows`. */
export interface SlidingWindows {
  readonly kind: 'sliding';
  readonly timeDifferenceMs: number;
  readonly graceMs: number;
}

/**
 * Windows over all records that are at most `timeDifference` apart. There is one for every record that ends with it and
 * one that begins just behind it, as far as they hold different records; both ends belong to the window. Records that
 * come later than `grace` after the end of a window are not taken into it.
 *
 * A difference of 0 makes no windows that could be stored: the first record fails, as in Kafka Streams.
 *
 * @throws RangeError when the difference or the grace is negative
 * @see KIP-450, `org.apache.kafka.streams.kstream.SlidingWindows`
 */
export const slidingWindows = (options: {
  readonly timeDifference: Duration;
  /** @default 0 */
  readonly grace?: Duration;
}): SlidingWindows => ({
  kind: 'sliding',
  timeDifferenceMs: toMs(options.timeDifference, 'time difference'),
  graceMs: toMs(options.grace ?? 0, 'grace'),
});
