import { bytesToKey, keyToBytes } from '../common/bytes.ts';
import type { KeysAlike } from '../common/key-groups.ts';
import { SortedMap } from '../common/sorted-map.ts';
import type { Changes, CommittedRows } from './committed-rows.ts';
import type { EngineRows } from './engine-rows.ts';
import type { Change } from './overlay.ts';
import { overlay } from './overlay.ts';
import { ReadCache, rowBytes } from './read-cache.ts';
import { RestoredRows } from './restored-rows.ts';
import type { Row } from './row-store.ts';
import { noRows } from './row-store.ts';
import type { EngineBatch } from './state-engine.ts';

export interface ResidentRowsOptions {
  /** Whether the engine has no rows of this key space, so that all there will be pass through here. */
  readonly isNew: boolean;
  /** Whether rows that the engine has are loaded when they are first asked for, as far as memory allows. */
  readonly loads: boolean;
  /** What rows that the engine has may take of memory here, in bytes. */
  readonly maxBytes: () => number;
}

/**
 * The committed rows of a key space, in front of an engine: what is written stays here until the engine gets it in one
 * sorted batch, and what comes and goes in between never reaches the engine. While everything is here, the engine is
 * never asked; otherwise what was read lately is kept. Values are kept as strings, so that a value that stays does not
 * keep the buffer that it was cut from.
 */
export class ResidentRows implements CommittedRows {
  readonly #engine: EngineRows;
  readonly #options: ResidentRowsOptions;
  readonly #rows = new SortedMap<Resident>();
  readonly #cache: ReadCache;
  /** Rows that were restored and not looked at since: most of them go on to the engine without ever being asked for. */
  #restored: RestoredRows;
  /** Rows that the engine does not have as they are here. A name may stand here twice, or be gone from the rows. */
  #unwritten: string[] = [];
  /** Whether all rows that there are are here. */
  #isComplete: boolean;
  #isInEngine: boolean;
  #mayLoad: boolean;
  #bytes = 0;

  constructor(engine: EngineRows, options: ResidentRowsOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#restored = new RestoredRows(engine.prefix);
    this.#cache = new ReadCache(options.maxBytes);
    this.#isComplete = options.isNew;
    this.#isInEngine = !options.isNew;
    this.#mayLoad = !options.isNew && options.loads;
  }

  get residentBytes(): number {
    // Packed rows leave no garbage behind, for which the budget has room: they count half, and engines get larger batches.
    return this.#bytes + this.#restored.bytes / 2 + this.#cache.bytes;
  }

  get unwrittenRows(): number {
    return this.#unwritten.length;
  }

