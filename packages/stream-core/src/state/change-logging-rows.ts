import type { Headers } from '../common/headers.ts';
import type { RecordSlot } from '../common/record-context.ts';
import type { Row, RowStore } from './row-store.ts';
import { rawValue, timestampOf } from './value-and-timestamp.ts';

/** Where the writes of a store are logged. */
export interface Changelog {
  /** @param headers none unless they are given; only buffers have any */
  append(key: Buffer, value: Buffer | null, timestamp: number, headers?: Headers): void;
}

/** Writes through, and logs each write with the timestamp of the record in hand. */
export class ChangeLoggingRows implements RowStore {
  protected readonly changelog: Changelog;
  protected readonly record: RecordSlot;
  readonly #inner: RowStore;

  constructor(inner: RowStore, changelog: Changelog, record: RecordSlot) {
    this.#inner = inner;
    this.changelog = changelog;
    this.record = record;
  }

  get(segment: number, key: Buffer): Buffer | null {
    return this.#inner.get(segment, key);
  }

  put(segment: number, key: Buffer, value: Buffer | null): void {
    this.#inner.put(segment, key, value);
    this.log(key, value);
  }

  range(segment: number, from: Buffer | null, to: Buffer | null, reverse: boolean): Iterable<Row> {
    return this.#inner.range(segment, from, to, reverse);
  }

  windows(segment: number, from: Buffer, to: Buffer, reverse: boolean): Iterable<Row> {
    const inner = this.#inner;
    return inner.windows?.(segment, from, to, reverse) ?? inner.range(segment, from, to, reverse);
  }

  segments(first: number, last: number): readonly number[] {
    return this.#inner.segments(first, last);
  }

  protected log(key: Buffer, value: Buffer | null): void {
    this.changelog.append(key, value, this.record.current.timestamp);
  }
}

/** Logs rows that carry a timestamp: the plain value goes into the changelog, the timestamp onto its record. */
export class ChangeLoggingTimestampedRows extends ChangeLoggingRows {
  protected override log(key: Buffer, value: Buffer | null): void {
    if (value === null) super.log(key, null);
    else this.changelog.append(key, rawValue(value), timestampOf(value));
  }
}
