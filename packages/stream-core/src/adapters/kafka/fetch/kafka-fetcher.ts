import type { FetchedPartition, Fetcher } from '../../../broker/fetcher.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import { AssignedPartition } from './assigned-partition.ts';
import { FetchCycle } from './fetch-cycle.ts';
import type { FetchSettings, KafkaFetcherOptions } from './fetch-options.ts';
import { resolveFetchSettings } from './fetch-options.ts';
import { NewsGate } from './news-gate.ts';
import { retryDelayMs } from './partition-trouble.ts';

/**
 * Reads assigned partitions of a Kafka cluster. Fetching goes on in the background from the first poll on; `poll` gives
 * what is there. It waits out everything that passes, such as an election or a broker that is away; what does not is
 * thrown by one poll, before any data, and tried again by the next.
 *
 * Errors of `poll`: OFFSET_OUT_OF_RANGE, CORRUPT_BATCH, UNKNOWN_TOPIC_OR_PARTITION, AUTHORIZATION_FAILED,
 * UNSUPPORTED_VERSION, AUTHENTICATION_FAILED, REQUEST_REFUSED, CLOSED.
 */
export class KafkaFetcher implements Fetcher {
  /** The lane that its requests take. */
  readonly lane: string;
  readonly #settings: FetchSettings;
  readonly #onClose: () => void | Promise<void>;
  readonly #gate: NewsGate;
  readonly #cycle: FetchCycle;
  #assigned = new Map<string, AssignedPartition>();
  #isPolling = false;
  #isClosed = false;

  constructor(options: KafkaFetcherOptions) {
    this.#settings = resolveFetchSettings(options);
    this.lane = this.#settings.lane;
    this.#onClose = options.onClose;
    const gate = new NewsGate(options.clock);
    this.#gate = gate;
    this.#cycle = new FetchCycle(
      this.#settings,
      () => this.#assigned.values(),
      () => gate.news(),
    );
  }

  assign(partitions: readonly TopicPartition[]): void {
    this.#checkOpen();
    const next = new Map<string, AssignedPartition>();
    for (const topicPartition of partitions) {
      const key = topicPartitionKey(topicPartition);
      next.set(key, this.#assigned.get(key) ?? new AssignedPartition(topicPartition));
    }
    // What is under way for a partition that leaves must not find it as it was.
    for (const [key, partition] of this.#assigned) if (!next.has(key)) partition.refetch();
    this.#assigned = next;
    this.#gate.news();
  }

  seek(partition: TopicPartition, offset: number): void {
    this.#checkOpen();
    this.#get(partition).seek(offset);
    this.#gate.news();
  }

  position(partition: TopicPartition): number | null {
    return this.#assigned.get(topicPartitionKey(partition))?.position ?? null;
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const assigned of partitions.map((partition) => this.#get(partition))) assigned.isPaused = true;
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const assigned of partitions.map((partition) => this.#get(partition))) assigned.isPaused = false;
    this.#gate.news();
  }

  lag(partition: TopicPartition): number | null {
    return this.#assigned.get(topicPartitionKey(partition))?.lag ?? null;
  }

  async poll(timeoutMs: number): Promise<readonly FetchedPartition[]> {
    this.#checkOpen();
    if (this.#isPolling) throw new StreamsError('STATE_TRANSITION_INVALID', 'another poll is under way');
    this.#isPolling = true;
    try {
      return await this.#poll(timeoutMs);
    } finally {
      this.#isPolling = false;
      this.#gate.rest();
    }
  }

  wakeup(): void {
    this.#gate.wakeup();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cycle.close();
    this.#gate.news();
    await this.#onClose();
  }

  async #poll(timeoutMs: number): Promise<readonly FetchedPartition[]> {
    const { clock } = this.#settings;
    const deadline = clock.monotonic() + timeoutMs;
    while (!this.#isClosed) {
      this.#throwFailure();
      const fetched = this.#take();
      // The room that was made is filled while the caller works.
      this.#cycle.kick();
      const left = deadline - clock.monotonic();
      if (fetched.length > 0 || this.#gate.isWoken || left <= 0) return fetched;
      await this.#gate.wait(left);
    }
    return [];
  }

  /** Errors come before data, so that a busy partition cannot hide that another one does not get on. */
  #throwFailure(): void {
    const failure = this.#cycle.takeFailure();
    if (failure !== null) throw failure;
    for (const partition of this.#assigned.values()) {
      const { error } = partition;
      if (error === null || partition.isPaused) continue;
      partition.error = null;
      partition.retryAtMs = this.#settings.clock.monotonic() + retryDelayMs(1, this.#settings);
      throw error;
    }
  }

  #take(): FetchedPartition[] {
    const { maxPartitionBytes, maxBatchBytes } = this.#settings;
    const fetched: FetchedPartition[] = [];
    for (const partition of this.#assigned.values()) {
      if (partition.isPaused) continue;
      try {
        const taken = partition.take({ maxBytes: maxPartitionBytes, maxBatchBytes });
        if (taken !== null) fetched.push(taken);
      } catch (error) {
        // What the others have is on its way to the caller: the next poll throws.
        if (fetched.length === 0) throw error;
        partition.fail(error instanceof Error ? error : new Error(String(error)));
      }
    }
    return fetched;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new StreamsError('CLOSED', 'this fetcher was closed');
  }

  #get(partition: TopicPartition): AssignedPartition {
    const key = topicPartitionKey(partition);
    const assigned = this.#assigned.get(key);
    if (assigned === undefined) {
      throw new StreamsError('STATE_TRANSITION_INVALID', `${key} is not assigned to this reader; assign it first`, {
        context: { topic: partition.topic, partition: partition.partition },
      });
    }
    return assigned;
  }
}
