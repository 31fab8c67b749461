const int64Size = 8;
const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;

/** The bits of a two's complement that holds `value`, its sign included. */
const bitLength = (value: bigint): number => {
  const magnitude = value < 0n ? -value - 1n : value;
  return magnitude === 0n ? 1 : magnitude.toString(2).length + 1;
};

const wideBytes = (value: bigint, sizeBytes: number): Buffer => {
  const hex = BigInt.asUintN(sizeBytes * 8, value).toString(16);
  return Buffer.from(hex.padStart(sizeBytes * 2, '0'), 'hex');
};

/** True when the byte at `index` only repeats the sign of the byte after it. */
const isSignByte = (bytes: Buffer, index: number): boolean => {
  const negative = ((bytes[index + 1] as number) & 0x80) !== 0;
  return bytes[index] === (negative ? 0xff : 0);
};

/** Two's complement, big-endian, in as few bytes as hold the number: what Java's `BigInteger.toByteArray` gives. */
export const toMinimalBytes = (value: bigint): Buffer => {
  if (value < int64Min || value > int64Max) return wideBytes(value, Math.ceil(bitLength(value) / 8));
  const bytes = Buffer.allocUnsafe(int64Size);
  bytes.writeBigInt64BE(value);
  let start = 0;
  while (start < int64Size - 1 && isSignByte(bytes, start)) start++;
  return bytes.subarray(start);
};

/** Two's complement, big-endian, in exactly `sizeBytes`, which must hold the number. */
export const toFixedBytes = (value: bigint, sizeBytes: number): Buffer => wideBytes(value, sizeBytes);

/** The number in two's complement, big-endian, of any length but 0. */
export const fromBytes = (bytes: Buffer): bigint => {
  if (bytes.length === 0) throw new RangeError('a decimal has no bytes');
  if (bytes.length <= 6) return BigInt(bytes.readIntBE(0, bytes.length));
  if (bytes.length === int64Size) return bytes.readBigInt64BE(0);
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
};
