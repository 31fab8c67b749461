import type { Admin } from '../broker/admin.ts';
import type { FetchedPartition, Fetcher } from '../broker/fetcher.ts';
import type { Clock } from '../common/clock.ts';
import type { Logger } from '../common/logger.ts';
import type { TaskId } from '../common/task-id.ts';
import type { TopicPartition } from '../common/topic-partition.ts';
import { topicPartitionKey } from '../common/topic-partition.ts';
import { findStreamsError, StreamsError } from '../errors/streams-error.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { RestoredAmount, TaskStores } from './task-stores.ts';

const progressIntervalMs = 5_000;

/** How a restore goes on; see `KafkaStreams.onRestore`. */
export interface RestoreProgress {
  readonly store: string;
  readonly changelog: TopicPartition;
  /** The offset that the database held the changelog up to, so that the restore began there. */
  readonly startOffset: number;
  /** The offset that was restored up to, and the one to come to. */
  readonly offset: number;
  readonly endOffset: number;
  readonly isComplete: boolean;
}

/** A task with stores: one that processes, or a standby. */
export interface RestorableTask {
  readonly name: string;
  readonly taskId: TaskId;
  readonly stores: TaskStores;
}

/** A task whose database does not go with its changelog. */
export interface MismatchedTask<Task extends RestorableTask> {
  readonly task: Task;
  readonly error: StreamsError;
}

interface Restore<Task extends RestorableTask> {
  readonly task: Task;
  readonly store: string;
  readonly partition: TopicPartition;
  readonly startOffset: number;
  /** Null: the changelog is followed for as long as the task is here. */
  readonly endOffset: number | null;
  position: number;
}

export interface ChangelogReaderOptions {
  readonly fetcher: Fetcher;
  readonly admin: Admin;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly onProgress: (progress: RestoreProgress) => void;
}

/**
 * Restores the stores of tasks from their changelogs, a bit at each call, so that the other tasks of the thread go on.
 * A store is restored when the position has come to where the log ended when the restore began: the position, which
 * steps over markers and gaps, and not the last record. The stores of a standby are never restored: they follow their
 * changelogs, so that whoever takes the task over has only the last few records to wait for.
 *
 * @see `org.apache.kafka.streams.processor.internals.StoreChangelogReader`
 */
export class ChangelogReader<Task extends RestorableTask> {
  readonly #options: ChangelogReaderOptions;
  readonly #restores = new Map<string, Restore<Task>>();
  #lastProgressMs = 0;

