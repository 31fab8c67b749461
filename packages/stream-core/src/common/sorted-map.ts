import type { KeysAlike } from './key-groups.ts';
import { KeyGroups } from './key-groups.ts';

const chunkSize = 256;

/**
 * A map from strings to values that can also be walked in key order. The order is made at an ordered walk and kept as
 * long as there are walks: after as many new and deleted keys without one as there are keys, it is given up until the
 * next, so a map that is hardly ever walked costs what a Map costs. Strings compare by UTF-16 code unit; with one character a
 * byte (see `bytesToKey`) that is the order of the bytes.
 */
export class SortedMap<V> {
  readonly #values = new Map<string, V>();
  /** Sorted chunks of sorted keys; null while the order is not kept. */
  #chunks: string[][] | null = null;
  /** New and deleted keys since the last ordered walk. */
  #changes = 0;
  /** Null until keys of one group are asked for. */
  #groups: KeyGroups | null = null;

  get size(): number {
    return this.#values.size;
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  set(key: string, value: V): void {
    const chunks = this.#chunks;
    const { size } = this.#values;
    this.#values.set(key, value);
    if (this.#values.size === size) return;
    if (chunks !== null && this.#isWorthKeeping()) insertKey(chunks, key);
    this.#groups?.add(key);
  }

  delete(key: string): boolean {
    const deleted = this.#values.delete(key);
    const chunks = this.#chunks;
    if (deleted && chunks !== null && this.#isWorthKeeping()) removeKey(chunks, key);
    if (deleted) this.#groups?.delete(key);
    return deleted;
  }

  clear(): void {
    this.#values.clear();
    this.#chunks = null;
    this.#groups = null;
  }

  /** All entries in the order of insertion. */
  entries(): IterableIterator<[string, V]> {
    return this.#values.entries();
  }

  /**
   * The keys from `from` (included) to `to` (excluded) as they are now, in order; null leaves an end open. Later changes
   * do not show in the result.
   */
  keys(from: string | null = null, to: string | null = null): string[] {
    const chunks = this.#ordered();
    const result: string[] = [];
    let chunk = from === null ? 0 : chunkFor(chunks, from);
    let at = from === null ? 0 : lowerBound(chunks[chunk] ?? [], from);
    for (; chunk < chunks.length; chunk++, at = 0) {
      const keys = chunks[chunk] as string[];
      const last = keys[keys.length - 1] as string;
      const end = to === null || last < to ? keys.length : lowerBound(keys, to);
      for (; at < end; at++) result.push(keys[at] as string);
      if (end < keys.length) break;
    }
    return result;
  }

  /** Keys of one group, in order. Every call must have the same suffix. */
  keysAlike(wanted: KeysAlike): readonly string[] {
    if (this.#groups === null) {
      this.#groups = new KeyGroups(wanted.suffix);
      for (const key of this.#values.keys()) this.#groups.add(key);
    }
    return this.#groups.between(wanted);
  }

  /** Sorting anew costs no more than what was spent on the order since the last walk. */
  #isWorthKeeping(): boolean {
    this.#changes++;
    if (this.#changes <= Math.max(chunkSize, this.#values.size)) return true;
    this.#chunks = null;
    return false;
  }

  #ordered(): string[][] {
    this.#changes = 0;
    if (this.#chunks === null) {
      const keys = [...this.#values.keys()].sort(compareKeys);
      this.#chunks = [];
      for (let at = 0; at < keys.length; at += chunkSize) this.#chunks.push(keys.slice(at, at + chunkSize));
    }
    return this.#chunks;
  }
}

/** Orders strings by UTF-16 code unit. */
export const compareKeys = (left: string, right: string): number => {
  if (left === right) return 0;
  return left < right ? -1 : 1;
};

/** The first position in `keys` that is not below `key`. */
const lowerBound = (keys: readonly string[], key: string): number => {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The chunk that holds `key` or would: the first whose last key is not below it, else the last one. */
const chunkFor = (chunks: readonly string[][], key: string): number => {
  let low = 0;
  let high = chunks.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const keys = chunks[middle] as string[];
    if ((keys[keys.length - 1] as string) < key) low = middle + 1;
    else high = middle;
  }
  return Math.max(low, 0);
};

const insertKey = (chunks: string[][], key: string): void => {
  if (chunks.length === 0) {
    chunks.push([key]);
    return;
  }
  const index = chunkFor(chunks, key);
  const keys = chunks[index] as string[];
  keys.splice(lowerBound(keys, key), 0, key);
  if (keys.length > 2 * chunkSize) chunks.splice(index + 1, 0, keys.splice(chunkSize));
};

const removeKey = (chunks: string[][], key: string): void => {
  const index = chunkFor(chunks, key);
  const keys = chunks[index] as string[];
  keys.splice(lowerBound(keys, key), 1);
  if (keys.length === 0) chunks.splice(index, 1);
};
