// The only file that touches the package @nxtedition/rocksdb. Its public class opens databases asynchronously, keeps what
// is not closed by hand for ever, and dies of a call at the wrong time; so the native functions beneath are called, of
// which this file has those that were found to be safe. None checks whether the database is open: `DurableEngine` does.
import { createRequire } from 'node:module';

import { loadNative } from '../durable/load-native.ts';

/** Things of the native side. */
export type NativeDatabase = object;
export type NativeIterator = object;
export type NativeBatch = object;

type Done = (error: Error | null | undefined) => void;

/** Whatever is left out here stays out: unknown names are ignored in silence, and some known ones lose rows. */
export interface OpenOptions {
  readonly createIfMissing: boolean;
  readonly errorIfExists: boolean;
  /** Without it `memtableMemoryBudget` is ignored. */
  readonly compaction: 'universal';
  /** In bytes. A memtable takes a quarter, and there are at most six. */
  readonly memtableMemoryBudget: number;
  /** In bytes, below 2^32. */
  readonly cacheSize: number;
  /** False, so that `WalCheck` can read the log. */
  readonly walCompression: false;
}

interface IteratorOptions {
  readonly gte: Buffer;
  readonly lt: Buffer;
  readonly reverse: boolean;
  /** Without them rows come as text. */
  readonly keyEncoding: 'buffer';
  readonly valueEncoding: 'buffer';
  /** A chunk ends when it has more bytes. */
  readonly highWaterMarkBytes: number;
  readonly fillCache: boolean;
}

/** The native functions. Buffers that they return are copies; buffers that they are given are copied. */
export interface RocksdbBinding {
  /** From a path, or from the handle of a database that is open in another thread of this process. */
  db_init(location: string | bigint): NativeDatabase;
  db_get_handle(database: NativeDatabase): bigint;
  db_open(database: NativeDatabase, options: OpenOptions, done: Done): void;
  db_close(database: NativeDatabase, done: Done): void;
  /** `undefined` for what is absent, null for what it did not look for. */
  db_get_many_sync(
    database: NativeDatabase,
    keys: readonly Buffer[],
    options: { readonly valueEncoding: 'buffer' },
  ): (Buffer | null | undefined)[];
  /** Deletes a range. Both bounds must be there. */
  db_clear(database: NativeDatabase, range: { readonly gte: Buffer; readonly lt: Buffer }): void;
  iterator_init(database: NativeDatabase, options: IteratorOptions): NativeIterator;
  /** Keys and values by turns. */
  iterator_nextv_sync(iterator: NativeIterator, count: number): { readonly rows: Buffer[]; readonly finished: boolean };
  iterator_close(iterator: NativeIterator): void;
  batch_init(): NativeBatch;
  batch_put(batch: NativeBatch, key: Buffer, value: Buffer, options: undefined): void;
  batch_del(batch: NativeBatch, key: Buffer, options: undefined): void;
  batch_clear(batch: NativeBatch): void;
  batch_write(database: NativeDatabase, batch: NativeBatch, options: { readonly sync: boolean }): void;
}

const rocksdbPackage = {
  name: '@nxtedition/rocksdb',
  version: '12.2.12',
  builds: 'Linux on x64 with glibc 2.34 or newer, and macOS on arm64',
};

/** The binding, and where another thread finds it. */
export interface LoadedBinding {
  readonly binding: RocksdbBinding;
  readonly path: string;
}

/** @throws StreamsError STATE_ENGINE_MISSING */
export const loadRocksdb = (): LoadedBinding => {
  const require = createRequire(import.meta.url);
  const path = () => require.resolve('@nxtedition/rocksdb/binding.js');
  const binding = loadNative(rocksdbPackage, path, () => require('@nxtedition/rocksdb/binding.js')) as RocksdbBinding;
  return { binding, path: path() };
};
