import type { Window } from '../../common/window.ts';

/** One window without an end. Made by `unlimitedWindows`. */
export interface UnlimitedWindows {
  readonly kind: 'unlimited';
  readonly startMs: number;
}

/** The size of an unlimited window, its end and how long it can be read: all the time that there is. */
export const unlimitedMs: number = Number.MAX_SAFE_INTEGER;

/**
 * One window that begins at `start` and never ends. Records before it belong to no window. Its results are never late
 * and never final.
 *
 * @param options.start epoch ms
 * @throws RangeError when the start is negative
 * @see `org.apache.kafka.streams.kstream.UnlimitedWindows`
 */
export const unlimitedWindows = (
  options: {
    /** @default 0 */
    readonly start?: number;
  } = {},
): UnlimitedWindows => {
  const { start = 0 } = options;
  if (!Number.isSafeInteger(start) || start < 0) {
    throw new RangeError(`window start: it must be an integer of at least 0, not ${start}`);
  }
  return { kind: 'unlimited', startMs: start };
};

/** The unlimited window that starts at `start`. */
export const unlimitedWindowAt = (start: number): Window => ({ start, end: unlimitedMs });
