import { errorMessage, StreamsError } from '../../errors/streams-error.ts';
import type { EngineBatch, EngineRow, StateEngine } from '../../state/state-engine.ts';
import type { Database, DatabaseBatch, DatabaseCursor, DatabaseKind, DatabasePlace } from './database.ts';
import { stateError } from './state-error.ts';

/**
 * Most ranges are short or left early: a few rows are read at once, and if they were all, nothing is left open. Whoever
 * goes on gets more and more.
 */
const firstRows = 8;
const mostRows = 256;

/** Turns what a binding throws into a StreamsError. */
export const engineError = (kind: DatabaseKind, place: DatabasePlace, error: unknown): StreamsError => {
  if (error instanceof StreamsError) return error;
  const isDamage = kind.isDamage(error);
  return stateError(
    isDamage ? 'STATE_CORRUPTED' : 'STATE_FAILED',
    `The database of task ${place.taskId} in ${place.path} ${isDamage ? 'is damaged' : 'failed'}: ${errorMessage(error)}`,
    { taskId: place.taskId, cause: error },
  );
};

/**
 * A database behind the guards that the bindings lack: some kill the process when they are used after a close, and leak
 * or crash when a cursor outlives its database. After a failed write nothing but `close` works: what is in the files is
 * known again when they are opened anew.
 */
export class DurableEngine implements StateEngine {
  readonly #kind: DatabaseKind;
  readonly #place: DatabasePlace;
  readonly #database: Database;
  readonly #onClosed: () => void;
  readonly #cursors = new Set<DatabaseCursor>();
  /** Closes the cursors of ranges that were dropped half-way, or that nobody walked over. */
  readonly #forgotten = new FinalizationRegistry<DatabaseCursor>((cursor) => this.#release(cursor));
  #isOpen = true;
  #failedWrite: StreamsError | null = null;

  /** @param onClosed called once */
  constructor(kind: DatabaseKind, place: DatabasePlace, onClosed: () => void) {
    this.#kind = kind;
    this.#place = place;
    this.#database = kind.open(place);
    this.#onClosed = onClosed;
  }

  get batchRows(): number {
    return this.#database.batchRows;
  }

  get(key: Buffer): Buffer | null {
    this.#check();
    try {
      return this.#database.get(key);
    } catch (error) {
      throw this.#error(error);
    }
  }

  getMany(keys: readonly Buffer[]): (Buffer | null)[] {
    this.#check();
    if (keys.length === 0) return [];
    try {
      return this.#database.getMany(keys);
    } catch (error) {
      throw this.#error(error);
    }
  }

  range(from: Buffer, to: Buffer, reverse: boolean): Iterable<EngineRow> {
    this.#check();
    if (Buffer.compare(from, to) >= 0) return [];
    const cursor = this.#open(from, to, reverse);
    const first = this.#next(cursor, firstRows);
    if (cursor.isDone || first.length === 0) {
      this.#release(cursor);
      return first;
    }
    const rows = this.#rows(first, cursor);
    this.#forgotten.register(rows, cursor, cursor);
    return rows;
  }

  batch(): EngineBatch {
    this.#check();
    const batch = this.#database.batch();
    let isCommitted = false;
    return {
      put: (key, value) => batch.put(key, value),
      delete: (key) => batch.delete(key),
      commit: () => {
        this.#check();
        if (isCommitted) throw this.#failed('a batch was committed twice');
        isCommitted = true;
        this.#commit(batch);
      },
    };
  }

  deleteRange(from: Buffer, to: Buffer): void {
    this.#check();
    if (Buffer.compare(from, to) >= 0) return;
    try {
      this.#database.deleteRange(from, to);
    } catch (error) {
      throw this.#writeError(error);
    }
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const cursor of [...this.#cursors]) this.#release(cursor);
    try {
      this.#database.close();
    } catch (error) {
      throw this.#error(error);
    } finally {
      this.#onClosed();
    }
  }

  #commit(batch: DatabaseBatch): void {
    try {
      batch.commit();
    } catch (error) {
      throw this.#writeError(error);
    }
  }

  #open(from: Buffer, to: Buffer, reverse: boolean): DatabaseCursor {
    try {
      const cursor = this.#database.cursor(from, to, reverse);
      this.#cursors.add(cursor);
      return cursor;
    } catch (error) {
      throw this.#error(error);
    }
  }

  *#rows(first: readonly EngineRow[], cursor: DatabaseCursor): Generator<EngineRow, void> {
    try {
      let count = firstRows;
      for (let rows = first; rows.length > 0; rows = this.#next(cursor, count)) {
        yield* rows;
        count = Math.min(mostRows, count * 4);
      }
    } finally {
      this.#forgotten.unregister(cursor);
      this.#release(cursor);
    }
  }

  #next(cursor: DatabaseCursor, count: number): EngineRow[] {
    try {
      this.#check();
      return cursor.next(count);
    } catch (error) {
      this.#release(cursor);
      throw this.#error(error);
    }
  }

  #release(cursor: DatabaseCursor): void {
    if (this.#cursors.delete(cursor)) cursor.close();
  }

  #check(): void {
    if (!this.#isOpen) throw this.#failed('it is closed');
    if (this.#failedWrite === null) return;
    throw this.#failed('a write failed before; close it and open it again', this.#failedWrite);
  }

  #failed(reason: string, cause?: unknown): StreamsError {
    const { taskId, path } = this.#place;
    return stateError('STATE_FAILED', `The database of task ${taskId} in ${path} cannot be used: ${reason}`, {
      taskId,
      cause,
    });
  }

  #error(error: unknown): StreamsError {
    return engineError(this.#kind, this.#place, error);
  }

  #writeError(error: unknown): StreamsError {
    this.#failedWrite = this.#error(error);
    return this.#failedWrite;
  }
}
