import type { BoundedOutput } from './bounded-output.ts';

// The block format of Snappy, and the framing of snappy-java that Kafka's own clients put around it. Why not the decoder
// of the protocol library: see lz4-decoder.ts.

/** A chunk header of snappy-java: magic, then a version and the oldest version that can read it. */
export const snappyFrameMagic: Buffer = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
export const snappyFrameHeaderBytes = 16;

const cutOff = (): RangeError => new RangeError('the Snappy data ends too early');

const littleEndian = (source: Buffer, at: number, bytes: number): number => {
  if (at + bytes > source.length) throw cutOff();
  return source.readUIntLE(at, bytes);
};

const readDeclaredLength = (source: Buffer): { readonly length: number; readonly at: number } => {
  let length = 0;
  for (let index = 0; index < 5; index++) {
    const byte = source[index];
    if (byte === undefined) throw cutOff();
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { length, at: index + 1 };
  }
  throw new RangeError('the Snappy data claims an impossible length');
};

/** Appends the literal whose tag stands before `at`. @returns the position behind it */
const unpackLiteral = (source: Buffer, [tag, start]: readonly [number, number], output: BoundedOutput): number => {
  const short = tag >> 2;
  const lengthBytes = Math.max(0, short - 59);
  const length = 1 + (lengthBytes === 0 ? short : littleEndian(source, start, lengthBytes));
  const at = start + lengthBytes;
  if (length > source.length - at) throw cutOff();
  output.append(source, at, at + length);
  return at + length;
};

const unpackBlock = (source: Buffer, output: BoundedOutput): void => {
  const declared = readDeclaredLength(source);
  const before = output.length;
  let { at } = declared;
  while (at < source.length) {
    const tag = source[at++] as number;
    const kind = tag & 3;
    if (kind === 0) {
      at = unpackLiteral(source, [tag, at], output);
    } else if (kind === 1) {
      output.repeat(((tag >> 5) << 8) | littleEndian(source, at, 1), 4 + ((tag >> 2) & 7));
      at += 1;
    } else {
      const distanceBytes = kind === 2 ? 2 : 4;
      output.repeat(littleEndian(source, at, distanceBytes), 1 + (tag >> 2));
      at += distanceBytes;
    }
    if (output.length - before > declared.length) break;
  }
  if (output.length - before !== declared.length) throw new RangeError('the Snappy data has not the length it claims');
};

/**
 * Unpacks Snappy data, in the chunks of snappy-java or as one bare block.
 *
 * @throws RangeError when it is damaged, or too large for `output`
 */
export const unpackSnappy = (source: Buffer, output: BoundedOutput): void => {
  if (!source.subarray(0, snappyFrameMagic.length).equals(snappyFrameMagic)) {
    unpackBlock(source, output);
    return;
  }
  if (source.length < snappyFrameHeaderBytes) throw cutOff();
  for (let at = snappyFrameHeaderBytes; at < source.length; ) {
    if (source.length - at < 4) throw cutOff();
    const length = source.readUInt32BE(at);
    at += 4;
    if (length > source.length - at) throw cutOff();
    unpackBlock(source.subarray(at, at + length), output);
    at += length;
  }
};
