import { noHeaders } from '../../common/headers.ts';
import { stringSerde } from '../../serdes/primitives.ts';
import type { AvscType, InvalidHook, Resolver, ResolverOptions, Tap } from './avsc-library.ts';
import { AvscDoubleType, AvscFloatType, AvscIntType, AvscLongType, AvscStringType } from './avsc-library.ts';

const maxVarintBytes = 10;

const isInt32 = (value: unknown): value is number => typeof value === 'number' && (value | 0) === value;

const isSafeInteger = (value: unknown): value is number => Number.isSafeInteger(value);

/** Reports a value that was found not to fit, as avsc wants it from `_check`. */
const checked = (fits: boolean, value: unknown, report: { type: AvscType; hook: InvalidHook | undefined }): boolean => {
  if (!fits) report.hook?.(value, report.type);
  return fits;
};

/** The rest of a varint whose first four bytes gave `half`; see {@link readLong}. */
const readLongTail = (tap: Tap, half: number): number => {
  let scale = 2 ** 27;
  for (let count = 4; count < maxVarintBytes; count++) {
    const byte = tap.buf[tap.pos++] ?? 0;
    half += (byte & 0x7f) * scale;
    if (byte < 0x80) return half;
    scale *= 128;
  }
  throw new RangeError(`an integer has more than ${maxVarintBytes} bytes`);
};

/**
 * A zigzag integer, exact within the safe integers and rounded beyond. avsc's own reader doubles the number first,
 * which loses the lowest bit, and that is the sign, below -2^52. So the half is summed up here.
 */
const readLong = (tap: Tap): number => {
  const { buf } = tap;
  let byte = 0;
  let low = 0;
  let shift = 0;
  do {
    byte = buf[tap.pos++] ?? 0;
    low |= (byte & 0x7f) << shift;
    shift += 7;
  } while (byte >= 0x80 && shift < 28);
  const half = byte < 0x80 ? low >>> 1 : readLongTail(tap, low >>> 1);
  return (low & 1) === 0 ? half : -half - 1;
};

/** Writes a negative safe integer without doubling it, for the reason that {@link readLong} gives. */
const writeNegativeLong = (tap: Tap, value: number): void => {
  const half = -(value + 1);
  let rest = Math.floor(half / 64);
  tap.buf[tap.pos++] = ((half % 64) << 1) | 1 | (rest > 0 ? 0x80 : 0);
  while (rest > 0) {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    tap.buf[tap.pos++] = rest > 0 ? low | 0x80 : low;
  }
};

class SafeLongType extends AvscLongType {
  override _check(value: unknown, _flags?: number, hook?: InvalidHook): boolean {
    return checked(isSafeInteger(value), value, { type: this, hook });
  }

  override _read(tap: Tap): number {
    const value = readLong(tap);
    if (!isSafeInteger(value)) throw new RangeError('a long is outside the safe integers');
    return value;
  }

  override _write(tap: Tap, value: unknown): void {
    if (!isSafeInteger(value)) throw new TypeError('not a safe integer');
    if (value < -0x4000_0000) writeNegativeLong(tap, value);
    else tap.writeLong(value);
  }
}

/** avsc's own lets integers of more than 32 bits in from damaged bytes, and throws from `_check` for a bigint. */
class StrictIntType extends AvscIntType {
  override _check(value: unknown, _flags?: number, hook?: InvalidHook): boolean {
    return checked(isInt32(value), value, { type: this, hook });
  }

  override _read(tap: Tap): number {
    const value = readLong(tap);
    if (!isInt32(value)) throw new RangeError('an int has more than 32 bits');
    return value;
  }

  override _write(tap: Tap, value: unknown): void {
    if (!isInt32(value)) throw new TypeError('not a 32-bit integer');
    tap.writeLong(value);
  }
}

class ExactDoubleType extends AvscDoubleType {
  override _update(resolver: Resolver, writer: AvscType, options: ResolverOptions): void {
    if (writer.typeName === 'long') resolver._read = readLong;
    else super._update(resolver, writer, options);
  }
}

class ExactFloatType extends AvscFloatType {
  override _update(resolver: Resolver, writer: AvscType, options: ResolverOptions): void {
    if (writer.typeName === 'long') resolver._read = readLong;
    else super._update(resolver, writer, options);
  }
}

/** The text with every lone surrogate replaced as Java does it, which is what the string serde knows. */
export const wellFormed = (text: string): string =>
  text.isWellFormed() ? text : stringSerde.deserialize(stringSerde.serialize(text, '', noHeaders), '', noHeaders);

/** Texts of fewer characters have a length of one byte. */
const shortTextLength = 64;

/** Writes a short ASCII text, as most are, in one pass; false, with nothing done, for any other. */
const writeShortAscii = (tap: Tap, text: string): boolean => {
  const { buf, pos } = tap;
  const { length } = text;
  if (length >= shortTextLength || pos + length >= buf.length) return false;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 0x80) return false;
    buf[pos + 1 + index] = code;
  }
  buf[pos] = length << 1;
  tap.pos = pos + 1 + length;
  return true;
};

/**
 * A text of one to four ASCII characters, such as a currency, at a fraction of the cost of a native call; `null` for
 * any other. The first byte is the length, doubled. Close to the end the native call is taken, because reading beyond
 * the end is slow.
 */
const readTinyAscii = (bytes: Buffer, start: number): string | null => {
  const doubled = bytes[start] ?? 0;
  if (start + 4 >= bytes.length) return null;
  const first = bytes[start + 1] as number;
  const second = bytes[start + 2] as number;
  const third = bytes[start + 3] as number;
  const fourth = bytes[start + 4] as number;
  if (doubled === 2 && first < 0x80) return String.fromCharCode(first);
  if (doubled === 4 && (first | second) < 0x80) return String.fromCharCode(first, second);
  if (doubled === 6 && (first | second | third) < 0x80) return String.fromCharCode(first, second, third);
  if (doubled !== 8 || (first | second | third | fourth) >= 0x80) return null;
  return String.fromCharCode(first, second, third, fourth);
};

/** avsc's own writes a lone surrogate as bytes that are not UTF-8. */
class WellFormedStringType extends AvscStringType {
  override _read(tap: Tap): string | undefined {
    const tiny = readTinyAscii(tap.buf, tap.pos);
    if (tiny === null) return tap.readString();
    tap.pos += tiny.length + 1;
    return tiny;
  }

  override _write(tap: Tap, value: unknown): void {
    if (typeof value !== 'string') throw new TypeError('not a string');
    if (!writeShortAscii(tap, value)) tap.writeString(wellFormed(value));
  }
}

/** Our types in the place of avsc's, by their Avro names. They have no state, so one of each is enough. */
export const primitiveTypes: ReadonlyMap<unknown, AvscType> = new Map<unknown, AvscType>([
  ['double', new ExactDoubleType()],
  ['float', new ExactFloatType()],
  ['int', new StrictIntType()],
  ['long', new SafeLongType()],
  ['string', new WellFormedStringType()],
]);
