import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { errorMessage } from '../../errors/streams-error.ts';
import { stateError } from './state-error.ts';

const sqliteBusy = 5;

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;

/**
 * Takes a directory for one holder, of this process or any other. Node has no file locks of its own, but SQLite has: an
 * exclusive transaction on an empty database holds one that the kernel releases when the process ends, however it ends.
 * Nobody else in this process may open the lock file: closing it would release the lock.
 */
export class DirectoryLock {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** @throws StreamsError STATE_LOCKED when somebody holds it, STATE_FAILED when there can be no lock file */
  static take(directory: string): DirectoryLock {
    const path = join(directory, '.lock');
    let database: DatabaseSync | null = null;
    try {
      database = new DatabaseSync(path, { timeout: 0 });
      database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
      return new DirectoryLock(database);
    } catch (error) {
      database?.close();
      if (!isBusy(error))
        throw stateError('STATE_FAILED', `${path} cannot be locked: ${errorMessage(error)}`, { cause: error });
      throw stateError(
        'STATE_LOCKED',
        `Another instance, of this process or another one, uses ${directory}. Stop it, or give this one a directory of its own`,
        { cause: error },
      );
    }
  }

  release(): void {
    this.#database.close();
  }
}
