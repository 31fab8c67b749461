import { assert } from '../common/assert.ts';
import { int64Bytes, readInt64 } from '../common/bytes.ts';
import type { CommittedRows } from './committed-rows.ts';
import { EngineRows, segmentOf, segmentPrefix, storePrefix } from './engine-rows.ts';
import { KeySpace } from './key-space.ts';
import { ResidentRows } from './resident-rows.ts';
import type { EngineBatch, StateEngine } from './state-engine.ts';
import type { StateHeader, StateOwner } from './state-header.ts';
import { encodeHeader, headerKey, readHeader, stateFormat } from './state-header.ts';
import { StateView } from './state-view.ts';

// No store has the number 0.
const offsetsPrefix = Buffer.from([0, 0, 0]);
const notesPrefix = Buffer.from([0, 0, 2]);

/** How committed rows come to the engine. */
export interface WriteBehind {
  /** What rows in memory may take, those that the engine does not have yet among them. */
  readonly maxBytes: () => number;
  /** The engine gets what was committed after at most so long. */
  readonly maxAgeMs: number;
  /** Any clock that goes on evenly. */
  readonly now: () => number;
}

export interface TaskStateOptions extends StateOwner {
  /** Null: the engine gets every commit at once, and nothing is kept in front of it. */
  readonly writeBehind: WriteBehind | null;
}

interface Space {
  readonly space: KeySpace;
  readonly store: string;
  readonly segment: number;
  readonly engine: EngineRows;
}

interface Note {
  readonly snapshot: () => Buffer;
  sealed: Buffer | null;
  committed: Buffer | null;
}

/**
 * All state of one task over its one database: the key spaces of its stores, and for every changelog the offset up to
 * which the database holds it. What the engine gets, it gets in one batch with the offsets, so that the database always
 * equals a prefix of its changelogs: that of the last commit, or with write-behind that of a commit a little earlier.
 */
export class TaskState {
  /** How the rows are looked at. */
  readonly view: StateView = new StateView();
  readonly #engine: StateEngine;
  readonly #options: TaskStateOptions;
  readonly #spaces = new Map<KeySpace, Space>();
  readonly #storeIds: Map<string, number>;
  readonly #notes = new Map<string, Note>();
  /** Committed offsets that the engine does not have yet. */
  readonly #offsets = new Map<string, number>();
  /** Restored rows that wait for the next commit. */
  #restoring: EngineBatch | null = null;
  #isHeaderWritten: boolean;
  #isBroken = false;
  /** When the oldest write was committed that the engine does not have yet. */
  #behindSinceMs: number | null = null;
  /** Dropped since the last seal, and dropped in the sealed generation. */
  #dropped: Space[] = [];
  #sealedDrops: Space[] = [];

  private constructor(engine: StateEngine, options: TaskStateOptions, header: StateHeader | null) {
    this.#engine = engine;
    this.#options = options;
    this.#storeIds = new Map(Object.entries(header?.stores ?? {}));
    this.#isHeaderWritten = header !== null;
  }

  /**
   * @throws StreamsError STATE_FOREIGN, STATE_FORMAT_UNSUPPORTED, STATE_CORRUPTED for a database that is not for this task
   */
  static open(engine: StateEngine, options: TaskStateOptions): TaskState {
    return new TaskState(engine, options, readHeader(engine, options));
  }

