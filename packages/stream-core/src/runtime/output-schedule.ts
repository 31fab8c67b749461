import type { ResolvedStreamsConfig } from '../config/resolve-streams-config.ts';
import type { Committer } from './committer.ts';
import type { StreamTask } from './stream-task.ts';
import type { StreamsProducer } from './streams-producer.ts';

/** When output goes out: commits by their interval, on request or when too much waits, and lingering batches between. */
export class OutputSchedule {
  readonly #config: ResolvedStreamsConfig;
  readonly #committer: Committer;
  readonly #producer: StreamsProducer;
  #isRebalancing = true;
  #lastCommitMs: number;
  #lingerDeadlineMs = Number.POSITIVE_INFINITY;

  constructor(config: ResolvedStreamsConfig, committer: Committer, producer: StreamsProducer) {
    this.#config = config;
    this.#committer = committer;
    this.#producer = producer;
    this.#lastCommitMs = config.clock.now();
  }

  /** Whether the group rebalances. */
  get isRebalancing(): boolean {
    return this.#isRebalancing;
  }

  rebalanceStarted(): void {
    this.#isRebalancing = true;
  }

  rebalanceCompleted(): void {
    this.#isRebalancing = false;
  }

  /** Whether input has to wait, because there can be no commits for now and as much waits for one as may. */
  isHeldUp(tasks: readonly StreamTask[]): boolean {
    return !this.#canCommit && this.#isFull(tasks);
  }

  /**
   * A group takes the offsets of a transaction also while it rebalances, and readers see output when it is committed: it
   * must not wait until the last member has rejoined. Offsets alone are refused for some of that time, and nobody waits
   * for them.
   */
  get #canCommit(): boolean {
    return !this.#isRebalancing || this.#config.processingGuarantee === 'exactly_once_v2';
  }

  #isFull(tasks: readonly StreamTask[]): boolean {
    return this.#waitingBytes(tasks) >= this.#config.writeBufferMaxBytes;
  }

  /** Begins a commit if it is time for one. While one is on its way there is none. */
  async maybeCommit(tasks: readonly StreamTask[], now: number): Promise<void> {
    if (!this.#canCommit || this.#committer.isBusy) return;
    const { commitIntervalMs } = this.#config;
    const isRequested = tasks.some((task) => task.isCommitRequested);
    const isDue = now - this.#lastCommitMs >= commitIntervalMs;
    if (!isRequested && !isDue && !this.#isFull(tasks)) return;
    this.#lastCommitMs = now;
    if (!tasks.some((task) => task.isCommitNeeded) && !this.#producer.hasLingering) return;
    await this.#committer.begin(tasks);
  }

  /** Sends output that waited long enough for more to go with it. */
  flushLingering(now: number): void {
    if (!this.#producer.hasLingering) {
      this.#lingerDeadlineMs = Number.POSITIVE_INFINITY;
    } else if (this.#lingerDeadlineMs === Number.POSITIVE_INFINITY) {
      this.#lingerDeadlineMs = now + this.#config.lingerMs;
    }
    if (now < this.#lingerDeadlineMs) return;
    this.#producer.drain();
    this.#lingerDeadlineMs = Number.POSITIVE_INFINITY;
  }

  /** Resolves when no more output is on its way than may be. */
  async waitForOutput(tasks: readonly StreamTask[]): Promise<void> {
    if (this.#committer.isBusy && this.#waitingBytes(tasks) >= 2 * this.#config.writeBufferMaxBytes) {
      await this.#committer.drain();
    }
  }

  /** When output has to go out, or a task has something to do by the wall clock, epoch ms. */
  nextWakeupMs(tasks: readonly StreamTask[]): number {
    // While a commit is on its way the next one is no reason to wake up: its end is.
    const commitMs =
      this.#canCommit && !this.#committer.isBusy && tasks.some((task) => task.isCommitNeeded)
        ? this.#lastCommitMs + this.#config.commitIntervalMs
        : Number.POSITIVE_INFINITY;
    return Math.min(this.#lingerDeadlineMs, commitMs, ...tasks.map((task) => task.nextWakeupMs()));
  }

  #waitingBytes(tasks: readonly StreamTask[]): number {
    return tasks.reduce((sum, task) => sum + task.stores.bufferedBytes, this.#producer.pendingBytes);
  }
}
