import type { Logger } from '../common/logger.ts';
import type { TaskId } from '../common/task-id.ts';
import { formatTaskId } from '../common/task-id.ts';
import { errorMessage, findStreamsError } from '../errors/streams-error.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { StateDirectory } from '../state/state-engine.ts';
import { TaskState } from '../state/task-state.ts';

export interface TaskDatabasesOptions {
  readonly directory: StateDirectory;
  readonly applicationId: string;
  /** What all databases together may take of memory. */
  readonly memoryMaxBytes: number;
  /** What becomes of a database that is damaged. */
  readonly stateCorruption: 'rebuild' | 'fail';
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Opens the databases of tasks: each with its share of the memory, and a damaged one made anew where that is allowed. */
export class TaskDatabases {
  readonly #options: TaskDatabasesOptions;
  /** How many databases share the memory. */
  #expected = 1;

  constructor(options: TaskDatabasesOptions) {
    this.#options = options;
  }

  /** Says how many databases will be open at the same time. */
  expect(count: number): void {
    this.#expected = Math.max(1, count);
  }

  /**
   * Opens the database of a task.
   *
   * @throws StreamsError STATE_FAILED, STATE_FOREIGN, STATE_FORMAT_UNSUPPORTED; STATE_CORRUPTED unless it is to be rebuilt
   */
  open(taskId: TaskId): TaskState {
    try {
      return this.#open(taskId);
    } catch (error) {
      if (findStreamsError(error)?.code !== 'STATE_CORRUPTED' || this.#options.stateCorruption === 'fail') throw error;
      this.rebuild(taskId, error);
      return this.#open(taskId);
    }
  }

  /** Deletes the database of a task, which must not be open: it will be restored from the beginning of its changelogs. */
  rebuild(taskId: TaskId, cause: unknown): void {
    const { directory, logger, metrics } = this.#options;
    const task = formatTaskId(taskId);
    logger.warn('state.rebuilt', { task, error: errorMessage(cause) });
    metrics.counter('state-rebuilt-total', { task }).add(1);
    directory.remove(taskId);
  }

  #open(taskId: TaskId): TaskState {
    const { directory, applicationId, memoryMaxBytes } = this.#options;
    const memoryBytes = Math.floor(memoryMaxBytes / this.#expected);
    const engine = directory.open(taskId, { memoryBytes });
    try {
      return TaskState.open(engine, { applicationId, taskId: formatTaskId(taskId) });
    } catch (error) {
      engine.close();
      throw error;
    }
  }
}
