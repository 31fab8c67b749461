import type { FetchedPartition, Fetcher } from '../../../broker/fetcher.ts';
import type { Clock } from '../../../common/clock.ts';
import { StreamsError } from '../../../errors/streams-error.ts';

export interface PollLoopOptions {
  readonly clock: Clock;
  readonly fetcher: Fetcher;
  /** Called before each look for data; true makes the poll return after that look. */
  readonly prepare: () => Promise<boolean>;
}

/** What `poll` does: first what the group wants, then a look for data, and again when the group has news meanwhile. */
export class PollLoop {
  readonly #options: PollLoopOptions;
  #isPolling = false;
  #isFetching = false;
  #isInterrupted = false;
  #isClosed = false;
  /** A wake-up that came between two polls counts for the next one: the caller may just be on its way there. */
  #isWoken = false;

  constructor(options: PollLoopOptions) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Makes the current poll, or else the next one, return without waiting. */
  wakeup(): void {
    this.#isWoken = true;
    this.#endWait();
  }

  /** Makes a waiting poll look around, and go on waiting when there is nothing to return. */
  interrupt(): void {
    this.#isInterrupted = true;
    this.#endWait();
  }

  close(): void {
    this.#isClosed = true;
    this.#endWait();
  }

  /** @throws StreamsError CLOSED */
  checkOpen(): void {
    if (this.#isClosed) throw new StreamsError('CLOSED', 'this consumer was closed; open another one');
  }

  /** @throws StreamsError CLOSED, STATE_TRANSITION_INVALID when another poll is under way, and what a fetcher throws */
  async poll(timeoutMs: number): Promise<readonly FetchedPartition[]> {
    this.checkOpen();
    if (this.#isPolling) {
      throw new StreamsError('STATE_TRANSITION_INVALID', 'another poll is under way; wait for it, or wake it up');
    }
    this.#isPolling = true;
    try {
      return await this.#look(timeoutMs);
    } finally {
      this.#isPolling = false;
      this.#isWoken = false;
    }
  }

  async #look(timeoutMs: number): Promise<readonly FetchedPartition[]> {
    const { clock, prepare } = this.#options;
    const deadline = clock.monotonic() + timeoutMs;
    while (!this.#isClosed) {
      this.#isInterrupted = false;
      const isDone = await prepare();
      if (this.#isClosed) break;
      const left = Math.max(0, deadline - clock.monotonic());
      const isHasty = isDone || this.#isWoken || this.#isInterrupted;
      const fetched = await this.#fetch(isHasty ? 0 : left);
      if (fetched.length > 0) return fetched;
      // A fetcher may return early without data, as after a wake-up that was for the group.
      if (isDone || this.#isWoken || (left <= 0 && !this.#isInterrupted)) break;
    }
    return [];
  }

  async #fetch(timeoutMs: number): Promise<readonly FetchedPartition[]> {
    this.#isFetching = true;
    try {
      return await this.#options.fetcher.poll(timeoutMs);
    } catch (error) {
      if (this.#isClosed) return [];
      throw error;
    } finally {
      this.#isFetching = false;
    }
  }

  #endWait(): void {
    if (this.#isFetching) this.#options.fetcher.wakeup();
  }
}
