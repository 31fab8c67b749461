import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { StateBackend } from '../../state/state-engine.ts';
import type { Database, DatabaseKind, DatabasePlace } from '../durable/database.ts';
import { durableState } from '../durable/durable-directory.ts';
import { stateError } from '../durable/state-error.ts';
import { findDamage } from './file-check.ts';
import { LmdbDatabase } from './lmdb-database.ts';
import type { LmdbLibrary } from './lmdb-library.ts';
import { loadLmdb } from './lmdb-library.ts';
import { storedKeyEncoder } from './stored-rows.ts';

/** Options of `lmdbState`. */
export interface LmdbStateOptions {
  /** The state directory. Databases are in `<directory>/<applicationId>/<task>/`. One machine's own disk, no network. */
  readonly directory: string;
  /**
   * Whether a commit waits until the disk has it. Default true. With false it is faster, and a crash of the process
   * still loses nothing; but a power loss, or a crash of the machine, may leave a database that is damaged, and not every
   * such damage can be told. Use false only where the directory does not outlive the machine, as in a container.
   */
  readonly sync?: boolean;
  /**
   * Whether a database is read whole when it is opened, to find damaged files. Default true; takes about half a second a
   * million rows, while the instance does nothing else. With false a damaged row is still told when it is read, but a
   * damaged page may hide rows or end the process.
   */
  readonly verify?: boolean;
}

const dataFile = 'data.mdb';
const lockFile = 'lock.mdb';

/**
 * Addresses, not memory. The map grows by itself, but each time the old one stays until the database is closed, and its
 * pages count twice where somebody looks at the size of the process.
 */
const firstMapBytes = 1024 * 1024 * 1024;

/**
 * LMDB copies every page that a transaction changes, and keeps the memory for the next one. Where keys come in no order
 * and are many, each row has a page of its own.
 */
const changedRowBytes = 4_096;
/** With fewer the disk would be waited for all the time. */
const leastBatchRows = 1_000;

/** MDB_PAGE_NOTFOUND, MDB_CORRUPTED, MDB_VERSION_MISMATCH, MDB_INVALID. */
const damageCodes = new Set<unknown>([-30_797, -30_796, -30_794, -30_793]);

class LmdbKind implements DatabaseKind {
  readonly name = 'lmdb';
  readonly #library: LmdbLibrary;
  readonly #options: Required<Pick<LmdbStateOptions, 'sync' | 'verify'>>;

  constructor(library: LmdbLibrary, { sync = true, verify = true }: LmdbStateOptions) {
    this.#library = library;
    this.#options = { sync, verify };
  }

  open(place: DatabasePlace): Database {
    const damaged = (reason: string): Error =>
      stateError('STATE_CORRUPTED', `The database of task ${place.taskId} in ${place.path} is damaged: ${reason}`, {
        taskId: place.taskId,
      });
    if (!place.isNew) this.#check(place, damaged);
    // It is for processes that share a database. What a killed one left in it is of no use.
    rmSync(join(place.path, lockFile), { force: true });
    const store = this.#library.open({
      path: place.path,
      encoding: 'binary',
      keyEncoder: storedKeyEncoder,
      overlappingSync: false,
      noSync: !this.#options.sync,
      noReadAhead: true,
      mapSize: firstMapBytes,
    });
    const batchRows = Math.max(leastBatchRows, Math.floor(place.memoryBytes / changedRowBytes));
    return new LmdbDatabase(store, { batchRows, damaged });
  }

  isDamage(error: unknown): boolean {
    return error instanceof Error && 'code' in error && damageCodes.has(error.code);
  }

  #check({ path }: DatabasePlace, damaged: (reason: string) => Error): void {
    const file = join(path, dataFile);
    if (!existsSync(file)) throw damaged(`${dataFile} is missing`);
    const damage = this.#options.verify ? findDamage(file) : null;
    if (damage !== null) throw damaged(damage);
  }
}

/**
 * State in LMDB: fast reads through memory that the operating system manages, for state that mostly fits into it. Needs
 * the peer `lmdb` 3.5.6. Batches keep within `stateMemoryMaxBytes`, which does not limit the page cache that it reads
 * through. Rows carry checksums.
 *
 * @throws StreamsError STATE_ENGINE_MISSING when the package is not installed or has no build for this machine. Its use
 * throws STATE_LOCKED, STATE_CORRUPTED, STATE_FORMAT_UNSUPPORTED and STATE_FAILED
 */
export const lmdbState = (options: LmdbStateOptions): StateBackend =>
  durableState(new LmdbKind(loadLmdb(), options), options.directory);
