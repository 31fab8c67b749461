import type { EngineRow } from '../../state/state-engine.ts';
import type { Database, DatabaseBatch, DatabaseCursor } from '../durable/database.ts';
import type { OpenedDatabase } from './database-opener.ts';
import type { NativeBatch, NativeDatabase, NativeIterator, RocksdbBinding } from './rocksdb-binding.ts';

/** So many bytes of rows are read ahead at most; at least one row. */
const chunkBytes = 256 * 1024;

const buffers = { valueEncoding: 'buffer' } as const;

/** Empty, but somewhere in memory: RocksDB ends the process when it compares a key that is nowhere. */
const nothing = Buffer.alloc(1).subarray(0, 0);

const placed = (bytes: Buffer): Buffer => (bytes.length === 0 ? nothing : bytes);

class RocksdbCursor implements DatabaseCursor {
  readonly #binding: RocksdbBinding;
  readonly #iterator: NativeIterator;
  #isDone = false;
  #isClosed = false;

  constructor(binding: RocksdbBinding, iterator: NativeIterator) {
    this.#binding = binding;
    this.#iterator = iterator;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  next(count: number): EngineRow[] {
    if (this.#isDone) return [];
    const { rows, finished } = this.#binding.iterator_nextv_sync(this.#iterator, count);
    this.#isDone = finished;
    const result: EngineRow[] = [];
    for (let index = 0; index < rows.length; index += 2) {
      result.push({ key: rows[index] as Buffer, value: rows[index + 1] as Buffer });
    }
    return result;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isDone = true;
    this.#binding.iterator_close(this.#iterator);
  }
}

/** The database of a task in one RocksDB database. */
export class RocksdbDatabase implements Database {
  readonly batchRows: number = Number.POSITIVE_INFINITY;
  readonly #binding: RocksdbBinding;
  readonly #opened: OpenedDatabase;
  readonly #database: NativeDatabase;
  readonly #writeOptions: { readonly sync: boolean };
  /** Used again and again: the native memory of a new one a commit is freed only when the event loop turns. */
  #spare: NativeBatch | null = null;

  constructor(binding: RocksdbBinding, opened: OpenedDatabase, { sync }: { sync: boolean }) {
    this.#binding = binding;
    this.#opened = opened;
    this.#database = opened.database;
    this.#writeOptions = { sync };
  }

  get(key: Buffer): Buffer | null {
    return this.getMany([key])[0] ?? null;
  }

  getMany(keys: readonly Buffer[]): (Buffer | null)[] {
    const values = this.#binding.db_get_many_sync(this.#database, keys.map(placed), buffers);
    return values.map((value) => {
      if (value === null) throw new Error('the values that were asked for together are too large');
      return value ?? null;
    });
  }

  cursor(from: Buffer, to: Buffer, reverse: boolean): DatabaseCursor {
    const iterator = this.#binding.iterator_init(this.#database, {
      gte: placed(from),
      lt: to,
      reverse,
      keyEncoding: 'buffer',
      valueEncoding: 'buffer',
      highWaterMarkBytes: chunkBytes,
      fillCache: true,
    });
    return new RocksdbCursor(this.#binding, iterator);
  }

  batch(): DatabaseBatch {
    const binding = this.#binding;
    const batch = this.#spare ?? binding.batch_init();
    this.#spare = null;
    return {
      put: (key, value) => binding.batch_put(batch, placed(key), placed(value), undefined),
      delete: (key) => binding.batch_del(batch, placed(key), undefined),
      commit: () => {
        try {
          binding.batch_write(this.#database, batch, this.#writeOptions);
        } finally {
          binding.batch_clear(batch);
          this.#spare = batch;
        }
      },
    };
  }

  deleteRange(from: Buffer, to: Buffer): void {
    this.#binding.db_clear(this.#database, { gte: placed(from), lt: to });
  }

  close(): void {
    this.#opened.close();
  }
}
