const seed = 104_729;
const int = 0x1_0000_0000;

/** A 64-bit integer in two halves: JavaScript's own numbers are too short for it, and its long ones too slow. */
interface Long {
  high: number;
  low: number;
}

const c1: Long = { high: 0x87c37b91, low: 0x114253d5 };
const c2: Long = { high: 0x4cf5ad43, low: 0x2745937f };
const mix1: Long = { high: 0xff51afd7, low: 0xed558ccd };
const mix2: Long = { high: 0xc4ceb9fe, low: 0x1a85ec53 };
const five: Long = { high: 0, low: 5 };

/** The upper half of the product of two unsigned 32-bit integers. */
const upperProduct = (left: number, right: number): number => {
  const leftLow = left & 0xffff;
  const leftHigh = left >>> 16;
  const rightLow = right & 0xffff;
  const rightHigh = right >>> 16;
  const middle = leftHigh * rightLow + ((leftLow * rightLow) >>> 16);
  const carried = leftLow * rightHigh + (middle & 0xffff);
  return leftHigh * rightHigh + Math.floor(middle / 0x1_0000) + Math.floor(carried / 0x1_0000);
};

const multiply = (value: Long, factor: Long): void => {
  const { high, low } = value;
  value.high =
    (upperProduct(low >>> 0, factor.low >>> 0) + Math.imul(high, factor.low) + Math.imul(low, factor.high)) | 0;
  value.low = Math.imul(low, factor.low);
};

const add = (value: Long, high: number, low: number): void => {
  const sum = (value.low >>> 0) + (low >>> 0);
  value.high = (value.high + high + (sum >= int ? 1 : 0)) | 0;
  value.low = sum | 0;
};

const rotate = (value: Long, bits: number): void => {
  const { high, low } = value;
  const [first, second] = bits < 32 ? [high, low] : [low, high];
  const by = bits % 32;
  value.high = (first << by) | (second >>> (32 - by));
  value.low = (second << by) | (first >>> (32 - by));
};

const xor = (value: Long, other: Long): void => {
  value.high ^= other.high;
  value.low ^= other.low;
};

/** Shifts by 33 bits, as every step of the last mix does. */
const xorShift = (value: Long): void => {
  value.low ^= value.high >>> 1;
};

const lastMix = (value: Long): void => {
  xorShift(value);
  multiply(value, mix1);
  xorShift(value);
  multiply(value, mix2);
  xorShift(value);
};

const mixFirst = (block: Long, hash: Long): void => {
  multiply(block, c1);
  rotate(block, 31);
  multiply(block, c2);
  xor(hash, block);
};

const mixSecond = (block: Long, hash: Long): void => {
  multiply(block, c2);
  rotate(block, 33);
  multiply(block, c1);
  xor(hash, block);
};

const read32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);

/**
 * 128-bit Murmur3 (x64) with the seed of Kafka Streams: 16 bytes, each half big-endian.
 *
 * @see `org.apache.kafka.streams.state.internals.Murmur3`
 */
export const murmur3 = (bytes: Uint8Array): Buffer => {
  const { length } = bytes;
  const first: Long = { high: 0, low: seed };
  const second: Long = { high: 0, low: seed };
  const body = length & ~15;
  const block: Long = { high: 0, low: 0 };
  const load = (at: number): Long => {
    block.low = read32(bytes, at);
    block.high = read32(bytes, at + 4);
    return block;
  };
  for (let at = 0; at < body; at += 16) {
    mixFirst(load(at), first);
    rotate(first, 27);
    add(first, second.high, second.low);
    multiply(first, five);
    add(first, 0, 0x52dce729);
    mixSecond(load(at + 8), second);
    rotate(second, 31);
    add(second, first.high, first.low);
    multiply(second, five);
    add(second, 0, 0x38495ab5);
  }
  // Bytes beyond the end read as 0, and a block of zeros changes nothing.
  mixSecond(load(body + 8), second);
  mixFirst(load(body), first);
  return finish(first, second, length);
};

const finish = (first: Long, second: Long, length: number): Buffer => {
  first.low ^= length;
  second.low ^= length;
  add(first, second.high, second.low);
  add(second, first.high, first.low);
  lastMix(first);
  lastMix(second);
  add(first, second.high, second.low);
  add(second, first.high, first.low);
  const result = Buffer.allocUnsafe(16);
  result.writeInt32BE(first.high, 0);
  result.writeInt32BE(first.low, 4);
  result.writeInt32BE(second.high, 8);
  result.writeInt32BE(second.low, 12);
  return result;
};
