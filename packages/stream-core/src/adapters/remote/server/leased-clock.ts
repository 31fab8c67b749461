import type { Clock, Timer } from '../../../common/clock.ts';

/**
 * The time of one client's objects at the server. Their timers fire only while the client is heard of: what they do by
 * themselves, heartbeats above all, a process that stands still could not do either. What was held back fires when the
 * client is heard of again.
 */
export class LeasedClock implements Clock {
  readonly #clock: Clock;
  readonly #leaseMs: number;
  /** Timers that are due, in the order in which they became so. */
  readonly #held = new Set<() => void>();
  #heardMs: number;
  #isEnded = false;

  constructor(clock: Clock, leaseMs: number) {
    this.#clock = clock;
    this.#leaseMs = leaseMs;
    this.#heardMs = clock.monotonic();
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  schedule(delayMs: number, callback: () => void): Timer {
    // Each timer is held by a function of its own, even if two have the same callback.
    const fire = (): void => callback();
    const timer = this.#clock.schedule(delayMs, () => {
      if (this.#isEnded || this.#clock.monotonic() - this.#heardMs <= this.#leaseMs) fire();
      else this.#held.add(fire);
    });
    return {
      cancel: () => {
        timer.cancel();
        this.#held.delete(fire);
      },
    };
  }

  /** The client gave a sign of life. */
  heard(): void {
    this.#heardMs = this.#clock.monotonic();
    if (this.#held.size > 0) this.#fireHeld();
  }

  /** The client is gone, and its objects are being closed: from now on nothing is held back. */
  end(): void {
    this.#isEnded = true;
    this.#fireHeld();
  }

  #fireHeld(): void {
    const due = [...this.#held];
    this.#held.clear();
    for (const fire of due) fire();
  }
}
