import { mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { isDirectory, namesIn, readText, syncDirectory, writeDurably } from './files.ts';
import { stateError } from './state-error.ts';

/** The version of the marker, and with it of what an engine folder holds. */
const markerVersion = 1;
const markerName = 'database.json';
/** While this is there, the database is being made or removed. */
const noteName = 'incomplete';
const databaseName = 'database';

interface Marker {
  readonly version: number;
  readonly engine: string;
}

const parseMarker = (text: string): Marker | null => {
  try {
    const { version, engine } = JSON.parse(text) as Partial<Marker>;
    return typeof version === 'number' && typeof engine === 'string' ? { version, engine } : null;
  } catch {
    return null;
  }
};

/**
 * The directory of one task. Beside the folder with the files of the engine stands a marker: once it is there, so must
 * be a database. A creation or removal that was cut short is known by a note, and counts as no database at all; without
 * the note a folder that lacks its marker, or a marker without a folder, is damage.
 */
export class TaskDirectory {
  readonly path: string;
  readonly #taskId: string;

  constructor(path: string, taskId: string) {
    this.path = path;
    this.#taskId = taskId;
  }

  /** Where the files of the engine are. */
  get databasePath(): string {
    return join(this.path, databaseName);
  }

  /** True when there is a database, be it damaged. */
  get hasDatabase(): boolean {
    const names = namesIn(this.path);
    return !names.includes(noteName) && (names.includes(markerName) || names.includes(databaseName));
  }

  /** True when a creation or removal was cut short. */
  get isIncomplete(): boolean {
    return namesIn(this.path).includes(noteName);
  }

  /** @throws StreamsError STATE_CORRUPTED, STATE_FORMAT_UNSUPPORTED unless a database of that engine should be here */
  check(engine: string): void {
    const text = readText(join(this.path, markerName));
    if (text === null) throw this.#damaged(`${markerName} is missing`);
    const marker = parseMarker(text);
    if (marker === null) throw this.#damaged(`${markerName} cannot be read`);
    if (marker.version > markerVersion) {
      throw stateError(
        'STATE_FORMAT_UNSUPPORTED',
        `${this.path} has version ${marker.version}; this version reads up to ${markerVersion}. Run the newer version, or delete the directory: it is restored from the changelogs`,
        { taskId: this.#taskId },
      );
    }
    if (marker.engine !== engine) throw this.#damaged(`it was made by ${marker.engine}, not by ${engine}`);
    if (!isDirectory(this.databasePath)) throw this.#damaged(`${databaseName} is missing`);
  }

  /** Has `make` make a database in the empty engine folder. Cut short at any moment, it leaves no database. */
  create<Made extends { close(): void }>(engine: string, make: () => Made): Made {
    if (this.isIncomplete) this.remove();
    mkdirSync(this.path, { recursive: true });
    writeDurably(this.path, noteName, '');
    syncDirectory(dirname(this.path));
    mkdirSync(this.databasePath);
    const made = make();
    try {
      syncDirectory(this.databasePath);
      writeDurably(this.path, markerName, `${JSON.stringify({ version: markerVersion, engine } satisfies Marker)}\n`);
      this.#removeNote();
      return made;
    } catch (error) {
      made.close();
      throw error;
    }
  }

  /** Deletes the database; files that are not of this library stay. Cut short at any moment, it leaves no database. */
  remove(): void {
    if (!isDirectory(this.path)) return;
    if (!this.isIncomplete && !this.hasDatabase) return;
    writeDurably(this.path, noteName, '');
    rmSync(join(this.path, markerName), { force: true });
    rmSync(this.databasePath, { recursive: true, force: true });
    this.#removeNote();
    if (namesIn(this.path).length === 0) rmdirSync(this.path);
  }

  #removeNote(): void {
    rmSync(join(this.path, noteName));
    syncDirectory(this.path);
  }

  #damaged(reason: string): Error {
    return stateError('STATE_CORRUPTED', `The database of task ${this.#taskId} in ${this.path} is damaged: ${reason}`, {
      taskId: this.#taskId,
    });
  }
}
