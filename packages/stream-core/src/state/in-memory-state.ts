import { bytesToKey, keyToBytes } from '../common/bytes.ts';
import { SortedMap } from '../common/sorted-map.ts';
import type { EngineBatch, EngineRow, StateBackend, StateDirectory, StateEngine } from './state-engine.ts';

/** Values are kept as strings too: a Buffer that stays would keep the whole slab that it was cut from. */
class InMemoryEngine implements StateEngine {
  readonly batchRows: number = Number.POSITIVE_INFINITY;
  readonly #rows = new SortedMap<string>();

  get(key: Buffer): Buffer | null {
    const value = this.#rows.get(bytesToKey(key));
    return value === undefined ? null : keyToBytes(value);
  }

  getMany(keys: readonly Buffer[]): (Buffer | null)[] {
    return keys.map((key) => this.get(key));
  }

  range(from: Buffer, to: Buffer, reverse: boolean): Iterable<EngineRow> {
    const keys = this.#rows.keys(bytesToKey(from), bytesToKey(to));
    const rows = keys.map((key) => ({ key: keyToBytes(key), value: keyToBytes(this.#rows.get(key) as string) }));
    return reverse ? rows.reverse() : rows;
  }

  batch(): EngineBatch {
    const changes = new Map<string, string | null>();
    return {
      put: (key, value) => {
        changes.set(bytesToKey(key), bytesToKey(value));
      },
      delete: (key) => {
        changes.set(bytesToKey(key), null);
      },
      commit: () => {
        for (const [key, value] of changes) {
          if (value === null) this.#rows.delete(key);
          else this.#rows.set(key, value);
        }
      },
    };
  }

  deleteRange(from: Buffer, to: Buffer): void {
    for (const key of this.#rows.keys(bytesToKey(from), bytesToKey(to))) this.#rows.delete(key);
  }

  close(): void {
    this.#rows.clear();
  }
}

/** A database in memory. */
export const inMemoryEngine = (): StateEngine => new InMemoryEngine();

const directory: StateDirectory = {
  open: inMemoryEngine,
  processId: (make) => make(),
  taskIds: () => [],
  remove: () => {},
  close: () => {},
};

/** State in memory alone: gone with the process and restored from the changelogs at every start. */
export const inMemoryState = (): StateBackend => ({ name: 'memory', durable: false, acquire: () => directory });
