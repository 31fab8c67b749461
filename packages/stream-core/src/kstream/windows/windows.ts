import type { Duration } from '../../common/duration.ts';
import { toMs } from '../../common/duration.ts';
import type { Window } from '../../common/window.ts';
import { positiveMs } from './positive-ms.ts';

/** Tumbling and hopping windows. Made by `timeWindows`. */
export interface TimeWindows {
  readonly kind: 'time';
  readonly sizeMs: number;
  readonly advanceMs: number;
  readonly graceMs: number;
}

/** The windows of time in which two streams are joined. Made by `joinWindows`. */
export interface JoinWindows {
  readonly kind: 'join';
  /** How far a right record may lie before a left one. */
  readonly beforeMs: number;
  /** How far a right record may lie behind a left one. */
  readonly afterMs: number;
  readonly graceMs: number;
  /** False only for the old `JoinWindows.of`: left and outer results may come before it is certain that none will match. */
  readonly holdsBackUnmatched: boolean;
}

const legacyGraceMs = 24 * 60 * 60 * 1_000;

/**
 * Windows of `size`, one every `advanceBy` (tumbling without it). A window covers [start, start + size) and starts at a
 * multiple of `advanceBy`. Records that come later than `grace` after the end of their window are dropped.
 *
 * @throws RangeError when size or advance are below 1 ms, or the advance is larger than the size
 * @see KIP-633, `org.apache.kafka.streams.kstream.TimeWindows`
 */
export const timeWindows = (options: {
  readonly size: Duration;
  /** @default the size: tumbling windows */
  readonly advanceBy?: Duration;
  /** @default 0 */
  readonly grace?: Duration;
}): TimeWindows => {
  const sizeMs = positiveMs(options.size, 'window size');
  const advanceMs = positiveMs(options.advanceBy ?? options.size, 'window advance');
  if (advanceMs > sizeMs) throw new RangeError(`window advance: ${advanceMs} ms is more than the size of ${sizeMs} ms`);
  return { kind: 'time', sizeMs, advanceMs, graceMs: toMs(options.grace ?? 0, 'grace') };
};

/** The starts of the windows that hold `timestamp`, earliest first. No window starts below 0. */
export const windowStartsFor = (windows: TimeWindows, timestamp: number): number[] => {
  const { sizeMs, advanceMs } = windows;
  const starts: number[] = [];
  let start = Math.floor(Math.max(0, timestamp - sizeMs + advanceMs) / advanceMs) * advanceMs;
  for (; start <= timestamp; start += advanceMs) starts.push(start);
  return starts;
};

/** The window that starts at `start`. */
export const timeWindowAt = (windows: TimeWindows, start: number): Window => ({ start, end: start + windows.sizeMs });

/**
 * Joins records whose timestamps are at most `timeDifference` apart; `before` and `after` say it for the two directions
 * where they differ: a left record at t meets right records in [t - before, t + after].
 *
 * @throws RangeError when the window would be empty or negative
 * @see `org.apache.kafka.streams.kstream.JoinWindows`
 */
export const joinWindows = (options: {
  readonly timeDifference: Duration;
  /** Negative when right records must be later than left ones. @default timeDifference */
  readonly before?: Duration | number;
  /** Negative when right records must be earlier than left ones. @default timeDifference */
  readonly after?: Duration | number;
  /** How late a record may be and still join. @default 0 */
  readonly grace?: Duration;
}): JoinWindows => {
  const differenceMs = toMs(options.timeDifference, 'time difference');
  const beforeMs = signed(options.before, differenceMs, 'before');
  const afterMs = signed(options.after, differenceMs, 'after');
  if (beforeMs + afterMs < 0) {
    throw new RangeError(`join window: before (${beforeMs} ms) and after (${afterMs} ms) leave no time between them`);
  }
  return { kind: 'join', beforeMs, afterMs, graceMs: toMs(options.grace ?? 0, 'grace'), holdsBackUnmatched: true };
};

/**
 * The windows that `JoinWindows.of` made before Kafka 3.0: by default a grace of 24 h less twice the difference (not
 * below 0), and left and outer results that may come although a match follows. For topologies that must answer as they
 * did then.
 *
 * @see KIP-633, `org.apache.kafka.streams.kstream.JoinWindows.of`
 */
export const legacyJoinWindows = (options: Parameters<typeof joinWindows>[0]): JoinWindows => {
  const differenceMs = toMs(options.timeDifference, 'time difference');
  const { grace = Math.max(0, legacyGraceMs - 2 * differenceMs) } = options;
  return { ...joinWindows({ ...options, grace }), holdsBackUnmatched: false };
};

const signed = (duration: Duration | undefined, fallback: number, what: string): number => {
  if (duration === undefined) return fallback;
  return typeof duration === 'number' && duration < 0 ? -toMs(-duration, what) : toMs(duration, what);
};

/** How wide a join window is. */
export const joinWindowSizeMs = (windows: JoinWindows): number => windows.beforeMs + windows.afterMs;