  /** Bytes that wait for a commit. */
  get bufferedBytes(): number {
    let bytes = 0;
    for (const space of this.#spaces.keys()) bytes += space.bufferedBytes;
    return bytes;
  }

  /** Bytes of committed rows in memory. */
  get residentBytes(): number {
    let bytes = 0;
    for (const { committed } of this.#spaces.keys()) bytes += committed.residentBytes;
    return bytes;
  }

  /** How many committed rows the engine does not have yet. */
  get #unwrittenRows(): number {
    let rows = 0;
    for (const { committed } of this.#spaces.keys()) rows += committed.unwrittenRows;
    return rows;
  }

  /** The rows of a store, or of one of its segments. */
  open(store: string, segment: number | null = null): KeySpace {
    const engine = new EngineRows(this.#engine, segmentPrefix(this.#storeId(store), segment ?? 0));
    const space = new KeySpace(this.#committedRows(engine, segment !== null), () => this.#restoringBatch(), this.view);
    this.#spaces.set(space, { space, store, segment: segment ?? 0, engine });
    return space;
  }

  /** The segments of a store that the database has rows of, ascending. */
  segments(store: string): number[] {
    const id = this.#storeId(store);
    const end = storePrefix(id + 1);
    const segments: number[] = [];
    let from = storePrefix(id);
    for (;;) {
      const found = firstKey(this.#engine, from, end);
      if (found === null) return segments;
      const segment = segmentOf(found);
      segments.push(segment);
      from = segmentPrefix(id, segment + 1);
    }
  }

  /** Forgets the rows of a key space. The engine forgets them after the next commit, so that an abort brings them back. */
  drop(space: KeySpace): void {
    const entry = this.#spaces.get(space);
    assert(entry !== undefined, 'a key space is dropped once');
    this.#dropped.push(entry);
    if (!space.hasSealed) this.#spaces.delete(space);
  }

  /** Up to which offset the rows here hold a changelog: the next one to restore from; null when they never held any. */
  changelogOffset(topic: string): number | null {
    const behind = this.#offsets.get(topic);
    if (behind !== undefined) return behind;
    const stored = this.#engine.get(offsetKey(topic));
    return stored === null ? null : readInt64(stored, 0);
  }

  /** A note that was kept with the commit that the database is of; null when there was none. */
  note(name: string): Buffer | null {
    return this.#engine.get(noteKey(name));
  }

  /**
   * Keeps what a store has to know beside its rows: asked for at every seal, and written with the rows of that commit.
   *
   * @param name begins with the name of the store and a slash
   */
  keepNote(name: string, snapshot: () => Buffer): void {
    this.#notes.set(name, { snapshot, sealed: null, committed: null });
  }

  /** Closes the current generation of every key space, so that it can be committed. */
  seal(): void {
    assert(this.#sealedDrops.length === 0, 'the generation before was not settled');
    for (const space of this.#spaces.keys()) space.seal();
    for (const note of this.#notes.values()) note.sealed = note.snapshot();
    this.#sealedDrops = this.#dropped;
    this.#dropped = [];
  }

  /**
   * The sealed generation is committed, together with the changelog offsets that belong to it.
   *
   * @param offsets by changelog topic, the offset behind the last record of the generation
   */
  applySealed(offsets: ReadonlyMap<string, number>): void {
    const batch = this.#restoringBatch();
    this.#restoring = null;
    for (const space of this.#spaces.keys()) space.apply(batch);
    for (const note of this.#notes.values()) note.committed = note.sealed;
    for (const [topic, offset] of offsets) this.#offsets.set(topic, offset);
    const drops = this.#sealedDrops.filter(({ space }) => space.committed.drop());
    this.#sealedDrops = [];
    for (const { space } of this.#dropped) this.#spaces.delete(space);
    if (!this.#mayStayBehind()) {
      this.#write(batch);
      this.#release();
    }
    // Not part of a batch, so only when nobody can want the rows back any more; and again after a crash, if need be.
    for (const { engine } of drops) engine.deleteAll();
  }

  /** Gives the engine everything that is committed. */
  flush(): void {
    this.#write(this.#engine.batch());
  }

  /** Closes the database without what was not committed, and with everything that was. */
  close(): void {
    try {
      if (!this.#isBroken && this.#behindSinceMs !== null) this.flush();
    } finally {
      this.#spaces.clear();
      this.#engine.close();
    }
  }

  #restoringBatch(): EngineBatch {
    this.#restoring ??= this.#engine.batch();
    return this.#restoring;
  }

  #committedRows(engine: EngineRows, loads: boolean): CommittedRows {
    const { writeBehind } = this.#options;
    if (writeBehind === null) return engine;
    const maxBytes = (): number => writeBehind.maxBytes() / (4 * Math.max(1, this.#spaces.size));
    return new ResidentRows(engine, { isNew: engine.isEmpty(), loads, maxBytes });
  }

  /** Whether the engine need not have it yet. */
  #mayStayBehind(): boolean {
    const { writeBehind } = this.#options;
    if (writeBehind === null) return false;
    const now = writeBehind.now();
    this.#behindSinceMs ??= now;
    if (now - this.#behindSinceMs >= writeBehind.maxAgeMs) return false;
    return this.residentBytes <= writeBehind.maxBytes() && this.#unwrittenRows < this.#engine.batchRows;
  }

  #write(batch: EngineBatch): void {
    this.#isBroken = true;
    if (!this.#isHeaderWritten) this.#writeHeader();
    const spaces = [...this.#spaces.values()].sort(inKeyOrder(this.#storeIds));
    for (const { space } of spaces) space.committed.flush(batch);
    for (const [name, { committed }] of this.#notes) if (committed !== null) batch.put(noteKey(name), committed);
    for (const [topic, offset] of this.#offsets) batch.put(offsetKey(topic), int64Bytes(offset));
    batch.commit();
    this.#offsets.clear();
    this.#behindSinceMs = null;
    this.#isBroken = false;
  }

  /** Lets rows go that the engine has, those of the oldest segments first, until memory is half empty. */
  #release(): void {
    const { writeBehind } = this.#options;
    if (writeBehind === null) return;
    let bytes = this.residentBytes;
    if (bytes <= writeBehind.maxBytes()) return;
    const spaces = [...this.#spaces.values()].sort((left, right) => left.segment - right.segment);
    for (const { space } of spaces) {
      if (bytes * 2 <= writeBehind.maxBytes()) return;
      bytes -= space.committed.residentBytes;
      space.committed.release();
      bytes += space.committed.residentBytes;
    }
  }

  /** Before any row, since restored rows may be written ahead of the batch that they belong to. */
  #writeHeader(): void {
    const { applicationId, taskId } = this.#options;
    const stores = Object.fromEntries(this.#storeIds);
    const batch = this.#engine.batch();
    batch.put(headerKey, encodeHeader({ format: stateFormat, applicationId, taskId, stores }));
    batch.commit();
    this.#isHeaderWritten = true;
  }

  #storeId(store: string): number {
    let id = this.#storeIds.get(store);
    if (id === undefined) {
      id = this.#storeIds.size + 1;
      this.#storeIds.set(store, id);
      this.#isHeaderWritten = false;
    }
    return id;
  }
}

const offsetKey = (topic: string): Buffer => Buffer.concat([offsetsPrefix, Buffer.from(topic, 'utf8')]);

const noteKey = (name: string): Buffer => Buffer.concat([notesPrefix, Buffer.from(name, 'utf8')]);

const firstKey = (engine: StateEngine, from: Buffer, to: Buffer): Buffer | null => {
  for (const { key } of engine.range(from, to, false)) return key;
  return null;
};

const inKeyOrder = (ids: ReadonlyMap<string, number>) => (left: Space, right: Space) =>
  (ids.get(left.store) ?? 0) - (ids.get(right.store) ?? 0) || left.segment - right.segment;
