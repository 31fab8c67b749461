import type { TaskId } from '../../common/task-id.ts';
import { formatTaskId } from '../../common/task-id.ts';
import { StreamsError } from '../../errors/streams-error.ts';
import { inMemoryEngine } from '../../state/in-memory-state.ts';
import type { StateBackend, StateDirectory, StateEngine } from '../../state/state-engine.ts';

const first = Buffer.alloc(0);
const end = Buffer.alloc(64, 0xff);

/** The database of one task on a disk in memory. */
export interface MemoryDatabase {
  readonly taskId: TaskId;
  readonly engine: StateEngine;
}

/** What is wrong with a disk: its file system is full or fails, or has gone read-only, so that nothing is opened either. */
export type DiskFault = 'writes fail' | 'read-only';

/**
 * A durable backend whose disk is memory: databases outlive those who open them, can be copied as a crash would find
 * them, and can be damaged.
 */
export class MemoryDisk implements StateBackend {
  readonly name: string = 'memory-disk';
  readonly durable: boolean = true;
  readonly databases: Map<string, MemoryDatabase> = new Map();
  /** Tasks whose databases fail as damaged ones do, at the next read. */
  readonly damaged: Set<string> = new Set();
  /** Null while all is well. */
  fault: DiskFault | null = null;
  #isLocked = false;
  #processId: string | null = null;

  acquire(): StateDirectory {
    if (this.#isLocked) throw new StreamsError('STATE_LOCKED', 'The memory disk is in use');
    this.#isLocked = true;
    return {
      open: (taskId) => this.#open(taskId),
      processId: (make) => {
        this.#processId ??= make();
        return this.#processId;
      },
      taskIds: () => [...this.databases.values()].map(({ taskId }) => taskId),
      remove: (taskId) => {
        this.databases.delete(formatTaskId(taskId));
        this.damaged.delete(formatTaskId(taskId));
      },
      close: () => {
        this.#isLocked = false;
      },
    };
  }

  /** What somebody would find after a crash at this moment. */
  copy(): MemoryDisk {
    const copy = new MemoryDisk();
    copy.#processId = this.#processId;
    for (const [name, { taskId, engine }] of this.databases) {
      const own = inMemoryEngine();
      const batch = own.batch();
      for (const { key, value } of engine.range(first, end, false)) batch.put(key, value);
      batch.commit();
      copy.databases.set(name, { taskId, engine: own });
    }
    return copy;
  }

  #open(taskId: TaskId): StateEngine {
    const name = formatTaskId(taskId);
    if (this.fault === 'read-only') throw failed(name, 'the file system is read-only');
    const database = this.databases.get(name) ?? { taskId, engine: inMemoryEngine() };
    this.databases.set(name, database);
    const { engine } = database;
    const check = (): void => {
      if (this.damaged.has(name)) throw new StreamsError('STATE_CORRUPTED', `The database of ${name} is damaged`);
    };
    return {
      get: (key) => {
        check();
        return engine.get(key);
      },
      getMany: (keys) => engine.getMany(keys),
      range: (from, to, reverse) => {
        check();
        return engine.range(from, to, reverse);
      },
      batchRows: engine.batchRows,
      batch: () => {
        const batch = engine.batch();
        return {
          put: (key, value) => batch.put(key, value),
          delete: (key) => batch.delete(key),
          commit: () => {
            if (this.fault !== null) throw failed(name, this.fault);
            batch.commit();
          },
        };
      },
      deleteRange: (from, to) => engine.deleteRange(from, to),
      close: () => undefined,
    };
  }
}

const failed = (name: string, problem: string): StreamsError =>
  new StreamsError('STATE_FAILED', `The database of ${name} cannot be written: ${problem}`);
