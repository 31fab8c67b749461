import { asBuffer } from '../../common/bytes.ts';
import type { EngineRow } from '../../state/state-engine.ts';
import type { Database, DatabaseBatch, DatabaseCursor } from '../durable/database.ts';
import { LmdbBatch } from './lmdb-batch.ts';
import { LmdbCursor } from './lmdb-cursor.ts';
import type { LmdbRow, LmdbStore } from './lmdb-library.ts';
import { isIntact, rowOf, storedBounds, storedKey, valueIn } from './stored-rows.ts';

/** So many rows are deleted in one transaction: it keeps the pages that it changes in memory. */
const deletedAtOnce = 10_000;

interface LmdbDatabaseOptions {
  readonly batchRows: number;
  /** Makes the error for a row that is not what was stored. */
  readonly damaged: (reason: string) => Error;
}

/** The database of a task in one LMDB environment. */
export class LmdbDatabase implements Database {
  readonly batchRows: number;
  readonly #store: LmdbStore;
  readonly #damaged: (reason: string) => Error;
  /** Used again and again, for its memory. */
  #spare: LmdbBatch | null = null;

  constructor(store: LmdbStore, { batchRows, damaged }: LmdbDatabaseOptions) {
    this.batchRows = batchRows;
    this.#store = store;
    this.#damaged = damaged;
  }

  get(key: Buffer): Buffer | null {
    const stored = storedKey(key);
    const bytes = this.#store.getBinary(stored);
    if (bytes === undefined) return null;
    const value = asBuffer(bytes);
    if (!isIntact(stored, value)) throw this.#damagedRow();
    return valueIn(key, value);
  }

  getMany(keys: readonly Buffer[]): (Buffer | null)[] {
    return keys.map((key) => this.get(key));
  }

  cursor(from: Buffer, to: Buffer, reverse: boolean): DatabaseCursor {
    return new LmdbCursor(this.#stored(from, to, reverse), { from, to, reverse, read: this.#read });
  }

  batch(): DatabaseBatch {
    const batch = this.#spare ?? new LmdbBatch();
    this.#spare = null;
    return {
      put: (key, value) => batch.put(key, value),
      delete: (key) => batch.delete(key),
      commit: () => {
        try {
          batch.write(this.#store);
        } finally {
          batch.clear();
          this.#spare = batch;
        }
      },
    };
  }

  deleteRange(from: Buffer, to: Buffer): void {
    for (let keys = this.#keys(from, to); keys.length > 0; keys = this.#keys(from, to)) {
      const batch = this.batch();
      for (const key of keys) batch.delete(key);
      batch.commit();
    }
  }

  close(): void {
    // Closed when this returns; the promise is for asynchronous writes, of which there are none.
    void this.#store.close();
  }

  readonly #read = (row: LmdbRow): EngineRow => {
    const value = asBuffer(row.value);
    if (!isIntact(row.key, value)) throw this.#damagedRow();
    return rowOf(row.key, value);
  };

  #stored(from: Buffer, to: Buffer, reverse: boolean): Iterable<LmdbRow> {
    const { lower, upper } = storedBounds(from, to);
    return this.#store.getRange({
      start: reverse ? upper : lower,
      end: reverse ? lower : upper,
      reverse,
      exclusiveStart: reverse,
      inclusiveEnd: reverse,
    });
  }

  #keys(from: Buffer, to: Buffer): Buffer[] {
    const cursor = this.cursor(from, to, false);
    try {
      const keys: Buffer[] = [];
      while (keys.length < deletedAtOnce) {
        const rows = cursor.next(deletedAtOnce);
        if (rows.length === 0) break;
        for (const { key } of rows) keys.push(key);
      }
      return keys;
    } finally {
      cursor.close();
    }
  }

  #damagedRow(): Error {
    return this.#damaged('a row does not have its checksum');
  }
}
