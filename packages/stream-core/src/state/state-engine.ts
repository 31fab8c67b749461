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
 * The database of one task: sorted bytes. It holds committed data only. All calls are synchronous; a failure is a
 * StreamsError STATE_FAILED.
 */
export interface StateEngine {
  get(key: Buffer): Buffer | null;
  getMany(keys: readonly Buffer[]): (Buffer | null)[];
  /** Rows from `from` (included) to `to` (excluded), as they are now. Leaving the loop early frees what it holds. */
  range(from: Buffer, to: Buffer, reverse: boolean): Iterable<EngineRow>;
  batch(): EngineBatch;
  /** Deletes the rows from `from` (included) to `to` (excluded). Not part of a batch, so only for what nobody reads any more. */
  deleteRange(from: Buffer, to: Buffer): void;
  close(): void;
}

/** Makes the databases of an application instance. */
export interface StateBackend {
  readonly name: string;
  /** False when the data is gone with the process, so that a restart restores everything from the changelogs. */
  readonly durable: boolean;
  /** Opens the database of a task, or makes it. One task is open once at a time. */
  open(applicationId: string, taskId: TaskId): StateEngine;
}
