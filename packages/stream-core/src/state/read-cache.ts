// What an entry takes beside its bytes: two strings and their places in maps. Measured: 50 where a row was read, 180
// where it was written.
const entryOverheadBytes = 160;

/** What a row of these lengths takes in memory, roughly. */
export const rowBytes = (name: string, value: { readonly length: number } | null): number =>
  entryOverheadBytes + name.length + (value?.length ?? 0);

/**
 * Rows that were read lately, bounded in bytes; null where there is none. Two halves take turns: a read moves a row into
 * the young one, and when that is full the other half is forgotten. That is nearly the order of use, for the price of
 * a map.
 */
export class ReadCache {
  readonly #maxBytes: () => number;
  #young = new Map<string, string | null>();
  #old = new Map<string, string | null>();
  #youngBytes = 0;
  #oldBytes = 0;

  /** @param maxBytes asked at every write, since tasks that come and go change it */
  constructor(maxBytes: () => number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#youngBytes + this.#oldBytes;
  }

  /** The value, null when it is known that there is none, undefined when nothing is known. */
  get(name: string): string | null | undefined {
    const young = this.#young.get(name);
    if (young !== undefined) return young;
    const old = this.#old.get(name);
    if (old === undefined) return undefined;
    this.set(name, old);
    return old;
  }

  set(name: string, value: string | null): void {
    const before = this.#young.get(name);
    if (before !== undefined) this.#youngBytes -= rowBytes(name, before);
    this.#young.set(name, value);
    this.#youngBytes += rowBytes(name, value);
    if (this.#youngBytes * 2 <= this.#maxBytes()) return;
    this.#old = this.#young;
    this.#oldBytes = this.#youngBytes;
    this.#young = new Map();
    this.#youngBytes = 0;
  }

  /** Changes what is known of a row, if anything is. */
  update(name: string, value: string | null): void {
    if (this.#young.has(name) || this.#old.has(name)) this.set(name, value);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#youngBytes = 0;
    this.#oldBytes = 0;
  }
}
