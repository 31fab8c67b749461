import type { Clock, Timer } from '../../common/clock.ts';

/** Sends heartbeats at an interval, one at a time. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #send: () => Promise<void>;
  #timer: Timer | null = null;
  #isRunning = false;
  #isSending = false;
  #isDueAgain = false;

  /** @param send must not reject */
  constructor(clock: Clock, intervalMs: number, send: () => Promise<void>) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#send = send;
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#schedule();
  }

  stop(): void {
    this.#isRunning = false;
    this.#isDueAgain = false;
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Sends one now; right after the one that is under way, which may have left too early to learn the news. */
  beat(): void {
    if (!this.#isRunning) return;
    if (this.#isSending) {
      this.#isDueAgain = true;
      return;
    }
    this.#timer?.cancel();
    this.#timer = null;
    this.#isSending = true;
    void this.#send().finally(() => this.#sent());
  }

  #sent(): void {
    this.#isSending = false;
    if (!this.#isRunning) return;
    if (!this.#isDueAgain) {
      this.#schedule();
      return;
    }
    this.#isDueAgain = false;
    this.beat();
  }

  #schedule(): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.schedule(this.#intervalMs, () => {
      this.#timer = null;
      this.beat();
    });
  }
}
