import { asBuffer, copyBytes, readInt64, writeInt64 } from '../common/bytes.ts';
import type { Serde } from './serde.ts';
import { withSlices } from './slices.ts';

const expectLength = (found: number, length: number, what: string): void => {
  if (found !== length) throw new RangeError(`${what} has ${length} bytes, not ${found}`);
};

const longAt = (source: Buffer, start: number, end: number): number => {
  expectLength(end - start, 8, 'a long');
  const value = readInt64(source, start);
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(`${source.readBigInt64BE(start)} is not a safe integer; read it with serdes.bigint()`);
};

const expectNumber = (value: unknown, what: string): void => {
  if (typeof value !== 'number')
    throw new TypeError(`${what} takes a number, not ${value === null ? 'null' : typeof value}`);
};

// Java writes a lone surrogate as '?', and bytes are part of the contract.
const loneSurrogates = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const text: Serde<string> = {
  canonical: true,
  immutable: true,
  serialize: (value) => {
    if (typeof value !== 'string') throw new TypeError(`serdes.string() takes a string, not ${typeof value}`);
    return Buffer.from(value.isWellFormed() ? value : value.replaceAll(loneSurrogates, '?'), 'utf8');
  },
  deserialize: (bytes) => asBuffer(bytes).toString('utf8'),
};

/** UTF-8 text. */
export const stringSerde: Serde<string> = withSlices(text, (source, start, end) => source.toString('utf8', start, end));

const long: Serde<number> = {
  canonical: true,
  immutable: true,
  serialize: (value) => {
    expectNumber(value, 'serdes.long()');
    if (!Number.isSafeInteger(value)) {
      throw new RangeError(`serdes.long() takes safe integers, not ${value}; serdes.bigint() has the full range`);
    }
    const bytes = Buffer.allocUnsafe(8);
    writeInt64(bytes, value, 0);
    return bytes;
  },
  deserialize: (bytes) => longAt(asBuffer(bytes), 0, bytes.length),
};

/** A 64-bit integer as a number: 8 bytes, big-endian. Outside the safe integers both directions throw a RangeError. */
export const longSerde: Serde<number> = withSlices(long, longAt);

/** A 64-bit integer as a bigint: 8 bytes, big-endian, the full range. */
export const bigintSerde: Serde<bigint> = {
  canonical: true,
  immutable: true,
  serialize: (value) => {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigInt64BE(value);
    return bytes;
  },
  deserialize: (bytes) => {
    expectLength(bytes.length, 8, 'a bigint');
    return asBuffer(bytes).readBigInt64BE(0);
  },
};

/** A 32-bit integer: 4 bytes, big-endian. */
export const integerSerde: Serde<number> = {
  canonical: true,
  immutable: true,
  serialize: (value) => {
    expectNumber(value, 'serdes.integer()');
    if ((value | 0) !== value) throw new RangeError(`serdes.integer() takes 32-bit integers, not ${value}`);
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeInt32BE(value);
    return bytes;
  },
  deserialize: (bytes) => {
    expectLength(bytes.length, 4, 'an integer');
    return asBuffer(bytes).readInt32BE(0);
  },
};

/** A 64-bit IEEE 754 number: 8 bytes, big-endian. Not for money. */
export const doubleSerde: Serde<number> = {
  canonical: true,
  immutable: true,
  serialize: (value) => {
    expectNumber(value, 'serdes.double()');
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeDoubleBE(value);
    return bytes;
  },
  deserialize: (bytes) => {
    expectLength(bytes.length, 8, 'a double');
    return asBuffer(bytes).readDoubleBE(0);
  },
};

const bytesAsTheyAre: Serde<Uint8Array> = {
  canonical: true,
  serialize: (value) => value,
  deserialize: (bytes) => copyBytes(bytes),
};

/** Bytes as they are. The value read is a copy. */
export const bytesSerde: Serde<Uint8Array> = withSlices(bytesAsTheyAre, (source, start, end) => {
  const bytes = Buffer.allocUnsafe(end - start);
  source.copy(bytes, 0, start, end);
  return bytes;
});
