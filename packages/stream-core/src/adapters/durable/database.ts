import type { EngineRow } from '../../state/state-engine.ts';

/** Changes of a database that are written together or not at all. */
export interface DatabaseBatch {
  /** Keeps no reference to either buffer. */
  put(key: Buffer, value: Buffer): void;
  delete(key: Buffer): void;
  commit(): void;
}

/** A walk over rows as they were when it began. It holds native memory until it is closed. */
export interface DatabaseCursor {
  /** The next rows, about `count` of them and fewer when they are large; none at the end. */
  next(count: number): EngineRow[];
  /** True when `next` would return none. False may be wrong. */
  readonly isDone: boolean;
  /** Idempotent. */
  close(): void;
}

/**
 * What an engine binding does for one open database, without any guard: never called after `close`, nor at all after a
 * failed write, and every cursor is closed before it is. Errors are thrown as they come from the binding.
 */
export interface Database {
  get(key: Buffer): Buffer | null;
  getMany(keys: readonly Buffer[]): (Buffer | null)[];
  /** Rows from `from` (included) to `to` (excluded), where `from` is less than `to`. */
  cursor(from: Buffer, to: Buffer, reverse: boolean): DatabaseCursor;
  /** See `StateEngine.batchRows`. */
  readonly batchRows: number;
  batch(): DatabaseBatch;
  /** `from` is less than `to`. */
  deleteRange(from: Buffer, to: Buffer): void;
  close(): void;
}

/** Where a database is, and how it is to be opened. */
export interface DatabasePlace {
  /** A directory that exists and holds nothing but the files of the engine. */
  readonly path: string;
  /** As in `0_1`. */
  readonly taskId: string;
  /** True when the directory is empty and a database is to be made there; otherwise it must be there already. */
  readonly isNew: boolean;
  /** What buffers and caches may take, in bytes. */
  readonly memoryBytes: number;
}

/** One of the engines. */
export interface DatabaseKind {
  /** Part of the marker of every database, so it never changes. */
  readonly name: string;
  open(place: DatabasePlace): Database;
  /** Whether an error of the binding says that files are damaged or incomplete. */
  isDamage(error: unknown): boolean;
}
