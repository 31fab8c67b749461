import { createHash } from 'node:crypto';
import { crc32c } from '@node-rs/crc32';

import type { EngineRow } from '../../state/state-engine.ts';
import type { KeyEncoder } from './lmdb-library.ts';

// How rows stand in the database. LMDB has neither empty keys nor keys over 1,978 bytes, and no checksums:
//   key of up to 1,944 bytes:  1, key                                       -> value, CRC
//   longer key:                1, the first 1,944 bytes, SHA-256 of the key -> key size, key, value, CRC
// Stored keys stand in the order of the keys, except for long keys with the same first 1,944 bytes: those stand
// together, behind the short key that equals these bytes, in the order of their hashes. The length of a stored key says
// which kind it is. The CRC-32C covers the stored key without its first byte, and everything before the CRC.

/** In bytes. Longer keys are stored under their first bytes and a hash. */
export const shortKeyMax = 1_944;

const hashBytes = 32;
const longStoredBytes = 1 + shortKeyMax + hashBytes;
const sizeBytes = 4;
const crcBytes = 4;

/** Every stored key begins with it, since LMDB has no empty keys. */
const lead = 1;

const isLong = (key: Buffer): boolean => key.length > shortKeyMax;

const isLongStored = (storedKey: Buffer): boolean => storedKey.length === longStoredBytes - 1;

/** Keys are handed to the binding without the lead byte, which is put before them in its own buffer. */
export const storedKeyEncoder: KeyEncoder = {
  writeKey: (key, target, start) => {
    target[start] = lead;
    target.set(key, start + 1);
    return start + 1 + key.length;
  },
  readKey: (source, start, end) => Buffer.from(source.subarray(start + 1, end)),
};

/** The key that a row is stored under, without the lead byte; a short key as it is. */
export const storedKey = (key: Buffer): Buffer =>
  isLong(key) ? Buffer.concat([key.subarray(0, shortKeyMax), createHash('sha256').update(key).digest()]) : key;

/** How many bytes `writeStoredValue` writes. */
export const storedValueBytes = (key: Buffer, value: Buffer): number =>
  (isLong(key) ? sizeBytes + key.length : 0) + value.length + crcBytes;

/**
 * Writes what is stored for a row behind its stored key.
 *
 * @param bytes holds the stored key from `start` to `at`
 */
export const writeStoredValue = (
  { key, value }: EngineRow,
  { bytes, start, at }: { readonly bytes: Buffer; readonly start: number; readonly at: number },
): void => {
  let end = at;
  if (isLong(key)) {
    end = bytes.writeUInt32LE(key.length, end);
    bytes.set(key, end);
    end += key.length;
  }
  bytes.set(value, end);
  end += value.length;
  bytes.writeUInt32LE(crc32c(bytes.subarray(start, end)), end);
};

/** True when nothing in a row was changed since it was stored. `value` ends with the CRC. */
export const isIntact = (stored: Buffer, value: Buffer): boolean => {
  const end = value.length - crcBytes;
  return end >= 0 && value.readUInt32LE(end) === crc32c(value.subarray(0, end), crc32c(stored));
};

/** The same for a row whose stored key and value stand one behind the other in memory. */
export const isIntactRow = (row: Buffer): boolean => {
  const end = row.length - crcBytes;
  return end >= 0 && row.readUInt32LE(end) === crc32c(row.subarray(0, end));
};

/** The value in what `storedValue` made; over the same memory. */
export const valueIn = (key: Buffer, value: Buffer): Buffer =>
  value.subarray(isLong(key) ? sizeBytes + key.length : 0, value.length - crcBytes);

/** The row in an intact stored row; over the same memory. */
export const rowOf = (stored: Buffer, value: Buffer): EngineRow => {
  if (!isLongStored(stored)) return { key: stored, value: value.subarray(0, value.length - crcBytes) };
  const keyEnd = sizeBytes + value.readUInt32LE(0);
  return { key: value.subarray(sizeBytes, keyEnd), value: value.subarray(keyEnd, value.length - crcBytes) };
};

/**
 * The bounds, in stored keys, between which all rows of a range stand: from `lower` (included) to `upper` (excluded).
 * Others stand between them only in the groups of bounds that are long keys.
 */
export const storedBounds = (from: Buffer, to: Buffer): { readonly lower: Buffer; readonly upper: Buffer } => ({
  lower: isLong(from) ? Buffer.concat([from.subarray(0, shortKeyMax), Buffer.alloc(1)]) : from,
  upper: isLong(to) ? Buffer.concat([to.subarray(0, shortKeyMax), Buffer.alloc(hashBytes + 1, 0xff)]) : to,
});

/** What long keys share that stand together; null for a short key. */
export const groupOf = (stored: Buffer): Buffer | null =>
  isLongStored(stored) ? stored.subarray(0, shortKeyMax) : null;
