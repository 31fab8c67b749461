import { incrementBytes, keyToBytes, writeInt64 } from '../common/bytes.ts';
import type { Changes, CommittedRows } from './committed-rows.ts';
import type { Row } from './row-store.ts';
import type { EngineBatch, StateEngine } from './state-engine.ts';

const storeIdSize = 2;
const prefixSize = storeIdSize + 8;
const afterEverything = Buffer.alloc(prefixSize + 1, 0xff);

/** What the keys of a store begin with. */
export const storePrefix = (storeId: number): Buffer => {
  const prefix = Buffer.allocUnsafe(storeIdSize);
  prefix.writeUInt16BE(storeId, 0);
  return prefix;
};

/** What the keys of a segment of a store begin with. Segments stand in the order of their numbers, from -1 on. */
export const segmentPrefix = (storeId: number, segment: number): Buffer => {
  const prefix = Buffer.allocUnsafe(prefixSize);
  prefix.writeUInt16BE(storeId, 0);
  writeInt64(prefix, segment + 1, storeIdSize);
  return prefix;
};

/** The segment that an engine key belongs to. */
export const segmentOf = (engineKey: Buffer): number =>
  engineKey.readUInt32BE(storeIdSize) * 0x1_0000_0000 + engineKey.readUInt32BE(storeIdSize + 4) - 1;

/** The committed rows of a key space where the engine has them all: keys with one prefix. */
export class EngineRows implements CommittedRows {
  readonly residentBytes = 0;
  readonly unwrittenRows = 0;
  /** What every key here begins with in the engine. */
  readonly prefix: Buffer;
  readonly #engine: StateEngine;
  readonly #end: Buffer;

  constructor(engine: StateEngine, prefix: Buffer) {
    this.#engine = engine;
    this.prefix = prefix;
    this.#end = incrementBytes(prefix) ?? afterEverything;
  }

  get(_name: string, key: Buffer): Buffer | null {
    return this.#engine.get(this.#engineKey(key));
  }

  *range(from: Buffer | null, to: Buffer | null, reverse: boolean): Generator<Row, void, undefined> {
    const lower = from === null ? this.prefix : this.#engineKey(from);
    const upper = to === null ? this.#end : this.#engineKey(to);
    for (const { key, value } of this.#engine.range(lower, upper, reverse)) {
      yield { key: key.subarray(this.prefix.length), value };
    }
  }

  windowNames(): null {
    return null;
  }

  apply(changes: Changes, batch: EngineBatch): void {
    for (const name of changes.keys()) this.write(batch, keyToBytes(name), changes.get(name) ?? null);
  }

  restore(key: Buffer, value: Buffer | null, batch: EngineBatch): void {
    this.write(batch, key, value);
  }

  /** Adds a row to a batch; null deletes it. */
  write(batch: EngineBatch, key: Buffer, value: Buffer | null): void {
    if (value === null) batch.delete(this.#engineKey(key));
    else batch.put(this.#engineKey(key), value);
  }

  flush(): void {}

  /** How many rows a batch should have at most. */
  get batchRows(): number {
    return this.#engine.batchRows;
  }

  /** A batch beside the one that a commit is written in. */
  batch(): EngineBatch {
    return this.#engine.batch();
  }

  release(): void {}

  drop(): boolean {
    return true;
  }

  isEmpty(): boolean {
    for (const _ of this.#engine.range(this.prefix, this.#end, false)) return false;
    return true;
  }

  /** Deletes every row, at once and outside of any batch. */
  deleteAll(): void {
    this.#engine.deleteRange(this.prefix, this.#end);
  }

  #engineKey(key: Buffer): Buffer {
    return Buffer.concat([this.prefix, key]);
  }
}
