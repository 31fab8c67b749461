import type { LmdbStore } from './lmdb-library.ts';
import { storedKey, storedValueBytes, writeStoredValue } from './stored-rows.ts';

const firstCapacity = 16 * 1024;
/** Value length of a row that deletes. */
const none = 0xffff_ffff;
const placesPerRow = 3;

/** Changes on their way into a transaction: packed into one buffer, since a million small ones cost more than the writing. */
export class LmdbBatch {
  #bytes: Buffer = Buffer.alloc(0);
  #end = 0;
  #size = 0;
  /** For each row: where its stored key begins and ends, and the length of its stored value behind it. */
  #places = new Uint32Array(0);

  put(key: Buffer, value: Buffer): void {
    const stored = storedKey(key);
    const length = storedValueBytes(key, value);
    const start = this.#add(stored, length);
    writeStoredValue({ key, value }, { bytes: this.#bytes, start, at: start + stored.length });
  }

  delete(key: Buffer): void {
    this.#add(storedKey(key), none);
  }

  /** Applies all of it in one transaction. */
  write(store: LmdbStore): void {
    if (this.#size === 0) return;
    store.transactionSync(() => {
      for (let at = 0; at < this.#size * placesPerRow; at += placesPerRow) {
        const keyEnd = this.#places[at + 1] as number;
        const key = this.#bytes.subarray(this.#places[at], keyEnd);
        const length = this.#places[at + 2] as number;
        if (length === none) store.remove(key);
        else store.put(key, this.#bytes.subarray(keyEnd, keyEnd + length));
      }
    });
  }

  /** Forgets all changes and keeps the memory for the next ones. */
  clear(): void {
    this.#end = 0;
    this.#size = 0;
  }

  /** Writes a stored key, and makes room for what follows it. */
  #add(stored: Buffer, valueLength: number): number {
    const start = this.#end;
    const keyEnd = start + stored.length;
    const end = keyEnd + (valueLength === none ? 0 : valueLength);
    if (end > this.#bytes.length) this.#grow(end);
    this.#bytes.set(stored, start);
    const at = this.#size * placesPerRow;
    if (at === this.#places.length) this.#growPlaces();
    this.#places[at] = start;
    this.#places[at + 1] = keyEnd;
    this.#places[at + 2] = valueLength;
    this.#end = end;
    this.#size++;
    return start;
  }

  #grow(needed: number): void {
    const bytes = Buffer.allocUnsafeSlow(Math.max(firstCapacity, this.#bytes.length * 2, needed));
    bytes.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = bytes;
  }

  #growPlaces(): void {
    const places = new Uint32Array(Math.max(placesPerRow * 256, this.#places.length * 2));
    places.set(this.#places);
    this.#places = places;
  }
}
