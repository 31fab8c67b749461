// Zigzag varints as in Kafka's record format v2. Values are safe integers; the 32-bit ones take the fast path.

const int32Limit = 0x8000_0000;

const isInt32 = (value: number): boolean => value >= -int32Limit && value < int32Limit;

/** How many bytes `value` takes. */
export const varintSize = (value: number): number => {
  if (!isInt32(value)) return wideVarintSize(value);
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigzag < 0x80) return 1;
  if (zigzag < 0x4000) return 2;
  if (zigzag < 0x20_0000) return 3;
  return zigzag < 0x1000_0000 ? 4 : 5;
};

/** Writes `value` at `at` and returns the position behind it. */
export const writeVarint = (target: Uint8Array, value: number, at: number): number => {
  if (!isInt32(value)) return writeWideVarint(target, value, at);
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  while (rest >= 0x80) {
    target[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[at++] = rest;
  return at;
};

// Beyond 32 bits zigzag needs 64-bit arithmetic; only time deltas of more than 24 days come here.
const wideZigzag = (value: number): bigint => BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));

const wideVarintSize = (value: number): number => {
  let size = 1;
  for (let rest = wideZigzag(value) >> 7n; rest > 0n; rest >>= 7n) size++;
  return size;
};

const writeWideVarint = (target: Uint8Array, value: number, at: number): number => {
  let rest = wideZigzag(value);
  while (rest >= 0x80n) {
    target[at++] = Number(rest & 0x7fn) | 0x80;
    rest >>= 7n;
  }
  target[at++] = Number(rest);
  return at;
};

/** Reads varints one after the other. `at` is the position of the next one, `end` the first byte not to be read. */
export class VarintReader {
  bytes: Uint8Array;
  at: number;
  end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** The next value. Past the end, or after more than ten bytes, it throws a RangeError. */
  read(): number {
    if (this.at >= this.end) throw new RangeError('a varint is cut off');
    const first = this.bytes[this.at] as number;
    if (first < 0x80) {
      this.at++;
      return (first >>> 1) ^ -(first & 1);
    }
    return this.#readLong();
  }

  #readLong(): number {
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#next();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (low >>> 1) ^ -(low & 1);
    }
    let wide = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#next();
      wide |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, (wide >> 1n) ^ -(wide & 1n)));
    }
    throw new RangeError('a varint has more than ten bytes');
  }

  #next(): number {
    if (this.at >= this.end) throw new RangeError('a varint is cut off');
    return this.bytes[this.at++] as number;
  }
}
