import { asBuffer, copyBytes } from '../../common/bytes.ts';
import type { EngineRow } from '../../state/state-engine.ts';
import type { Database, DatabaseBatch, DatabaseCursor } from '../durable/database.ts';
import { LmdbCursor } from './lmdb-cursor.ts';
import type { LmdbRow, LmdbStore } from './lmdb-library.ts';
import { isIntact, rowOf, storedBounds, storedKey, storedValue, valueIn } from './stored-rows.ts';

/** So many rows are deleted in one transaction: it keeps the pages that it changes in memory. */
const deletedAtOnce = 10_000;

interface StoredChange {
  readonly key: Buffer;
  /** null deletes. */
  readonly value: Buffer | null;
}

/** The database of a task in one LMDB environment. */
export class LmdbDatabase implements Database {
  readonly #store: LmdbStore;
  readonly #damaged: (reason: string) => Error;

  /** @param damaged makes the error for a row that is not what was stored */
  constructor(store: LmdbStore, damaged: (reason: string) => Error) {
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
    const changes: StoredChange[] = [];
    return {
      put: (key, value) => {
        const stored = storedKey(key);
        changes.push({ key: stored === key ? copyBytes(key) : stored, value: storedValue(key, stored, value) });
      },
      delete: (key) => {
        const stored = storedKey(key);
        changes.push({ key: stored === key ? copyBytes(key) : stored, value: null });
      },
      commit: () => this.#write(changes),
    };
  }

  deleteRange(from: Buffer, to: Buffer): void {
    for (let keys = this.#keys(from, to); keys.length > 0; keys = this.#keys(from, to)) {
      this.#write(keys.map((key) => ({ key: storedKey(key), value: null })));
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

  #write(changes: readonly StoredChange[]): void {
    if (changes.length === 0) return;
    this.#store.transactionSync(() => {
      for (const { key, value } of changes) {
        if (value === null) this.#store.remove(key);
        else this.#store.put(key, value);
      }
    });
  }

  #damagedRow(): Error {
    return this.#damaged('a row does not have its checksum');
  }
}
