import type { PlainRows } from './plain-rows.ts';
import type { Row, RowStore } from './row-store.ts';
import { rawValue, withTimestamp } from './value-and-timestamp.ts';

const unknownTimestamp = -1;

/**
 * Stands under a timestamped store whose rows keep no timestamps: they read as of time -1. The changelog above still
 * gets them.
 *
 * @see `org.apache.kafka.streams.state.internals.KeyValueToTimestampedKeyValueByteStoreAdapter`
 */
export class TimestampDroppingRows implements RowStore {
  readonly #inner: PlainRows;

  constructor(inner: PlainRows) {
    this.#inner = inner;
  }

  get(segment: number, key: Buffer): Buffer | null {
    const value = this.#inner.get(segment, key);
    return value === null ? null : withTimestamp(value, unknownTimestamp);
  }

  put(segment: number, key: Buffer, value: Buffer | null): void {
    this.#inner.put(segment, key, value === null ? null : rawValue(value));
  }

  /** Puts back a row that is committed already. Its bytes must not change any more. */
  restore(key: Buffer, value: Buffer | null): void {
    this.#inner.restore(key, value === null ? null : rawValue(value));
  }

  *range(segment: number, from: Buffer | null, to: Buffer | null, reverse: boolean): Iterable<Row> {
    for (const { key, value } of this.#inner.range(segment, from, to, reverse)) {
      yield { key, value: withTimestamp(value, unknownTimestamp) };
    }
  }

  segments(): readonly number[] {
    return this.#inner.segments();
  }
}
