import type { BoundedOutput } from './bounded-output.ts';

// The frame and block formats of LZ4. The decoder in WebAssembly that comes along with the protocol library is not used:
// damaged input traps inside it, after which it fails for good input too, and it has no bound for what it unpacks.

const frameMagic = 0x184d_2204;
const versionMask = 0xc0;
const version = 0x40;
const blockChecksumBit = 0x10;
const contentSizeBit = 0x08;
const contentChecksumBit = 0x04;
const dictionaryBit = 0x01;
const storedBit = 0x8000_0000;
const shortestMatch = 4;

const checkLeft = (source: Buffer, at: number, length: number): void => {
  if (length > source.length - at) throw new RangeError('the LZ4 frame ends too early');
};

/** A length that goes on in further bytes as long as they are 255. */
const longLength = (source: Buffer, at: { value: number }, end: number): number => {
  let length = 15;
  for (;;) {
    if (at.value >= end) throw new RangeError('a length in an LZ4 block is cut off');
    const byte = source[at.value++] as number;
    length += byte;
    if (byte !== 255) return length;
  }
};

const unpackBlock = (source: Buffer, [start, end]: readonly [number, number], output: BoundedOutput): void => {
  const at = { value: start };
  while (at.value < end) {
    const token = source[at.value++] as number;
    const literals = token >> 4 === 15 ? longLength(source, at, end) : token >> 4;
    if (literals > end - at.value) throw new RangeError('an LZ4 block is shorter than its literals');
    if (literals > 0) output.append(source, at.value, at.value + literals);
    at.value += literals;
    // The last sequence of a block has no match.
    if (at.value === end) return;
    if (end - at.value < 2) throw new RangeError('a distance in an LZ4 block is cut off');
    const distance = (source[at.value] as number) | ((source[at.value + 1] as number) << 8);
    at.value += 2;
    const length = (token & 15) === 15 ? longLength(source, at, end) : token & 15;
    output.repeat(distance, length + shortestMatch);
  }
};

/** Reads the header of a frame. @returns where its blocks begin, and the bytes of checksum behind each */
const readHeader = (source: Buffer): { readonly at: number; readonly checksumBytes: number } => {
  checkLeft(source, 0, 7);
  if (source.readUInt32LE(0) !== frameMagic) throw new RangeError('there is no LZ4 frame');
  const flags = source[4] as number;
  if ((flags & versionMask) !== version) throw new RangeError('the LZ4 frame has an unknown version');
  if ((flags & dictionaryBit) !== 0) throw new RangeError('the LZ4 frame needs a dictionary');
  const at = 7 + ((flags & contentSizeBit) !== 0 ? 8 : 0);
  return { at, checksumBytes: (flags & blockChecksumBit) !== 0 ? 4 : 0 };
};

/**
 * Unpacks one LZ4 frame. Its own checksums are not looked at: the checksum of the record batch covers all of it.
 *
 * @throws RangeError when it is damaged, or too large for `output`
 */
export const unpackLz4 = (source: Buffer, output: BoundedOutput): void => {
  const header = readHeader(source);
  const { checksumBytes } = header;
  let { at } = header;
  for (;;) {
    checkLeft(source, at, 4);
    const field = source.readUInt32LE(at);
    at += 4;
    if (field === 0) break;
    const length = field % storedBit;
    checkLeft(source, at, length + checksumBytes);
    if (field >= storedBit) output.append(source, at, at + length);
    else unpackBlock(source, [at, at + length], output);
    at += length + checksumBytes;
  }
  const end = at + (((source[4] as number) & contentChecksumBit) !== 0 ? 4 : 0);
  if (end !== source.length) throw new RangeError('the LZ4 frame does not end where the batch does');
};