  get(name: string, key: Buffer): Buffer | null {
    this.#prepareToRead();
    const row = this.#rows.get(name);
    if (row !== undefined) return bytesOf(row.value);
    if (this.#isComplete) return null;
    const cached = this.#cache.get(name);
    if (cached !== undefined) return bytesOf(cached);
    const found = this.#engine.get(name, key);
    this.#cache.set(name, found === null ? null : bytesToKey(found));
    return found;
  }

  range(from: Buffer | null, to: Buffer | null, reverse: boolean): Iterable<Row> {
    this.#prepareToRead();
    const rows = this.#isComplete ? noRows : this.#engine.range(from, to, reverse);
    return this.#rows.size === 0 ? rows : overlay(this.#between(from, to, reverse), rows, reverse);
  }

  windowNames(wanted: KeysAlike): readonly string[] | null {
    this.#prepareToRead();
    return this.#isComplete ? this.#rows.keysAlike(wanted) : null;
  }

  restore(key: Buffer, value: Buffer | null): void {
    if (this.#restored.isFull) this.#takeRestored();
    this.#restored.add(key, value);
  }

  apply(changes: Changes): void {
    this.#takeRestored();
    for (const [name, value] of changes.entries()) this.#set(name, value === null ? null : bytesToKey(value));
  }

  flush(batch: EngineBatch): void {
    // What was committed before would have to go first.
    const mayBeWritten = this.#unwritten.length === 0;
    if (mayBeWritten && this.#restored.bytes > this.#options.maxBytes()) this.#writeRestored(batch);
    this.#takeRestored();
    this.#flushRows(batch);
  }

  #flushRows(batch: EngineBatch): void {
    if (this.#unwritten.length === 0) return;
    // In key order, which engines like.
    for (const name of this.#unwritten.sort()) {
      const row = this.#rows.get(name);
      if (row === undefined || row.isWritten) continue;
      row.isWritten = true;
      this.#engine.write(batch, keyToBytes(name), bytesOf(row.value));
      if (this.#isComplete && row.value !== null) continue;
      this.#forget(name, row);
      if (!this.#isComplete) this.#cache.update(name, row.value);
    }
    this.#unwritten = [];
    this.#isInEngine = true;
  }

  release(): void {
    this.#rows.clear();
    this.#bytes = 0;
    // Where the engine was never given anything there is nothing.
    this.#isComplete = !this.#isInEngine;
  }

  drop(): boolean {
    this.#rows.clear();
    this.#cache.clear();
    this.#unwritten = [];
    this.#restored = new RestoredRows(this.#engine.prefix);
    this.#isComplete = true;
    this.#mayLoad = false;
    this.#bytes = 0;
    return this.#isInEngine;
  }

  #prepareToRead(): void {
    if (this.#mayLoad) this.#load();
    this.#takeRestored();
  }

  /** Makes rows of what was restored. */
  #takeRestored(): void {
    if (this.#restored.size === 0) return;
    const restored = this.#restored;
    this.#restored = new RestoredRows(this.#engine.prefix);
    restored.visitInOrder((key, value) => this.#set(bytesToKey(key), value === null ? null : bytesToKey(value)));
  }

  /**
   * Hands what was restored on: too much to stay, so nothing is kept of it. What is too much for one
   * batch goes ahead of the offset: after a crash in between it is restored again, and every row is what its record says.
   */
  #writeRestored(batch: EngineBatch): void {
    const { batchRows } = this.#engine;
    const ahead = this.#restored.size - batchRows;
    let part = ahead > 0 ? this.#engine.batch() : batch;
    let rows = 0;
    this.#restored.visitSorted((key, value) => {
      if (value === null) part.delete(key);
      else part.put(key, value);
      rows++;
      if (part === batch || (rows % batchRows !== 0 && rows < ahead)) return;
      part.commit();
      part = rows < ahead ? this.#engine.batch() : batch;
    });
    if (part !== batch) part.commit();
    this.#cache.clear();
    this.#restored.clear();
    this.#isInEngine = true;
    this.release();
  }

  #set(name: string, value: string | null): void {
    const row = this.#rows.get(name);
    if (row === undefined) {
      if (value === null && !this.#isInEngine) return;
      this.#rows.set(name, { value, isWritten: false });
      this.#bytes += rowBytes(name, value);
      this.#unwritten.push(name);
      return;
    }
    if (value === null && !this.#isInEngine) {
      this.#forget(name, row);
      return;
    }
    this.#bytes += (value?.length ?? 0) - (row.value?.length ?? 0);
    row.value = value;
    if (!row.isWritten) return;
    row.isWritten = false;
    this.#unwritten.push(name);
  }

  #forget(name: string, row: Resident): void {
    this.#rows.delete(name);
    this.#bytes -= rowBytes(name, row.value);
  }

  *#between(from: Buffer | null, to: Buffer | null, reverse: boolean): Generator<Change, void, undefined> {
    const names = this.#rows.keys(from === null ? null : bytesToKey(from), to === null ? null : bytesToKey(to));
    if (reverse) names.reverse();
    for (const name of names) {
      const row = this.#rows.get(name);
      if (row !== undefined) yield { key: keyToBytes(name), value: bytesOf(row.value) };
    }
  }

  /** Brings all rows of the engine here, unless they are too many. Nothing has been written before the first load. */
  #load(): void {
    this.#mayLoad = false;
    const maxBytes = this.#options.maxBytes();
    const loaded: [string, string][] = [];
    let bytes = 0;
    for (const { key, value } of this.#engine.range(null, null, false)) {
      const [name, text] = [bytesToKey(key), bytesToKey(value)];
      loaded.push([name, text]);
      bytes += rowBytes(name, text);
      if (bytes > maxBytes) return;
    }
    for (const [name, value] of loaded) {
      if (this.#rows.has(name)) continue;
      this.#rows.set(name, { value, isWritten: true });
      this.#bytes += rowBytes(name, value);
    }
    this.#isComplete = true;
  }
}

/** A row in memory; a null value is one that the engine has to delete. */
interface Resident {
  value: string | null;
  isWritten: boolean;
}

const bytesOf = (value: string | null): Buffer | null => (value === null ? null : keyToBytes(value));
