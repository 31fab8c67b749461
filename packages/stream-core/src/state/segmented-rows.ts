import { int64Bytes, readInt64 } from '../common/bytes.ts';
import type { KeySpace } from './key-space.ts';
import type { Row, RowStore } from './row-store.ts';
import { noRows } from './row-store.ts';
import type { TaskState } from './task-state.ts';

export interface SegmentedRowsOptions {
  readonly store: string;
  /** Rows are readable while their time is above the observed stream time less this. */
  readonly retentionMs: number;
  readonly segmentMs: number;
  /** The time of a row, from its key. */
  readonly timeOf: (key: Buffer) => number;
  /** Rows are only added: a null deletes nothing, since no row has its key. */
  readonly retainDuplicates: boolean;
  /** Whether time moves with a null that is not kept: in memory it does, in a database it does not. */
  readonly observesNulls: boolean;
  /** Whether rows can be read too whose time is just `retentionMs` back. @default false */
  readonly showsRetentionEnd?: boolean;
  /** Called for each write that is too old to be kept. */
  readonly onExpired: () => void;
}

/**
 * Rows that are forgotten by time. The store observes the largest time that was ever put; what lies `retentionMs`
 * behind it cannot be read any more, and whole segments behind it are dropped.
 *
 * @see `org.apache.kafka.streams.state.internals.AbstractRocksDBSegmentedBytesStore`
 */
export class SegmentedRows implements RowStore {
  readonly #state: TaskState;
  readonly #options: SegmentedRowsOptions;
  readonly #segments = new Map<number, KeySpace>();
  #observedTime = -1;

  constructor(state: TaskState, options: SegmentedRowsOptions) {
    this.#state = state;
    this.#options = options;
    const { store } = options;
    for (const id of state.segments(store)) this.#segments.set(id, state.open(store, id));
    // The rows of the database are those of a commit; what can be read of them depends on the time of that commit.
    const note = `${store}/time`;
    this.#observe(timeOfNote(state.note(note)));
    state.keepNote(note, () => int64Bytes(this.#observedTime));
  }

  get(segment: number, key: Buffer): Buffer | null {
    return this.#isReadable(key) ? (this.#segments.get(segment)?.get(key) ?? null) : null;
  }

  put(segment: number, key: Buffer, value: Buffer | null): void {
    const { retainDuplicates, observesNulls, timeOf } = this.#options;
    const isUnkept = value === null && retainDuplicates;
    if (isUnkept && !observesNulls) return;
    this.#observe(timeOf(key));
    if (isUnkept) return;
    const space = this.#liveSegment(segment);
    if (space === null) this.#options.onExpired();
    else space.put(key, value);
  }

  /** Puts back a row that is committed already. Its bytes must not change any more. */
  restore(segment: number, key: Buffer, value: Buffer | null): void {
    this.#observe(this.#options.timeOf(key));
    this.#liveSegment(segment)?.restore(key, value);
  }

  range(segment: number, from: Buffer | null, to: Buffer | null, reverse: boolean): Iterable<Row> {
    const space = this.#segments.get(segment);
    return space === undefined ? [] : this.#readable(space.rows(from, to, reverse));
  }

  windows(segment: number, from: Buffer, to: Buffer, reverse: boolean): Iterable<Row> {
    const rows = this.#segments.get(segment)?.windows(from, to, reverse) ?? noRows;
    return rows === noRows ? noRows : this.#readable(rows);
  }

  segments(first: number, last: number): readonly number[] {
    if (first === last) return this.#segments.has(first) ? [first] : [];
    return [...this.#segments.keys()].filter((id) => id >= first && id <= last).sort((left, right) => left - right);
  }

  #observe(time: number): void {
    if (time <= this.#observedTime) return;
    this.#observedTime = time;
    const oldest = this.#oldestLiveSegment();
    for (const [id, space] of this.#segments) {
      if (id >= oldest) continue;
      this.#segments.delete(id);
      this.#state.drop(space);
    }
  }

  #liveSegment(id: number): KeySpace | null {
    const existing = this.#segments.get(id);
    if (existing !== undefined) return existing;
    if (id < this.#oldestLiveSegment()) return null;
    const space = this.#state.open(this.#options.store, id);
    this.#segments.set(id, space);
    return space;
  }

  #oldestLiveSegment(): number {
    return Math.floor((this.#observedTime - this.#options.retentionMs) / this.#options.segmentMs);
  }

  #isReadable(key: Buffer): boolean {
    const { retentionMs, timeOf, showsRetentionEnd = false } = this.#options;
    const end = this.#observedTime - retentionMs;
    return showsRetentionEnd ? timeOf(key) >= end : timeOf(key) > end;
  }

  *#readable(rows: Iterable<Row>): Iterable<Row> {
    for (const row of rows) if (this.#isReadable(row.key)) yield row;
  }
}

const timeOfNote = (note: Buffer | null): number => (note === null ? -1 : readInt64(note, 0));
