import type { FetchedPartition } from '../../../broker/fetcher.ts';
import type { Clock } from '../../../common/clock.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { PartitionReader } from './partition-reader.ts';
import type { Requests } from './requests.ts';
import { backoffMs, isUnavailable } from './requests.ts';

/** The longest wait that timers know; a longer one is waited for in parts. */
const longestDelayMs = 0x7fff_ffff;

export interface PollerOptions {
  readonly clock: Clock;
  readonly requests: Requests;
  readonly reader: PartitionReader;
}

/** The loop inside `poll`: reads, and waits for data, a wake-up or the end of the time. */
export class Poller {
  readonly #options: PollerOptions;
  #isPolling = false;
  #isClosed = false;
  /** A wake-up that came between two polls counts for the next one: the caller may just be on its way there. */
  #isWoken = false;
  #isInterrupted = false;
  #endWait: (() => void) | null = null;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Makes the current poll, or else the next one, return without waiting. */
  wakeup(): void {
    this.#isWoken = true;
    this.#endWait?.();
  }

  /** Makes a waiting poll look around, and go on waiting when there is nothing to return. */
  interrupt(): void {
    this.#isInterrupted = true;
    this.#endWait?.();
  }

  close(): void {
    this.#isClosed = true;
    this.#endWait?.();
  }

  /** @throws StreamsError CLOSED */
  checkOpen(): void {
    if (this.#isClosed) throw new StreamsError('CLOSED', 'this consumer was closed');
  }

  /**
   * @param prepare called before each look for data; true makes the poll return after that look
   * @throws StreamsError CLOSED, STATE_TRANSITION_INVALID when another poll is under way, and what `read` throws
   */
  async poll(timeoutMs: number, prepare: () => Promise<boolean>): Promise<readonly FetchedPartition[]> {
    this.checkOpen();
    if (this.#isPolling) throw new StreamsError('STATE_TRANSITION_INVALID', 'another poll is under way');
    this.#isPolling = true;
    try {
      return await this.#loop(timeoutMs, prepare);
    } finally {
      this.#isPolling = false;
      this.#isWoken = false;
    }
  }

  async #loop(timeoutMs: number, prepare: () => Promise<boolean>): Promise<readonly FetchedPartition[]> {
    const { clock } = this.#options;
    const deadline = clock.monotonic() + timeoutMs;
    let failures = 0;
    while (!this.#isClosed) {
      this.#isInterrupted = false;
      const isDone = await prepare();
      const fetched = await this.#fetch();
      failures = fetched === null ? failures + 1 : 0;
      if (fetched !== null && fetched.length > 0) return fetched;
      const left = deadline - clock.monotonic();
      if (isDone || left <= 0 || this.#isWoken) break;
      const isEarly =
        fetched === null ? await this.#wait(Math.min(left, backoffMs(failures)), false) : await this.#wait(left, true);
      if (!isEarly && deadline <= clock.monotonic()) break;
    }
    return [];
  }

  /** What is new; null when the broker did not answer. */
  async #fetch(): Promise<FetchedPartition[] | null> {
    const { requests, reader } = this.#options;
    try {
      const fetched = await requests.once('fetch', () => reader.read());
      return reader.accept(fetched);
    } catch (error) {
      if (isUnavailable(error)) return null;
      throw error;
    }
  }

  /** Waits for the time, or less: true when something else than the time ended it. */
  async #wait(delayMs: number, untilData: boolean): Promise<boolean> {
    const { clock, reader } = this.#options;
    if (this.#isWoken || this.#isInterrupted || this.#isClosed || (untilData && reader.hasNews)) return true;
    return new Promise((resolve) => {
      const timer = clock.schedule(Math.min(delayMs, longestDelayMs), () => end(false));
      const onNews = (): void => end(true);
      const unwatch = untilData ? reader.watch(onNews) : null;
      const end = (isEarly: boolean): void => {
        timer.cancel();
        unwatch?.();
        this.#endWait = null;
        resolve(isEarly);
      };
      this.#endWait = onNews;
    });
  }
}