  constructor(options: ChangelogReaderOptions) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#restores.size === 0;
  }

  /**
   * Begins to restore the stores of these tasks.
   *
   * @returns tasks whose database does not go with its changelog: it was restored from offsets that the log does not
   *   have (any more); what they hold cannot be trusted
   */
  add(tasks: readonly Task[]): Promise<readonly MismatchedTask<Task>[]> {
    return this.#begin(tasks, (logEnd, limit) => Math.min(logEnd, limit ?? logEnd));
  }

  /**
   * Begins to follow the changelogs of these tasks: what their log gets is applied at the next polls, until `remove`.
   * A source topic that a store is restored from is not followed: what its task has not committed does not count yet.
   *
   * @returns as `add`
   * @see `org.apache.kafka.streams.processor.internals.StandbyTask`
   */
  follow(tasks: readonly Task[]): Promise<readonly MismatchedTask<Task>[]> {
    return this.#begin(tasks, (_logEnd, limit) => (limit === null ? null : 0));
  }

  /** How many offsets a task is behind the ends of its changelogs, as of the last fetch; null while that is unknown. */
  lag(task: Task): number | null {
    let sum = 0;
    for (const restore of this.#restores.values()) {
      if (restore.task !== task) continue;
      const lag = this.#options.fetcher.lag(restore.partition);
      if (lag === null) return null;
      sum += lag;
    }
    return sum;
  }

  async #begin(
    tasks: readonly Task[],
    endOf: (logEnd: number, limit: number | null) => number | null,
  ): Promise<readonly MismatchedTask<Task>[]> {
    const wanted = tasks.flatMap((task) =>
      task.stores.changelogs().map(({ topic, store, offset, limit }) => ({
        task,
        store,
        offset,
        limit,
        partition: { topic, partition: task.taskId.partition },
      })),
    );
    if (wanted.length === 0) return [];
    const mismatched: MismatchedTask<Task>[] = [];
    const { admin } = this.#options;
    const partitions = wanted.map(({ partition }) => partition);
    // The end of the log itself: markers of the last transaction may not have moved the last stable offset yet.
    const ends = await admin.listOffsets(
      partitions.map((partition) => ({ partition, spec: 'latest' as const })),
      'read_uncommitted',
    );
    const starts = await admin.listOffsets(
      partitions.map((partition) => ({ partition, spec: 'earliest' as const })),
      'read_uncommitted',
    );
    wanted.forEach(({ task, store, offset, limit, partition }, index) => {
      const [earliest, latest] = [starts[index] ?? 0, ends[index] ?? 0];
      if (offset !== null && (offset < earliest || offset > latest)) {
        mismatched.push({ task, error: mismatch(partition, offset, `${earliest} to ${latest}`) });
        return;
      }
      const startOffset = offset ?? earliest;
      const endOffset = endOf(latest, limit);
      const restore: Restore<Task> = { task, store, partition, startOffset, endOffset, position: startOffset };
      if (endOffset === null || startOffset < endOffset) this.#restores.set(topicPartitionKey(partition), restore);
      else this.#report(restore);
    });
    this.#assign();
    for (const restore of this.#restores.values()) {
      if (this.#options.fetcher.position(restore.partition) === null) {
        this.#options.fetcher.seek(restore.partition, restore.startOffset);
      }
    }
    return mismatched;
  }

  /** Whether all stores of a task are restored. */
  isRestored(task: Task): boolean {
    for (const restore of this.#restores.values()) if (restore.task === task) return false;
    return true;
  }

  /** Stops restoring a task. */
  remove(task: Task): void {
    for (const [key, restore] of this.#restores) if (restore.task === task) this.#restores.delete(key);
    this.#assign();
  }

  /** Restores what is there to be read, waiting up to `timeoutMs` for it. */
  async poll(timeoutMs: number): Promise<void> {
    if (this.#restores.size === 0) return;
    const fetched = await this.#poll(timeoutMs);
    for (const partition of fetched) await this.#restore(partition);
    this.#logProgress();
  }

  /** @throws StreamsError TASK_CORRUPTED when the log was cut off above the position: what was restored may be gone from it */
  async #poll(timeoutMs: number): Promise<readonly FetchedPartition[]> {
    try {
      return await this.#options.fetcher.poll(timeoutMs);
    } catch (error) {
      const failure = findStreamsError(error);
      if (failure?.code !== 'OFFSET_OUT_OF_RANGE') throw error;
      const message = `A changelog lost records while it was read: ${failure.message}`;
      throw new StreamsError('TASK_CORRUPTED', message, { context: failure.context, cause: error });
    }
  }

  async #restore(fetched: FetchedPartition): Promise<void> {
    const restore = this.#restores.get(topicPartitionKey(fetched.topicPartition));
    if (restore === undefined) return;
    const { task, store, partition } = restore;
    await task.stores.prepareRestore(store, fetched);
    const amount = task.stores.restore(store, fetched);
    restore.position = fetched.nextPosition;
    this.#count(restore, amount);
    if (restore.endOffset !== null && restore.position >= restore.endOffset) {
      this.#restores.delete(topicPartitionKey(partition));
      this.#assign();
    }
    this.#report(restore);
  }

  #count({ task, store }: Restore<Task>, { records, bytes }: RestoredAmount): void {
    const tags = { task: task.name, store };
    this.#options.metrics.counter('restore-records-total', tags).add(records);
    this.#options.metrics.counter('restore-bytes-total', tags).add(bytes);
  }

  #report({ store, partition, startOffset, position, endOffset }: Restore<Task>): void {
    if (endOffset === null) return;
    const isComplete = position >= endOffset;
    this.#options.onProgress({ store, changelog: partition, startOffset, offset: position, endOffset, isComplete });
  }

  #assign(): void {
    this.#options.fetcher.assign([...this.#restores.values()].map(({ partition }) => partition));
  }

  #logProgress(): void {
    const now = this.#options.clock.now();
    if (now - this.#lastProgressMs < progressIntervalMs) return;
    this.#lastProgressMs = now;
    for (const { store, partition, position, startOffset, endOffset } of this.#restores.values()) {
      if (endOffset === null) continue;
      const percent = Math.floor((100 * (position - startOffset)) / Math.max(1, endOffset - startOffset));
      this.#options.logger.info('restore.progress', { store, ...partition, offset: position, endOffset, percent });
    }
  }
}

const mismatch = (partition: TopicPartition, offset: number, has: string): StreamsError =>
  new StreamsError(
    'TASK_CORRUPTED',
    `The database holds ${partition.topic}-${partition.partition} up to offset ${offset}, and the topic has ${has}`,
    { context: { ...partition, offset } },
  );
