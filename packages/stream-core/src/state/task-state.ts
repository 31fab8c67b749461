import { assert } from '../common/assert.ts';
import { incrementBytes, readInt64, writeInt64 } from '../common/bytes.ts';
import { KeySpace } from './key-space.ts';
import type { StateEngine } from './state-engine.ts';
import type { StateHeader, StateOwner } from './state-header.ts';
import { encodeHeader, headerKey, readHeader, stateFormat } from './state-header.ts';

const offsetsPrefix = Buffer.from([0, 0]);

const rangeOf = (prefix: Buffer) => ({ prefix, end: incrementBytes(prefix) ?? Buffer.from([0xff, 0xff, 0xff]) });

/**
 * All state of one task over its one database: the key spaces of its stores, and for every changelog the offset up to
 * which the database holds it. Rows and offsets of a commit go into the engine in one batch, so that the database
 * always equals a prefix of its changelogs.
 */
export class TaskState {
  readonly #engine: StateEngine;
  readonly #owner: StateOwner;
  readonly #spaces = new Set<KeySpace>();
  readonly #storeIds: Map<string, number>;
  #isHeaderWritten: boolean;
  /** Dropped since the last seal, and dropped in the sealed generation. */
  #dropped: KeySpace[] = [];
  #sealedDrops: KeySpace[] = [];

  private constructor(engine: StateEngine, owner: StateOwner, header: StateHeader | null) {
    this.#engine = engine;
    this.#owner = owner;
    this.#storeIds = new Map(Object.entries(header?.stores ?? {}));
    this.#isHeaderWritten = header !== null;
  }

  /**
   * @throws StreamsError STATE_FOREIGN, STATE_FORMAT_UNSUPPORTED, STATE_CORRUPTED for a database that is not for this task
   */
  static open(engine: StateEngine, owner: StateOwner): TaskState {
    return new TaskState(engine, owner, readHeader(engine, owner));
  }

  /** Bytes that wait for a commit. */
  get bufferedBytes(): number {
    let bytes = 0;
    for (const space of this.#spaces) bytes += space.bufferedBytes;
    return bytes;
  }

  /** The rows of a store, or of one of its segments. */
  open(store: string, segment = 0): KeySpace {
    const prefix = Buffer.allocUnsafe(10);
    prefix.writeUInt16BE(this.#storeId(store), 0);
    writeInt64(prefix, segment, 2);
    const space = new KeySpace(this.#engine, rangeOf(prefix));
    this.#spaces.add(space);
    return space;
  }

  /** Forgets the rows of a key space. The engine forgets them with the next commit, so that an abort brings them back. */
  drop(space: KeySpace): void {
    this.#dropped.push(space);
    if (!space.hasSealed) this.#spaces.delete(space);
  }

  /** The changelog offset that the database holds: the next one to restore from; null when it never held any. */
  changelogOffset(topic: string): number | null {
    const stored = this.#engine.get(offsetKey(topic));
    return stored === null ? null : readInt64(stored, 0);
  }

  /** Closes the current generation of every key space, so that it can be committed. */
  seal(): void {
    assert(this.#sealedDrops.length === 0, 'the generation before was not settled');
    for (const space of this.#spaces) space.seal();
    this.#sealedDrops = this.#dropped;
    this.#dropped = [];
  }

  /**
   * Puts the sealed generation into the engine, together with the changelog offsets that belong to it.
   *
   * @param offsets by changelog topic, the offset behind the last record of the generation
   */
  applySealed(offsets: ReadonlyMap<string, number>): void {
    const batch = this.#engine.batch();
    for (const space of this.#spaces) space.apply(batch);
    for (const [topic, offset] of offsets) {
      const value = Buffer.allocUnsafe(8);
      writeInt64(value, offset, 0);
      batch.put(offsetKey(topic), value);
    }
    if (!this.#isHeaderWritten) batch.put(headerKey, this.#header());
    batch.commit();
    this.#isHeaderWritten = true;
    for (const space of this.#spaces) space.settle();
    for (const space of this.#sealedDrops) this.#engine.deleteRange(space.range.prefix, space.range.end);
    for (const space of this.#dropped) this.#spaces.delete(space);
    this.#sealedDrops = [];
  }

  /** Closes the database without what was not committed. */
  close(): void {
    this.#spaces.clear();
    this.#engine.close();
  }

  #header(): Buffer {
    return encodeHeader({ format: stateFormat, ...this.#owner, stores: Object.fromEntries(this.#storeIds) });
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
