/** A timer that has not fired yet. */
export interface Timer {
  cancel(): void;
}

/**
 * The wall clock as a dependency. Everything that asks for the time or waits does it here, so that tests and the
 * simulator can put their own time in its place.
 */
export interface Clock {
  /** Epoch milliseconds, whole ones. */
  now(): number;
  /** Milliseconds that never go back, for measuring how long something took. */
  monotonic(): number;
  /** Calls `callback` once after `delayMs`. */
  schedule(delayMs: number, callback: () => void): Timer;
}

/** The machine's own clock. This file alone may name it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule: (delayMs, callback) => {
    const handle = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Resolves after `delayMs` of that clock. */
export const sleep = (clock: Clock, delayMs: number): Promise<void> =>
  new Promise((resolve) => {
    clock.schedule(delayMs, resolve);
  });

/** Gives the event loop one turn, so that timers and sockets are served. */
export const yieldToEventLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
