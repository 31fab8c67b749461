import { readInt64, writeInt64 } from '../common/bytes.ts';

// The key of a row in a window store, and of its changelog: key, window start (8 bytes), sequence number (4).
// See `org.apache.kafka.streams.state.internals.WindowKeySchema`.

/** How many bytes stand behind the key. */
export const windowKeySuffix = 12;

/** Puts a window key together. */
export const windowKey = (key: Uint8Array, start: number, sequence: number): Buffer => {
  const bytes = Buffer.allocUnsafe(key.length + windowKeySuffix);
  bytes.set(key);
  writeInt64(bytes, start, key.length);
  bytes.writeInt32BE(sequence, key.length + 8);
  return bytes;
};

/** The key that a window key begins with, as a view. */
export const keyOfWindowKey = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length - windowKeySuffix);

/** The window start in a window key. */
export const startOfWindowKey = (bytes: Buffer): number => readInt64(bytes, bytes.length - windowKeySuffix);

/** The sequence number in a window key; 0 in stores without duplicates. */
export const sequenceOfWindowKey = (bytes: Buffer): number => bytes.readInt32BE(bytes.length - 4);
