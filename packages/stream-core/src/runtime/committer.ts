import type { GroupConsumer } from '../broker/group-consumer.ts';
import type { Clock } from '../common/clock.ts';
import { topicPartitionKey } from '../common/topic-partition.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { OutputGeneration } from './output-generation.ts';
import type { StreamTask, TaskCommit } from './stream-task.ts';
import type { StreamsProducer } from './streams-producer.ts';

export interface CommitterOptions {
  readonly consumer: GroupConsumer;
  readonly producer: StreamsProducer;
  readonly isExactlyOnce: boolean;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Told of the offsets that are committed now. */
  readonly onCommitted: (commits: readonly TaskCommit[]) => void;
}

/**
 * Commits all tasks of a producer together, in this order: record caches, output, offsets, transaction, databases.
 * While the broker is waited for, processing goes on into the next generation; the commit after that waits.
 */
export class Committer {
  readonly #options: CommitterOptions;
  #inFlight: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  /** Whether a commit is on its way. */
  get isBusy(): boolean {
    return this.#inFlight !== null;
  }

  /**
   * Begins a commit. None may be on its way. Resolves when everything is fixed; the rest happens meanwhile.
   *
   * @throws what the last one failed with: nothing can follow it
   */
  async begin(tasks: readonly StreamTask[]): Promise<void> {
    const { producer } = this.#options;
    this.throwIfFailed();
    for (const task of tasks) task.flushCaches();
    await producer.resolveDeferred();
    // From here to the seal nothing may run in between: offsets, writes and output are of one moment.
    const commits = tasks.map((task) => task.prepareCommit());
    const sealed = producer.seal();
    this.#inFlight = this.#finish(commits, sealed)
      .catch((error: unknown) => {
        this.#failure = { error };
      })
      .finally(() => {
        this.#inFlight = null;
        // Who polls with nothing to do but the next commit begins it now, and hears of a failure at once.
        if (this.#failure !== null || tasks.some((task) => task.isCommitNeeded)) this.#options.consumer.wakeup();
      });
  }

  /** Resolves when no commit is on its way. @throws what the last one failed with */
  async drain(): Promise<void> {
    await this.#inFlight;
    this.throwIfFailed();
  }

  /** Commits and waits for it. */
  async commit(tasks: readonly StreamTask[]): Promise<void> {
    await this.drain();
    await this.begin(tasks);
    await this.drain();
  }

  /** @throws what a commit failed with */
  throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** Waits for what is on its way, whatever becomes of it. */
  async abandon(): Promise<void> {
    await this.#inFlight;
    this.#failure = null;
  }

  async #finish(commits: readonly TaskCommit[], sealed: OutputGeneration): Promise<void> {
    const { consumer, producer, isExactlyOnce, clock, metrics, onCommitted } = this.#options;
    const startedMs = clock.monotonic();
    // Output alone is committed with offsets too: it is they that the broker refuses of a member that lost its place.
    const hasAnything = !sealed.isEmpty || commits.some(({ haveMoved }) => haveMoved);
    const offsets = hasAnything ? commits.flatMap((commit) => commit.offsets) : [];
    await producer.commit(sealed, offsets, consumer);
    if (!isExactlyOnce && offsets.length > 0) await consumer.commit(offsets);
    for (const commit of commits) commit.task.settle(commit, changelogOffsets(commit.task, sealed.offsets));
    producer.unseal();
    metrics.counter('commit-total').add(1);
    metrics.gauge('commit-latency-ms', clock.monotonic() - startedMs);
    onCommitted(commits);
  }
}

/** By changelog topic of the task, the offset behind what was acknowledged. */
const changelogOffsets = (task: StreamTask, acknowledged: ReadonlyMap<string, number>): ReadonlyMap<string, number> => {
  const offsets = new Map<string, number>();
  const { partition } = task.taskId;
  for (const { topic } of task.stores.changelogs()) {
    const offset = acknowledged.get(topicPartitionKey({ topic, partition }));
    if (offset !== undefined) offsets.set(topic, offset);
  }
  return offsets;
};
