import type { KeysAlike } from '../common/key-groups.ts';
import type { SortedMap } from '../common/sorted-map.ts';
import type { Row } from './row-store.ts';
import type { EngineBatch } from './state-engine.ts';

/** Rows of one generation by name (see `bytesToKey`); null deletes. */
export type Changes = SortedMap<Buffer | null>;

/** The committed rows of one key space. */
export interface CommittedRows {
  /** A row by its name and by the same key in bytes. */
  get(name: string, key: Buffer): Buffer | null;
  /** Rows from `from` (included) to `to` (excluded), null for an open end. */
  range(from: Buffer | null, to: Buffer | null, reverse: boolean): Iterable<Row>;
  /**
   * The names of rows that differ only in what a window key has behind the key; null when only a range can tell.
   */
  windowNames(wanted: KeysAlike): readonly string[] | null;
  /**
   * Takes in one row that was committed, as when a changelog is read. Its bytes are kept, and must not change any more.
   * What goes to the engine goes into the batch.
   */
  restore(key: Buffer, value: Buffer | null, batch: EngineBatch): void;
  /** Takes in what was committed. What goes to the engine at once goes into the batch. */
  apply(changes: Changes, batch: EngineBatch): void;
  /** Hands what the engine does not have yet to a batch, which is committed before anything else happens. */
  flush(batch: EngineBatch): void;
  /** Bytes of rows that are kept in memory, with those that the engine does not have yet. */
  readonly residentBytes: number;
  /** How many rows the engine does not have yet, those that were restored not counted. */
  readonly unwrittenRows: number;
  /** Lets rows go that the engine has. Called after a flush. */
  release(): void;
  /** Forgets every row. Returns whether the engine has any that are to be deleted. */
  drop(): boolean;
}
