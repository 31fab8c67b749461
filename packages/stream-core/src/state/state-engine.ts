import type { TaskId } from '../common/task-id.ts';

/** A row of an engine. Both parts are copies that the caller may keep. */
export interface EngineRow {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Changes that become visible, and durable as far as the engine is, all together or not at all. */
export interface EngineBatch {
  put(key: Buffer, value: Buffer): void;
  delete(key: Buffer): void;
  /** Applies what was collected. The batch must not be used again. */
  commit(): void;
}

/**
 * The database of one task: sorted bytes. It holds committed data only. All calls are synchronous. Damaged data is a
 * StreamsError STATE_CORRUPTED, every other failure STATE_FAILED.
 */
export interface StateEngine {
  get(key: Buffer): Buffer | null;
  getMany(keys: readonly Buffer[]): (Buffer | null)[];
  /** Rows from `from` (included) to `to` (excluded), as they are now. Leaving the loop early frees what it holds. */
  range(from: Buffer, to: Buffer, reverse: boolean): Iterable<EngineRow>;
  /**
   * So many changed rows fit into the memory of the engine until they are committed. A larger batch is written too, and
   * takes more memory. Infinity where the number does not matter.
   */
  readonly batchRows: number;
  batch(): EngineBatch;
  /** Deletes the rows from `from` (included) to `to` (excluded). Not part of a batch, so only for what nobody reads any more. */
  deleteRange(from: Buffer, to: Buffer): void;
  close(): void;
}

/** What an engine is opened with. */
export interface EngineOptions {
  /** What buffers and caches of the engine may take, in bytes. An engine without any of its own takes no notice. */
  readonly memoryBytes: number;
}

/** The databases of the tasks of one application, which nobody else can open meanwhile. */
export interface StateDirectory {
  /**
   * Opens the database of a task, or makes it. One task is open once at a time.
   *
   * @throws StreamsError STATE_CORRUPTED when its files are damaged, STATE_FAILED when it cannot be opened otherwise
   */
  open(taskId: TaskId, options: EngineOptions): StateEngine;
  /**
   * What names this instance among those of its application. Where the backend is durable it stays the same over
   * restarts, so that a restart fences what its predecessor left open.
   *
   * @param make gives a new one, of letters, digits and hyphens, where none is kept
   */
  processId(make: () => string): string;
  /** The tasks that have a database here, open or not. */
  taskIds(): readonly TaskId[];
  /** Deletes the database of a task; it must not be open. Nothing happens where there is none. */
  remove(taskId: TaskId): void;
  /** Lets others open the databases. All of them must be closed. */
  close(): void;
}

/** Where an application instance keeps its state. */
export interface StateBackend {
  readonly name: string;
  /** False when the data is gone with the process, so that a restart restores everything from the changelogs. */
  readonly durable: boolean;
  /**
   * Takes the databases of an application for this instance alone.
   *
   * @throws StreamsError STATE_LOCKED when another instance has them, STATE_FAILED when the directory cannot be used
   */
  acquire(applicationId: string): StateDirectory;
}
