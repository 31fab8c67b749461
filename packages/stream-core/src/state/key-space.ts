import { assert } from '../common/assert.ts';
import { bytesToKey, keyToBytes } from '../common/bytes.ts';
import { keysAlike } from '../common/key-groups.ts';
import { mergeSorted } from '../common/merge-sorted.ts';
import { compareKeys, SortedMap } from '../common/sorted-map.ts';
import type { CommittedRows } from './committed-rows.ts';
import type { Change } from './overlay.ts';
import { overlay } from './overlay.ts';
import type { Row } from './row-store.ts';
import { noRows } from './row-store.ts';
import type { EngineBatch } from './state-engine.ts';
import { StateView } from './state-view.ts';
import { windowKeySuffix } from './window-key.ts';

const noNames: readonly string[] = [];

/** Both in one order, what is in both of them once. */
const merged = (left: readonly string[], right: readonly string[]): readonly string[] => {
  if (right.length === 0) return left;
  return left.length === 0 ? right : [...new Set([...left, ...right])].sort(compareKeys);
};

/** Writes that are not committed yet. */
class Generation {
  readonly rows = new SortedMap<Buffer | null>();
  bytes = 0;

  put(name: string, value: Buffer | null): void {
    this.rows.set(name, value);
    this.bytes += name.length + (value?.length ?? 0);
  }
}

/**
 * The rows of one store, or of one time segment of a store, as the task sees them: the writes since the last commit
 * over the writes that are being committed over what is committed.
 *
 * Writes collect in generations. `seal` closes the current one for a commit while processing goes on in the next;
 * `apply` makes the sealed one part of what is committed, once the commit is certain.
 */
export class KeySpace {
  readonly committed: CommittedRows;
  readonly #restoring: () => EngineBatch;
  readonly #view: StateView;
  #current = new Generation();
  #sealed: Generation | null = null;

  /**
   * @param restoring the batch that takes restored rows
   * @param view how the rows are looked at
   */
  constructor(committed: CommittedRows, restoring: () => EngineBatch, view: StateView = new StateView()) {
    this.committed = committed;
    this.#restoring = restoring;
    this.#view = view;
  }

  /** Bytes of keys and values that are not committed yet. */
  get bufferedBytes(): number {
    return this.#current.bytes + (this.#sealed?.bytes ?? 0);
  }

  get hasSealed(): boolean {
    return this.#sealed !== null;
  }

  get(key: Buffer): Buffer | null {
    const name = bytesToKey(key);
    const buffered = this.#view.mode === 'read_committed' ? undefined : this.#buffered(name);
    return buffered === undefined ? this.committed.get(name, key) : buffered;
  }

  put(key: Buffer, value: Buffer | null): void {
    this.#current.put(bytesToKey(key), value);
  }

  /** Puts back a row that is committed already. Its bytes must not change any more. */
  restore(key: Buffer, value: Buffer | null): void {
    this.committed.restore(key, value, this.#restoring());
  }

  /** See RowStore.range. */
  rows(from: Buffer | null, to: Buffer | null, reverse: boolean): Iterable<Row> {
    const committed = this.committed.range(from, to, reverse);
    if (this.#view.mode === 'read_committed') return committed;
    const buffered = this.#bufferedRows(from, to);
    if (buffered.length === 0) return committed;
    if (reverse) buffered.reverse();
    return overlay(buffered, committed, reverse);
  }

  /** See RowStore.windows. */
  windows(from: Buffer, to: Buffer, reverse: boolean): Iterable<Row> {
    if (this.#view.mode === 'read_committed') return this.rows(from, to, reverse);
    const wanted = keysAlike(bytesToKey(from), bytesToKey(to), windowKeySuffix);
    const committed = this.committed.windowNames(wanted);
    if (committed === null) return this.rows(from, to, reverse);
    const current = this.#current.rows.keysAlike(wanted);
    const sealed = this.#sealed?.rows.keysAlike(wanted) ?? noNames;
    const names = merged(merged(committed, sealed), current);
    return names.length === 0 ? noRows : this.#named(names, reverse);
  }

  /** Closes the current generation for a commit. */
  seal(): void {
    assert(this.#sealed === null, 'a generation is sealed only after the one before was applied');
    if (this.#current.rows.size === 0) return;
    this.#sealed = this.#current;
    this.#current = new Generation();
  }

  /** The sealed generation is committed: what of it goes to the engine at once goes into the batch. */
  apply(batch: EngineBatch): void {
    const sealed = this.#sealed;
    if (sealed === null) return;
    this.committed.apply(sealed.rows, batch);
    this.#sealed = null;
  }

  #named(names: readonly string[], reverse: boolean): Row[] {
    const rows: Row[] = [];
    for (const name of names) {
      const key = keyToBytes(name);
      const buffered = this.#buffered(name);
      const value = buffered === undefined ? this.committed.get(name, key) : buffered;
      if (value !== null) rows.push({ key, value });
    }
    return reverse ? rows.reverse() : rows;
  }

  #buffered(name: string): Buffer | null | undefined {
    const { rows } = this.#current;
    // Most lookups find nothing here: whoever asks an empty map has the name hashed all the same.
    const current = rows.size === 0 ? undefined : rows.get(name);
    return current === undefined ? this.#sealed?.rows.get(name) : current;
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
