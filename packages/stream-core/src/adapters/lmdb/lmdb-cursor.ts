import type { EngineRow } from '../../state/state-engine.ts';
import type { DatabaseCursor } from '../durable/database.ts';
import type { LmdbRow } from './lmdb-library.ts';
import { groupOf } from './stored-rows.ts';

/** So many bytes of rows are read ahead at most; at least one row. */
const chunkBytes = 256 * 1024;

export interface LmdbCursorOptions {
  readonly from: Buffer;
  readonly to: Buffer;
  readonly reverse: boolean;
  /** Checks a stored row and takes it apart. */
  readonly read: (row: LmdbRow) => EngineRow;
}

/**
 * Walks over stored rows in the order of their keys. Long keys that share their first bytes are stored in the order of
 * their hashes, so such a group is read whole and sorted.
 */
export class LmdbCursor implements DatabaseCursor {
  readonly #rows: Iterator<LmdbRow>;
  readonly #options: LmdbCursorOptions;
  /** Read, but not given out: a stored row behind a group. */
  #ahead: LmdbRow | null = null;
  /** The rest of a group. */
  #group: EngineRow[] = [];
  #isDone = false;

  constructor(rows: Iterable<LmdbRow>, options: LmdbCursorOptions) {
    this.#rows = rows[Symbol.iterator]();
    this.#options = options;
  }

  get isDone(): boolean {
    return this.#isDone && this.#ahead === null && this.#group.length === 0;
  }

  next(count: number): EngineRow[] {
    const rows: EngineRow[] = [];
    let bytes = 0;
    while (rows.length < count && bytes < chunkBytes) {
      const row = this.#nextRow();
      if (row === null) break;
      rows.push(row);
      bytes += row.key.length + row.value.length;
    }
    return rows;
  }

  close(): void {
    this.#ahead = null;
    this.#group = [];
    if (this.#isDone) return;
    this.#isDone = true;
    this.#rows.return?.();
  }

  #nextRow(): EngineRow | null {
    for (;;) {
      const grouped = this.#group.pop();
      if (grouped !== undefined) return grouped;
      const stored = this.#nextStored();
      if (stored === null) return null;
      const group = groupOf(stored.key);
      if (group === null) return this.#options.read(stored);
      this.#group = this.#readGroup(stored, group);
    }
  }

  /** The rows of a group that are in range; the last one is the next. */
  #readGroup(first: LmdbRow, group: Buffer): EngineRow[] {
    const { from, to, reverse, read } = this.#options;
    const rows: EngineRow[] = [];
    let stored: LmdbRow | null = first;
    while (stored !== null && groupOf(stored.key)?.equals(group)) {
      const row = read(stored);
      if (Buffer.compare(row.key, from) >= 0 && Buffer.compare(row.key, to) < 0) rows.push(row);
      stored = this.#nextStored();
    }
    this.#ahead = stored;
    rows.sort((left, right) => Buffer.compare(left.key, right.key));
    return reverse ? rows : rows.reverse();
  }

  #nextStored(): LmdbRow | null {
    const ahead = this.#ahead;
    this.#ahead = null;
    if (ahead !== null || this.#isDone) return ahead;
    const next = this.#rows.next();
    if (next.done !== true) return next.value;
    this.#isDone = true;
    return null;
  }
}
