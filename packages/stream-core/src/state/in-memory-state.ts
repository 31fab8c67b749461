import { bytesToKey, keyToBytes } from '../common/bytes.ts';
import { SortedMap } from '../common/sorted-map.ts';
import type { EngineBatch, EngineRow, StateBackend, StateEngine } from './state-engine.ts';

class InMemoryEngine implements StateEngine {
  readonly #rows = new SortedMap<Buffer>();

  get(key: Buffer): Buffer | null {
    return this.#rows.get(bytesToKey(key)) ?? null;
  }

  getMany(keys: readonly Buffer[]): (Buffer | null)[] {
    return keys.map((key) => this.get(key));
  }

  range(from: Buffer, to: Buffer, reverse: boolean): Iterable<EngineRow> {
    const keys = this.#rows.keys(bytesToKey(from), bytesToKey(to));
    const rows = keys.map((key) => ({ key: keyToBytes(key), value: this.#rows.get(key) as Buffer }));
    return reverse ? rows.reverse() : rows;
  }

  batch(): EngineBatch {
    const changes = new Map<string, Buffer | null>();
    return {
      put: (key, value) => {
        changes.set(bytesToKey(key), value);
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

/** State in memory alone: gone with the process and restored from the changelogs at every start. */
export const inMemoryState = (): StateBackend => ({
  name: 'memory',
  durable: false,
  open: () => new InMemoryEngine(),
});
