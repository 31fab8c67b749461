import { BinaryHeap } from '../../common/binary-heap.ts';
import type { Clock, Timer } from '../../common/clock.ts';

interface Deadline {
  readonly at: number;
  /** Breaks ties: deadlines of the same moment come in the order in which they were set. */
  readonly order: number;
  /** Null once it was cancelled or has fired. */
  callback: (() => void) | null;
}

/** The longest wait that timers know; a longer one is waited for in parts. */
const longestDelayMs = 0x7fff_ffff;

/** So many cancelled entries are always tolerated before the heap is cleared of them. */
const toleratedGarbage = 64;

/**
 * The timers of the broker itself: sessions, rebalances, transactions. They share one timer of the clock, and only while
 * somebody holds the queue. A broker without clients therefore keeps no process alive; what became due meanwhile fires
 * as soon as somebody comes back.
 */
export class DeadlineQueue {
  readonly #clock: Clock;
  readonly #deadlines = new BinaryHeap<Deadline>(
    (left, right) => left.at < right.at || (left.at === right.at && left.order < right.order),
  );
  #cancelled = 0;
  #nextOrder = 0;
  #holders = 0;
  #armed: { readonly at: number; readonly timer: Timer } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `callback` once, `delayMs` from now. */
  schedule(delayMs: number, callback: () => void): Timer {
    const deadline: Deadline = { at: this.#clock.monotonic() + delayMs, order: this.#nextOrder++, callback };
    this.#deadlines.push(deadline);
    this.#arm();
    return { cancel: () => this.#cancel(deadline) };
  }

  /** Lets timers run until the matching `release`. */
  hold(): void {
    this.#holders++;
    this.runDue();
  }

  release(): void {
    this.#holders--;
    this.#arm();
  }

  /** Fires what is due now. */
  runDue(): void {
    for (let first = this.#first(); first !== null; first = this.#first()) {
      if (first.at > this.#clock.monotonic()) break;
      this.#deadlines.pop();
      const { callback } = first;
      first.callback = null;
      callback?.();
    }
    this.#arm();
  }

  #cancel(deadline: Deadline): void {
    if (deadline.callback === null) return;
    deadline.callback = null;
    this.#cancelled++;
    if (this.#cancelled > toleratedGarbage && this.#cancelled * 2 > this.#deadlines.size) {
      this.#deadlines.retain((other) => other.callback !== null);
      this.#cancelled = 0;
    }
    this.#arm();
  }

  /** The earliest deadline that still counts. */
  #first(): Deadline | null {
    for (;;) {
      const first = this.#deadlines.peek();
      if (first === null || first.callback !== null) return first;
      this.#deadlines.pop();
      this.#cancelled--;
    }
  }

  #arm(): void {
    const first = this.#holders > 0 ? this.#first() : null;
    if (this.#armed !== null && this.#armed.at === first?.at) return;
    this.#armed?.timer.cancel();
    this.#armed = null;
    if (first === null) return;
    const delayMs = Math.max(0, Math.ceil(first.at - this.#clock.monotonic()));
    const timer = this.#clock.schedule(Math.min(delayMs, longestDelayMs), () => {
      this.#armed = null;
      this.runDue();
    });
    this.#armed = { at: first.at, timer };
  }
}
