import { setImmediate } from 'node:timers/promises';
import type { Clock, Timer } from '@millrace/stream-core';

interface Waiting {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that a runner moves, so that a case on the whole runtime takes no time and always goes the same way. */
export class SteppedClock implements Clock {
  readonly #waiting = new Set<Waiting>();
  #now: number;

  constructor(startMs: number) {
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
    this.#waiting.add(timer);
    return { cancel: () => this.#waiting.delete(timer) };
  }

  /** Moves on by `ms` at most, timer by timer, until `isDone`. Returns whether it is. */
  async advance(ms: number, isDone: () => boolean | Promise<boolean> = () => false): Promise<boolean> {
    const target = this.#now + ms;
    await setImmediate();
    for (;;) {
      if (await isDone()) return true;
      const next = this.#next(target);
      if (next === null) break;
      this.#waiting.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await setImmediate();
    }
    this.#now = target;
    return false;
  }

  #next(target: number): Waiting | null {
    let first: Waiting | null = null;
    for (const timer of this.#waiting) {
      if (timer.at <= target && (first === null || timer.at < first.at)) first = timer;
    }
    return first;
  }
}
