import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { assert } from '../../common/assert.ts';
import type { TaskId } from '../../common/task-id.ts';
import { compareTaskIds, formatTaskId, parseTaskId } from '../../common/task-id.ts';
import type { EngineOptions, StateBackend, StateDirectory, StateEngine } from '../../state/state-engine.ts';
import type { DatabaseKind, DatabasePlace } from './database.ts';
import { DirectoryLock } from './directory-lock.ts';
import { DurableEngine, engineError } from './durable-engine.ts';
import { isDirectory, namesIn } from './files.ts';
import { keptProcessId } from './process-id.ts';
import { onDisk, stateError } from './state-error.ts';
import { TaskDirectory } from './task-directory.ts';

/** The databases of one application on disk, in Kafka Streams' layout: a directory a task. */
class DurableDirectory implements StateDirectory {
  readonly #kind: DatabaseKind;
  readonly #path: string;
  readonly #lock: DirectoryLock;
  readonly #open = new Set<string>();
  #isClosed = false;

  constructor(kind: DatabaseKind, path: string) {
    onDisk(`Making ${path}`, () => mkdirSync(path, { recursive: true }));
    this.#kind = kind;
    this.#path = path;
    this.#lock = DirectoryLock.take(path);
    try {
      onDisk(`Cleaning ${path}`, () => this.#removeIncomplete());
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  open(taskId: TaskId, { memoryBytes }: EngineOptions): StateEngine {
    const task = formatTaskId(taskId);
    this.#check();
    if (this.#open.has(task))
      throw stateError('STATE_FAILED', `The database of task ${task} is open`, { taskId: task });
    const directory = this.#directory(task);
    const place = { path: directory.databasePath, taskId: task, memoryBytes };
    const engine = onDisk(`Opening ${directory.path}`, () => this.#openIn(directory, place), task);
    this.#open.add(task);
    return engine;
  }

  processId(make: () => string): string {
    this.#check();
    return onDisk(`Keeping the process id in ${this.#path}`, () => keptProcessId(this.#path, make));
  }

  taskIds(): readonly TaskId[] {
    this.#check();
    return onDisk(`Reading ${this.#path}`, () =>
      this.#tasks()
        .filter(({ directory }) => directory.hasDatabase)
        .map(({ taskId }) => taskId),
    );
  }

  remove(taskId: TaskId): void {
    const task = formatTaskId(taskId);
    this.#check();
    assert(!this.#open.has(task), `the database of task ${task} is open`);
    const directory = this.#directory(task);
    onDisk(`Deleting ${directory.path}`, () => directory.remove(), task);
  }

  close(): void {
    if (this.#isClosed) return;
    assert(this.#open.size === 0, `databases are open: ${[...this.#open].join(', ')}`);
    this.#isClosed = true;
    this.#lock.release();
  }

  #openIn(directory: TaskDirectory, place: Omit<DatabasePlace, 'isNew'>): StateEngine {
    if (!directory.hasDatabase) {
      return directory.create(this.#kind.name, () => this.#engine({ ...place, isNew: true }));
    }
    directory.check(this.#kind.name);
    return this.#engine({ ...place, isNew: false });
  }

  #engine(place: DatabasePlace): StateEngine {
    try {
      return new DurableEngine(this.#kind, place, () => this.#open.delete(place.taskId));
    } catch (error) {
      throw engineError(this.#kind, place, error);
    }
  }

  #tasks(): { readonly taskId: TaskId; readonly directory: TaskDirectory }[] {
    return namesIn(this.#path)
      .flatMap((name) => {
        const taskId = parseTaskId(name);
        return taskId !== null && isDirectory(join(this.#path, name)) ? [taskId] : [];
      })
      .sort(compareTaskIds)
      .map((taskId) => ({ taskId, directory: this.#directory(formatTaskId(taskId)) }));
  }

  #removeIncomplete(): void {
    for (const { directory } of this.#tasks()) if (directory.isIncomplete) directory.remove();
  }

  #directory(task: string): TaskDirectory {
    return new TaskDirectory(join(this.#path, task), task);
  }

  #check(): void {
    if (this.#isClosed) throw stateError('STATE_FAILED', `${this.#path} is closed`);
  }
}

/** Kafka's own rule for names that become part of topic names; it keeps the path inside the state directory too. */
const isApplicationId = (text: string): boolean => /^[\w.-]+$/.test(text) && text !== '.' && text !== '..';

/** State on disk: `<directory>/<applicationId>/<subtopology>_<partition>/`, as Kafka Streams has it. */
export const durableState = (kind: DatabaseKind, directory: string): StateBackend => {
  const root = resolve(directory);
  return {
    name: kind.name,
    durable: true,
    acquire: (applicationId) => {
      if (isApplicationId(applicationId)) return new DurableDirectory(kind, join(root, applicationId));
      throw stateError('STATE_FAILED', `${JSON.stringify(applicationId)} cannot be the name of a state directory`);
    },
  };
};
