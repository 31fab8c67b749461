import type { StateBackend } from '../../state/state-engine.ts';
import type { Database, DatabaseKind, DatabasePlace } from '../durable/database.ts';
import { durableState } from '../durable/durable-directory.ts';
import { stateError } from '../durable/state-error.ts';
import { DatabaseOpener } from './database-opener.ts';
import { findGap } from './find-gap.ts';
import type { LoadedBinding, OpenOptions } from './rocksdb-binding.ts';
import { loadRocksdb } from './rocksdb-binding.ts';
import { RocksdbDatabase } from './rocksdb-database.ts';

/** Options of `rocksdbState`. */
export interface RocksdbStateOptions {
  /** The state directory. Databases are in `<directory>/<applicationId>/<task>/`. One machine's own disk, no network. */
  readonly directory: string;
  /**
   * Whether a commit waits until the disk has it. Default false: a crash of the process loses nothing, a power loss or a
   * crash of the machine loses the last commits, which are then restored from the changelogs. Nothing is damaged by that.
   */
  readonly sync?: boolean;
}

const mebibyte = 1024 * 1024;

/**
 * Of a budget, 40 % are memtables, which may grow to half as much again while they are written out, and 40 % block cache.
 * Filters and indexes of open files come on top: about two bytes a row.
 */
const openOptions = ({ isNew, memoryBytes }: DatabasePlace): OpenOptions => {
  const share = Math.floor(memoryBytes * 0.4);
  return {
    createIfMissing: isNew,
    errorIfExists: isNew,
    compaction: 'universal',
    // Memtables that are larger only make the log longer that is read at the next start.
    memtableMemoryBudget: Math.min(256 * mebibyte, Math.max(mebibyte, share)),
    // The binding takes 32 bits of it, and 0 would be no cache at all.
    cacheSize: Math.min(3 * 1024 * mebibyte, Math.max(mebibyte, share)),
    walCompression: false,
  };
};

/** What RocksDB says of damaged files, of a database without CURRENT, and, as Node does, of a file that is missing. */
const damage = /^Corruption|does not exist \(create_if_missing is false\)|no such file or directory/i;

/** One thread for all backends of the process. */
let opener: DatabaseOpener | null = null;

class RocksdbKind implements DatabaseKind {
  readonly name = 'rocksdb';
  readonly #loaded: LoadedBinding;
  readonly #sync: boolean;

  constructor(loaded: LoadedBinding, { sync = false }: RocksdbStateOptions) {
    this.#loaded = loaded;
    this.#sync = sync;
  }

  open(place: DatabasePlace): Database {
    if (!place.isNew) this.#check(place);
    opener ??= new DatabaseOpener(this.#loaded);
    const opened = opener.open(place.path, openOptions(place));
    return new RocksdbDatabase(this.#loaded.binding, opened, { sync: this.#sync });
  }

  isDamage(error: unknown): boolean {
    return error instanceof Error && damage.test(error.message);
  }

  #check({ path, taskId }: DatabasePlace): void {
    const gap = findGap(path);
    if (gap === null) return;
    throw stateError('STATE_CORRUPTED', `The database of task ${taskId} in ${path} is damaged: ${gap}`, { taskId });
  }
}

/**
 * State in RocksDB, the engine of Kafka Streams: for state far beyond memory. Needs the peer `@nxtedition/rocksdb`
 * 12.2.12. Takes what `stateMemoryMaxBytes` allows, and about two bytes a row more. Blocks carry checksums.
 *
 * @throws StreamsError STATE_ENGINE_MISSING when the package is not installed or has no build for this machine. Its use
 * throws STATE_LOCKED, STATE_CORRUPTED, STATE_FORMAT_UNSUPPORTED and STATE_FAILED
 */
export const rocksdbState = (options: RocksdbStateOptions): StateBackend =>
  durableState(new RocksdbKind(loadRocksdb(), options), options.directory);
