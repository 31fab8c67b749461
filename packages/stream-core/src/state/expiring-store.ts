import type { KeyValue } from '../common/stream-record.ts';
import type { ValueAndTimestamp } from './value-and-timestamp.ts';

/** A store of a table whose rows may expire. */
export interface ExpiringStore<K, V> {
  /** How long a row lives behind its timestamp; null: for ever. */
  readonly ttlMs: number | null;
  /** The row that has expired first at a time, if there is any. It is still there; whoever asks deletes it. */
  nextExpired(nowMs: number): KeyValue<K, ValueAndTimestamp<V>> | null;
}

/** Whether a row has expired that perhaps nobody has taken out yet. */
export const hasExpired = (ttlMs: number, { timestamp }: ValueAndTimestamp<unknown>, nowMs: number): boolean =>
  timestamp + ttlMs <= nowMs;
