import { readInt64, writeInt64 } from '../common/bytes.ts';

/** Bytes in front of the value. */
export const timestampSize = 8;

/** A value together with the timestamp of the record that it is from. */
export interface ValueAndTimestamp<V> {
  readonly value: V;
  /** Epoch ms. */
  readonly timestamp: number;
}

/** The form in which a timestamped store keeps a value: 8 bytes of timestamp, then the value. */
export const withTimestamp = (value: Uint8Array, timestamp: number): Buffer => {
  const bytes = Buffer.allocUnsafe(timestampSize + value.length);
  writeInt64(bytes, timestamp, 0);
  bytes.set(value, timestampSize);
  return bytes;
};

/** The value part of a stored timestamped value, as a view. */
export const rawValue = (stored: Buffer): Buffer => stored.subarray(timestampSize);

/** The timestamp part of a stored timestamped value. */
export const timestampOf = (stored: Buffer): number => readInt64(stored, 0);
