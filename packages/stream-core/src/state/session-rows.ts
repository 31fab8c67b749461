import { int64Bytes, readInt64 } from '../common/bytes.ts';
import type { Row, RowStore } from './row-store.ts';
import { SegmentedRows } from './segmented-rows.ts';
import { endOfSessionKey } from './session-key.ts';
import type { TaskState } from './task-state.ts';

export interface SessionRowsOptions {
  readonly store: string;
  readonly retentionMs: number;
  readonly segmentMs: number;
  /** A database drops what is too old by segment, memory by row. */
  readonly isPersistent: boolean;
  /** Called for each write that is too old to be kept. */
  readonly onExpired: () => void;
}

/**
 * The rows of a session store by the end of their session. Here stands in what the two stores of Kafka Streams differ:
 * in memory a session is too old as soon as it cannot be read, in a database once its segment is; a removal moves time in
 * a database alone.
 *
 * @see `RocksDBSessionStore`, `InMemorySessionStore` in `org.apache.kafka.streams.state.internals`
 */
export class SessionRows implements RowStore {
  readonly #rows: SegmentedRows;
  readonly #options: SessionRowsOptions;
  #observedTime: number;

  constructor(state: TaskState, options: SessionRowsOptions) {
    const { store, retentionMs, segmentMs, onExpired } = options;
    this.#options = options;
    this.#rows = new SegmentedRows(state, {
      store,
      // What can be read is decided here; below, all of a segment that is not too old as a whole can be.
      retentionMs: retentionMs + segmentMs,
      segmentMs,
      timeOf: endOfSessionKey,
      retainDuplicates: false,
      observesNulls: true,
      onExpired,
    });
    const note = `${store}/observed`;
    const noted = state.note(note);
    this.#observedTime = noted === null ? -1 : readInt64(noted, 0);
    state.keepNote(note, () => int64Bytes(this.#observedTime));
  }

  get(segment: number, key: Buffer): Buffer | null {
    return this.#isReadable(key) ? this.#rows.get(segment, key) : null;
  }

  put(segment: number, key: Buffer, value: Buffer | null): void {
    this.#observe(key);
    const { isPersistent, onExpired } = this.#options;
    const isKept = isPersistent ? segment >= this.#oldestSegment() : this.#isReadable(key);
    if (isKept) this.#rows.put(segment, key, value);
    else onExpired();
  }

  /** Deletes a row. One that is too old is not counted as dropped. */
  remove(segment: number, key: Buffer): void {
    if (this.#options.isPersistent) this.#observe(key);
    if (this.#rows.get(segment, key) !== null) this.#rows.put(segment, key, null);
  }

  /** Puts back a row that is committed already. Its bytes must not change any more. */
  restore(segment: number, key: Buffer, value: Buffer | null): void {
    this.#observe(key);
    this.#rows.restore(segment, key, value);
  }

  range(segment: number, from: Buffer | null, to: Buffer | null, reverse: boolean): Iterable<Row> {
    return this.#readable(this.#rows.range(segment, from, to, reverse));
  }

  segments(first: number, last: number): readonly number[] {
    return this.#rows.segments(Math.max(first, this.#oldestSegment()), last);
  }

  /**
   * The rows of a segment, those too that cannot be read any more. Sessions are emitted on their close when their end is
   * just that old.
   */
  allOf(segment: number): Iterable<Row> {
    return this.#rows.range(segment, null, null, false);
  }

  #observe(key: Buffer): void {
    this.#observedTime = Math.max(this.#observedTime, endOfSessionKey(key));
  }

  #oldestSegment(): number {
    return Math.floor((this.#observedTime - this.#options.retentionMs) / this.#options.segmentMs);
  }

  #isReadable(key: Buffer): boolean {
    return endOfSessionKey(key) > this.#observedTime - this.#options.retentionMs;
  }

  *#readable(rows: Iterable<Row>): Iterable<Row> {
    for (const row of rows) if (this.#isReadable(row.key)) yield row;
  }
}
