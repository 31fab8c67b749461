import type { Logger } from '../common/logger.ts';
import type { TaskId } from '../common/task-id.ts';
import { formatTaskId } from '../common/task-id.ts';
import { errorMessage, findStreamsError } from '../errors/streams-error.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { GuardedEngine } from '../state/guarded-engine.ts';
import type { StateDirectory } from '../state/state-engine.ts';
import type { WriteBehind } from '../state/task-state.ts';
import { TaskState } from '../state/task-state.ts';

const writeBehindMaxAgeMs = 30_000;
const cleanUpIntervalMs = 60_000;

export interface TaskDatabasesOptions {
  readonly directory: StateDirectory;
  /** False for an engine that is memory itself. */
  readonly isDurable: boolean;
  readonly applicationId: string;
  /** What all databases together may take of memory. */
  readonly stateMemoryMaxBytes: number;
  /** What becomes of a database that is damaged. */
  readonly stateCorruption: 'rebuild' | 'fail';
  /** How long the database of a task stays that is not here any more. */
  readonly stateCleanupDelayMs: number;
  /** Whether a database belongs to somebody else, who has it open. @default none does */
  readonly isForeign?: (taskId: TaskId) => boolean;
  /** Any clock that goes on evenly, in ms. */
  readonly now: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * The databases of the tasks of an instance: each is opened with its share of the memory, half of it for the engine and
 * an eighth for rows in front of it (garbage and the batches that they are written in take the rest); one that is damaged is made anew where that is allowed; one whose task has been
 * elsewhere for long is deleted.
 */
export class TaskDatabases {
  readonly #options: TaskDatabasesOptions;
  /** Those that turned out to be damaged while they were open, and how. */
  readonly #damaged = new Map<string, unknown>();
  readonly #unusedSinceMs = new Map<string, number>();
  readonly #open = new Set<string>();
  #expected = 1;
  #cleanedUpMs: number;

  constructor(options: TaskDatabasesOptions) {
    this.#options = options;
    this.#cleanedUpMs = options.now();
  }

  /** Says how many databases will be open at the same time. */
  expect(count: number): void {
    this.#expected = Math.max(1, count);
  }

  /**
   * Opens the database of a task.
   *
   * @param isWriteBehind whether the engine may get commits later: not where stores have no changelog
   * @throws StreamsError STATE_FAILED, STATE_FOREIGN, STATE_FORMAT_UNSUPPORTED; STATE_CORRUPTED unless it is to be rebuilt
   */
  open(taskId: TaskId, isWriteBehind: boolean): TaskState {
    this.#open.add(formatTaskId(taskId));
    try {
      return this.#openOnce(taskId, isWriteBehind);
    } catch (error) {
      const code = findStreamsError(error)?.code;
      if (this.#options.stateCorruption === 'fail' || (code !== 'STATE_CORRUPTED' && code !== 'TASK_CORRUPTED')) {
        throw error;
      }
      this.rebuild(taskId, error);
      return this.#openOnce(taskId, isWriteBehind);
    }
  }

  /** The database of a task is closed. If it turned out to be damaged, it is deleted now. */
  closed(taskId: TaskId): void {
    const name = formatTaskId(taskId);
    this.#open.delete(name);
    this.#unusedSinceMs.set(name, this.#options.now());
    if (this.#damaged.has(name)) this.rebuild(taskId, this.#damaged.get(name));
  }

  /** Deletes the database of a task, which must not be open: it will be restored from the beginning of its changelogs. */
  rebuild(taskId: TaskId, cause: unknown): void {
    const { directory, logger, metrics } = this.#options;
    const task = formatTaskId(taskId);
    logger.warn('state.rebuilt', { task, error: errorMessage(cause) });
    metrics.counter('state-rebuilt-total', { task }).add(1);
    this.#damaged.delete(task);
    directory.remove(taskId);
  }

  /** Now and then deletes the databases of tasks that have not been here for long. */
  maybeCleanUp(): void {
    const { directory, stateCleanupDelayMs, now, logger } = this.#options;
    const nowMs = now();
    if (nowMs - this.#cleanedUpMs < cleanUpIntervalMs) return;
    this.#cleanedUpMs = nowMs;
    for (const taskId of directory.taskIds()) {
      const task = formatTaskId(taskId);
      if (this.#open.has(task) || this.#options.isForeign?.(taskId) === true) continue;
      const since = this.#unusedSinceMs.get(task) ?? nowMs;
      this.#unusedSinceMs.set(task, since);
      if (nowMs - since < stateCleanupDelayMs) continue;
      directory.remove(taskId);
      this.#unusedSinceMs.delete(task);
      logger.info('state.cleaned_up', { task });
    }
  }

  #openOnce(taskId: TaskId, isWriteBehind: boolean): TaskState {
    const { directory, applicationId, isDurable, stateCorruption } = this.#options;
    const name = formatTaskId(taskId);
    const share = (): number => this.#options.stateMemoryMaxBytes / this.#expected;
    const opened = directory.open(taskId, { memoryBytes: Math.floor(share() / 2) });
    const isGuarded = isDurable && stateCorruption === 'rebuild';
    const engine = isGuarded ? new GuardedEngine(opened, (error) => this.#damaged.set(name, error)) : opened;
    try {
      const writeBehind = isDurable ? this.#writeBehind(() => share() / 8, isWriteBehind) : null;
      return TaskState.open(engine, { applicationId, taskId: name, writeBehind });
    } catch (error) {
      engine.close();
      throw error;
    }
  }

  #writeBehind(maxBytes: () => number, isWriteBehind: boolean): WriteBehind {
    return { maxBytes, maxAgeMs: isWriteBehind ? writeBehindMaxAgeMs : 0, now: this.#options.now };
  }
}
