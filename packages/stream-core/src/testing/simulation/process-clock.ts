import type { Clock, Timer } from '../../common/clock.ts';

/**
 * The clock as one process sees it. While the process hangs its timers wait, and fire all at once when it goes on; when
 * it is dead they never fire. Its wall clock may be set, which the other processes do not notice.
 */
export class ProcessClock implements Clock {
  /** Called before a timer fires, while the process runs. */
  onTimer: () => void = () => undefined;
  readonly #world: Clock;
  readonly #timers = new Set<Timer>();
  #overdue: (() => void)[] = [];
  #state: 'runs' | 'hangs' | 'dead' = 'runs';
  #aheadMs = 0;

  constructor(world: Clock) {
    this.#world = world;
  }

  now(): number {
    // Wall clocks have whole milliseconds, and what is made of them goes into fields that hold nothing else.
    return Math.floor(this.#world.now()) + this.#aheadMs;
  }

  monotonic(): number {
    return this.#world.monotonic();
  }

  schedule(delayMs: number, callback: () => void): Timer {
    let isCancelled = false;
    const fire = (): void => {
      if (!isCancelled) callback();
    };
    const timer = this.#world.schedule(delayMs, () => {
      this.#timers.delete(timer);
      if (this.#state === 'runs' && !isCancelled) this.onTimer();
      if (this.#state === 'runs') fire();
      else if (this.#state === 'hangs') this.#overdue.push(fire);
    });
    if (this.#state === 'dead') timer.cancel();
    else this.#timers.add(timer);
    return {
      cancel: () => {
        isCancelled = true;
        this.#timers.delete(timer);
        timer.cancel();
      },
    };
  }

  /** Sets the wall clock of the process on, or back when `ms` is below zero. */
  jump(ms: number): void {
    this.#aheadMs += ms;
  }

  hang(): void {
    if (this.#state === 'runs') this.#state = 'hangs';
  }

  goOn(): void {
    if (this.#state !== 'hangs') return;
    this.#state = 'runs';
    for (const fire of this.#overdue.splice(0)) fire();
  }

  /** Nothing happens here any more. */
  kill(): void {
    this.#state = 'dead';
    this.#overdue = [];
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}
