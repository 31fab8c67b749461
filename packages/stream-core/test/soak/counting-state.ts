import type { StateBackend, StateDirectory, StateEngine } from '../../src/state/state-engine.ts';

/** What was opened and closed. */
export interface StateCounts {
  databasesOpened: number;
  databasesClosed: number;
  iteratorsOpened: number;
  iteratorsClosed: number;
}

class CountingEngine implements StateEngine {
  readonly #inner: StateEngine;
  readonly #counts: StateCounts;

  constructor(inner: StateEngine, counts: StateCounts) {
    this.#inner = inner;
    this.#counts = counts;
    counts.databasesOpened++;
  }

  get batchRows(): number {
    return this.#inner.batchRows;
  }

  get(key: Buffer): Buffer | null {
    return this.#inner.get(key);
  }

  getMany(keys: readonly Buffer[]): (Buffer | null)[] {
    return this.#inner.getMany(keys);
  }

  *range(
    from: Buffer,
    to: Buffer,
    reverse: boolean,
  ): ReturnType<() => Generator<{ key: Buffer; value: Buffer }, void>> {
    this.#counts.iteratorsOpened++;
    try {
      yield* this.#inner.range(from, to, reverse);
    } finally {
      this.#counts.iteratorsClosed++;
    }
  }

  batch(): ReturnType<StateEngine['batch']> {
    return this.#inner.batch();
  }

  deleteRange(from: Buffer, to: Buffer): void {
    this.#inner.deleteRange(from, to);
  }

  close(): void {
    this.#inner.close();
    this.#counts.databasesClosed++;
  }
}

/** A backend that counts what is opened and closed. */
export const countingState = (inner: StateBackend, counts: StateCounts): StateBackend => ({
  name: inner.name,
  durable: inner.durable,
  acquire: (applicationId): StateDirectory => {
    const directory = inner.acquire(applicationId);
    return {
      open: (taskId, options) => new CountingEngine(directory.open(taskId, options), counts),
      processId: (make) => directory.processId(make),
      taskIds: () => directory.taskIds(),
      remove: (taskId) => directory.remove(taskId),
      close: () => directory.close(),
    };
  },
});
