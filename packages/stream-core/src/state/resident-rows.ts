import { bytesToKey, keyToBytes } from '../common/bytes.ts';
import { SortedMap } from '../common/sorted-map.ts';
import type { Changes, CommittedRows } from './committed-rows.ts';
import type { EngineRows } from './engine-rows.ts';
import type { Change } from './overlay.ts';
import { overlay } from './overlay.ts';
import { ReadCache, rowBytes } from './read-cache.ts';
import type { Row } from './row-store.ts';
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
  readonly #unwritten = new SortedMap<string | null>();
  readonly #cache: ReadCache;
  /** All rows that there are; null when some are in the engine alone. */
  #all: SortedMap<string> | null;
  #isInEngine: boolean;
  #mayLoad: boolean;
  #allBytes = 0;
  #unwrittenBytes = 0;

  constructor(engine: EngineRows, options: ResidentRowsOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#cache = new ReadCache(options.maxBytes);
    this.#all = options.isNew ? new SortedMap() : null;
    this.#isInEngine = !options.isNew;
    this.#mayLoad = !options.isNew && options.loads;
  }

  get unwrittenBytes(): number {
    return this.#unwrittenBytes;
  }

  get residentBytes(): number {
    return Math.max(this.#allBytes, this.#unwrittenBytes) + this.#cache.bytes;
  }

  get(name: string, key: Buffer): Buffer | null {
    if (this.#mayLoad) this.#load();
    if (this.#all !== null) return bytesOf(this.#all.get(name) ?? null);
    const unwritten = this.#unwritten.get(name);
    if (unwritten !== undefined) return bytesOf(unwritten);
    const cached = this.#cache.get(name);
    if (cached !== undefined) return bytesOf(cached);
    const found = this.#engine.get(name, key);
    this.#cache.set(name, found === null ? null : bytesToKey(found));
    return found;
  }

  range(from: Buffer | null, to: Buffer | null, reverse: boolean): Iterable<Row> {
    if (this.#mayLoad) this.#load();
    const span = { from, to, reverse };
    if (this.#all !== null) return changesIn(this.#all, span) as Iterable<Row>;
    const rows = this.#engine.range(from, to, reverse);
    return this.#unwritten.size === 0 ? rows : overlay(changesIn(this.#unwritten, span), rows, reverse);
  }

  apply(changes: Changes): void {
    for (const [name, value] of changes.entries()) this.#set(name, value === null ? null : bytesToKey(value));
  }

  flush(batch: EngineBatch): void {
    if (this.#unwritten.size === 0) return;
    // In key order, which engines like.
    for (const name of this.#unwritten.keys()) {
      const value = this.#unwritten.get(name) ?? null;
      this.#engine.write(batch, name, bytesOf(value));
      if (this.#all === null) this.#cache.update(name, value);
    }
    this.#unwritten.clear();
    this.#unwrittenBytes = 0;
    this.#isInEngine = true;
  }

  release(): void {
    this.#all = null;
    this.#allBytes = 0;
    this.#mayLoad = false;
  }

  drop(): boolean {
    this.#unwritten.clear();
    this.#cache.clear();
    this.#all = new SortedMap();
    this.#mayLoad = false;
    this.#allBytes = 0;
    this.#unwrittenBytes = 0;
    return this.#isInEngine;
  }

  #set(name: string, value: string | null): void {
    const before = this.#unwritten.get(name);
    if (before !== undefined) this.#unwrittenBytes -= rowBytes(name, before);
    if (value === null && !this.#isInEngine) {
      this.#unwritten.delete(name);
    } else {
      this.#unwritten.set(name, value);
      this.#unwrittenBytes += rowBytes(name, value);
    }
    if (this.#all !== null) this.#setInAll(this.#all, name, value);
  }

  #setInAll(all: SortedMap<string>, name: string, value: string | null): void {
    const before = all.get(name);
    if (before !== undefined) this.#allBytes -= rowBytes(name, before);
    if (value === null) {
      all.delete(name);
    } else {
      all.set(name, value);
      this.#allBytes += rowBytes(name, value);
    }
  }

  /** Brings all rows of the engine here, unless they are too many. */
  #load(): void {
    this.#mayLoad = false;
    const all = new SortedMap<string>();
    const maxBytes = this.#options.maxBytes();
    let bytes = 0;
    for (const { key, value } of this.#engine.range(null, null, false)) {
      const [name, text] = [bytesToKey(key), bytesToKey(value)];
      all.set(name, text);
      bytes += rowBytes(name, text);
      if (bytes > maxBytes) return;
    }
    this.#all = all;
    this.#allBytes = bytes;
    for (const [name, value] of this.#unwritten.entries()) this.#setInAll(all, name, value);
  }
}

const bytesOf = (value: string | null): Buffer | null => (value === null ? null : keyToBytes(value));

interface Span {
  readonly from: Buffer | null;
  readonly to: Buffer | null;
  readonly reverse: boolean;
}

/** What lies between two keys, in the direction of the walk. A walk ends before the next commit is applied. */
function* changesIn(rows: SortedMap<string | null>, { from, to, reverse }: Span): Generator<Change, void, undefined> {
  const names = rows.keys(from === null ? null : bytesToKey(from), to === null ? null : bytesToKey(to));
  if (reverse) names.reverse();
  for (const name of names) {
    const value = rows.get(name);
    if (value !== undefined) yield { key: keyToBytes(name), value: bytesOf(value) };
  }
}
