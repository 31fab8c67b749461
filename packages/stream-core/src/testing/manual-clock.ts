import type { Clock, Timer } from '../common/clock.ts';
import { yieldToEventLoop } from '../common/clock.ts';

interface PendingTimer {
  readonly at: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until a test moves it. Timers fire in the order of their times; timers of the same time in
 * the order in which they were set.
 */
export class ManualClock implements Clock {
  readonly #timers = new Set<PendingTimer>();
  #now: number;

  /** @param startMs the time to begin with, in epoch ms; 0 by default */
  constructor(startMs = 0) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const timer = { at: this.#now + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  /** How many timers wait. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /**
   * Moves the time on by `ms`. Before it ends, and after every timer, the event loop gets a turn, so that what a timer
   * set going comes to rest before the time goes on: promises, and the timers that they set.
   */
  async advance(ms: number): Promise<void> {
    const target = this.#now + ms;
    await yieldToEventLoop();
    for (let next = this.#next(target); next !== null; next = this.#next(target)) {
      await this.#fire(next);
    }
    this.#now = target;
  }

  /**
   * Moves the time on, timer by timer, until `promise` is settled, and gives its outcome.
   *
   * @throws Error when nothing is left to wait for, or `limitMs` of this clock's time is over.
   */
  async settle<T>(promise: Promise<T>, limitMs = 3_600_000): Promise<T> {
    const target = this.#now + limitMs;
    let isSettled = false;
    const settled = promise.finally(() => {
      isSettled = true;
    });
    // It is awaited below; a rejection must not count as unhandled while time moves on.
    settled.catch(() => undefined);
    await yieldToEventLoop();
    while (!isSettled) {
      const next = this.#next(target);
      if (next === null) throw new Error(`nothing happens within ${limitMs} ms that would settle the promise`);
      await this.#fire(next);
    }
    return settled;
  }

  async #fire(timer: PendingTimer): Promise<void> {
    this.#timers.delete(timer);
    this.#now = Math.max(this.#now, timer.at);
    timer.callback();
    await yieldToEventLoop();
  }

  /** The earliest timer up to `target`. */
  #next(target: number): PendingTimer | null {
    let first: PendingTimer | null = null;
    for (const timer of this.#timers) {
      if (timer.at <= target && (first === null || timer.at < first.at)) first = timer;
    }
    return first;
  }
}
