const emptyBytes: Buffer = Buffer.alloc(0);

/** The bytes as a Buffer over the same memory, without a copy. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The smallest bytes that are greater than every key that starts with `prefix`; `null` when there are none. */
export const incrementBytes = (prefix: Uint8Array): Buffer | null => {
  for (let end = prefix.length; end > 0; end--) {
    const last = prefix[end - 1] as number;
    if (last === 0xff) continue;
    const next = Buffer.from(prefix.subarray(0, end));
    next[end - 1] = last + 1;
    return next;
  }
  return null;
};

/** True when both are null, or hold the same bytes. */
export const sameBytes = (left: Uint8Array | null, right: Uint8Array | null): boolean => {
  if (left === null || right === null) return left === right;
  return asBuffer(left).equals(right);
};

/** A copy that shares no memory with `bytes`. */
export const copyBytes = (bytes: Uint8Array): Buffer => (bytes.length === 0 ? emptyBytes : Buffer.from(bytes));

/**
 * A copy for long, in memory of its own: a slice of the pool that small Buffers share would keep all of the pool for as
 * long as it is kept itself.
 */
export const lastingCopy = (bytes: Uint8Array): Buffer => {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
};

/** Writes a 64-bit signed integer, big-endian. `value` must be a safe integer. */
export const writeInt64 = (target: Buffer, value: number, offset: number): void => {
  const high = Math.floor(value / 0x1_0000_0000);
  target.writeInt32BE(high, offset);
  target.writeUInt32BE(value - high * 0x1_0000_0000, offset + 4);
};

/** 8 bytes of a safe integer, big-endian. */
export const int64Bytes = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(8);
  writeInt64(bytes, value, 0);
  return bytes;
};

/** Reads a 64-bit signed integer, big-endian, as a number. Values beyond the safe range lose precision. */
export const readInt64 = (source: Buffer, offset: number): number =>
  source.readInt32BE(offset) * 0x1_0000_0000 + source.readUInt32BE(offset + 4);

/** The bytes as a string of one character a byte: a map key that compares as the bytes do. */
export const bytesToKey = (bytes: Uint8Array): string => asBuffer(bytes).toString('latin1');

/** The bytes behind a key that `bytesToKey` made. */
export const keyToBytes = (key: string): Buffer => Buffer.from(key, 'latin1');
