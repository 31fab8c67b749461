import type { Clock } from '@millrace/stream-core';
import { systemClock } from '@millrace/stream-core';

/**
 * The clock of the machine, set to another day: events have times of the seed's day in every run, and a broker that
 * deletes by age must not take them for years old.
 */
export const clockFrom = (startAt: number): Clock => {
  const startedAt = systemClock.monotonic();
  return {
    now: () => Math.floor(startAt + systemClock.monotonic() - startedAt),
    monotonic: () => systemClock.monotonic(),
    schedule: (delayMs, callback) => systemClock.schedule(delayMs, callback),
  };
};

/** Resolves after so many ms of the clock. */
export const pause = (clock: Clock, delayMs: number): Promise<void> =>
  new Promise((resolve) => {
    clock.schedule(delayMs, resolve);
  });
