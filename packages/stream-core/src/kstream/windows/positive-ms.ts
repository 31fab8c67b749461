import type { Duration } from '../../common/duration.ts';
import { toMs } from '../../common/duration.ts';

/** A duration of at least a millisecond. @throws RangeError when it is shorter */
export const positiveMs = (duration: Duration, what: string): number => {
  const ms = toMs(duration, what);
  if (ms < 1) throw new RangeError(`${what}: it must be at least 1 ms, not ${duration}`);
  return ms;
};
