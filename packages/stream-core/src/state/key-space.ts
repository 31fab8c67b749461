import { assert } from '../common/assert.ts';
import { bytesToKey, keyToBytes } from '../common/bytes.ts';
import { mergeSorted } from '../common/merge-sorted.ts';
import { compareKeys, SortedMap } from '../common/sorted-map.ts';
import type { Change } from './overlay.ts';
import { overlay } from './overlay.ts';
import type { Row } from './row-store.ts';
import type { EngineBatch, StateEngine } from './state-engine.ts';

/** Writes that are not in the engine yet. */
class Generation {
  readonly rows = new SortedMap<Buffer | null>();
  bytes = 0;

  put(name: string, value: Buffer | null): void {
    this.rows.set(name, value);
    this.bytes += name.length + (value?.length ?? 0);
  }
}

/** The part of an engine that belongs to one key space: the keys that start with `prefix`, up to `end`. */
export interface KeyRange {
  readonly prefix: Buffer;
  readonly end: Buffer;
}

/**
 * The rows of one store, or of one time segment of a store, as the task sees them: the writes since the last commit
 * over the writes that are being committed over what the engine holds.
 *
 * Writes collect in generations. `seal` closes the current one for a commit while processing goes on in the next;
 * `apply` hands the sealed one to the engine once the commit is certain; then it is settled.
 */
export class KeySpace {
  readonly range: KeyRange;
  readonly #engine: StateEngine;
  #current = new Generation();
  #sealed: Generation | null = null;

  constructor(engine: StateEngine, range: KeyRange) {
    this.#engine = engine;
    this.range = range;
  }

  /** Bytes of keys and values that are not in the engine yet. */
  get bufferedBytes(): number {
    return this.#current.bytes + (this.#sealed?.bytes ?? 0);
  }

  get hasSealed(): boolean {
    return this.#sealed !== null;
  }

  get(key: Buffer): Buffer | null {
    const name = bytesToKey(key);
    const buffered = this.#buffered(name);
    return buffered === undefined ? this.#engine.get(this.#engineKey(key)) : buffered;
  }

  put(key: Buffer, value: Buffer | null): void {
    this.#current.put(bytesToKey(key), value);
  }

  /** See RowStore.range. */
  rows(from: Buffer | null, to: Buffer | null, reverse: boolean): Iterable<Row> {
    const lower = from === null ? this.range.prefix : this.#engineKey(from);
    const upper = to === null ? this.range.end : this.#engineKey(to);
    const committed = this.#committedRows(this.#engine.range(lower, upper, reverse));
    const buffered = this.#bufferedRows(from, to);
    if (buffered.length === 0) return committed;
    if (reverse) buffered.reverse();
    return overlay(buffered, committed, reverse);
  }

  /** Closes the current generation for a commit. */
  seal(): void {
    assert(this.#sealed === null, 'a generation is sealed only after the one before was settled');
    if (this.#current.rows.size === 0) return;
    this.#sealed = this.#current;
    this.#current = new Generation();
  }

  /** Adds the sealed generation to a batch, in key order. */
  apply(batch: EngineBatch): void {
    const sealed = this.#sealed;
    if (sealed === null) return;
    for (const name of sealed.rows.keys()) {
      const key = this.#engineKey(keyToBytes(name));
      const value = sealed.rows.get(name) ?? null;
      if (value === null) batch.delete(key);
      else batch.put(key, value);
    }
  }

  /** The sealed generation is in the engine. */
  settle(): void {
    this.#sealed = null;
  }

  #engineKey(key: Buffer): Buffer {
    return Buffer.concat([this.range.prefix, key]);
  }

  #buffered(name: string): Buffer | null | undefined {
    const current = this.#current.rows.get(name);
    return current === undefined ? this.#sealed?.rows.get(name) : current;
  }

  *#committedRows(rows: Iterable<Row>): Iterable<Row> {
    for (const { key, value } of rows) yield { key: key.subarray(this.range.prefix.length), value };
  }

  #bufferedRows(from: Buffer | null, to: Buffer | null): Change[] {
    const lower = from === null ? null : bytesToKey(from);
    const upper = to === null ? null : bytesToKey(to);
    const names = this.#current.rows.keys(lower, upper);
    const older = this.#sealed?.rows.keys(lower, upper) ?? [];
    return [...mergeSorted(names, older, compareKeys)].map((name) => ({
      key: keyToBytes(name),
      value: this.#buffered(name) ?? null,
    }));
  }
}
