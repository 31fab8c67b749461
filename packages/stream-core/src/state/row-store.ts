import type { EngineRow } from './state-engine.ts';

/** A row of a store in bytes. Neither part may be changed. */
export type Row = EngineRow;

/** Nothing, which callers may know by its identity. */
export const noRows: Iterable<Row> = [];

/**
 * The bytes of a store: rows sorted by key inside numbered segments. A key-value store has segment 0 alone; a store
 * that forgets by time has one for each stretch of time. The layers of a store stand on each other through this
 * interface: record cache, changelog, buffered rows.
 */
export interface RowStore {
  get(segment: number, key: Buffer): Buffer | null;
  /** Writes a row; null deletes it. Key and value are kept: the caller must not change them any more. */
  put(segment: number, key: Buffer, value: Buffer | null): void;
  /** Rows from `from` (included) to `to` (excluded), null for an open end, as they are at the call. */
  range(segment: number, from: Buffer | null, to: Buffer | null, reverse: boolean): Iterable<Row>;
  /**
   * As `range`, for two window keys of one key. Rows of longer keys that lie between may be left out. Layers that have no
   * quicker way than `range` have none of this.
   */
  windows?(segment: number, from: Buffer, to: Buffer, reverse: boolean): Iterable<Row>;
  /** The segments from `first` to `last` that may hold rows, ascending. */
  segments(first: number, last: number): readonly number[];
}
