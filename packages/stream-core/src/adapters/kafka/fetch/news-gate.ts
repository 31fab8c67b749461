import type { Clock } from '../../../common/clock.ts';

/** The longest wait that timers know; a longer one is waited for in parts. */
const longestDelayMs = 0x7fff_ffff;

/** Where a poll waits until there is something to look at. */
export class NewsGate {
  readonly #clock: Clock;
  #isWoken = false;
  #end: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True from a wake-up until the poll that it ends: it may come between two polls, when the caller is on its way. */
  get isWoken(): boolean {
    return this.#isWoken;
  }

  wakeup(): void {
    this.#isWoken = true;
    this.#end?.();
  }

  /** The wake-up has had its effect. */
  rest(): void {
    this.#isWoken = false;
  }

  /** Lets a waiting poll look around. */
  news(): void {
    this.#end?.();
  }

  /** Waits for news, a wake-up or the end of the time. */
  wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        this.#end = null;
        resolve();
      };
      const timer = this.#clock.schedule(Math.min(delayMs, longestDelayMs), end);
      this.#end = end;
    });
  }
}
