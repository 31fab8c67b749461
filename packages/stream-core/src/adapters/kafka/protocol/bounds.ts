import { StreamsError } from '../../../errors/streams-error.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

const maxVarintBytes = 5;

/** A message that cannot be read. What the network says is never believed further than the bytes that are there. */
export const corrupt = (where: string, problem: string, cause?: unknown): StreamsError =>
  new StreamsError(
    'CORRUPT_MESSAGE',
    `${where} cannot be read: ${problem}. Check that the address is that of a Kafka broker, with the right protocol.`,
    { cause },
  );

/** Reads an unsigned varint of at most 31 bits, which is all that lengths, counts and tags may have. */
export const readUnsignedVarint = (reader: Reader, where: string): number => {
  let value = 0;
  let scale = 1;
  for (let i = 0; i < maxVarintBytes; i++) {
    const byte = reader.readUnsignedInt8();
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      if (value > 0x7fffffff) throw corrupt(where, `a length of ${value}`);
      return value;
    }
    scale *= 128;
  }
  throw corrupt(where, 'a length without an end');
};

/** How the length of something is written, and what it may be. */
export interface LengthRules {
  readonly compact: boolean;
  /** 4 bytes instead of 2 where it is not compact. */
  readonly wide: boolean;
  readonly nullable: boolean;
  /** The fewest bytes that one of what is counted takes. */
  readonly unitBytes: number;
  readonly where: string;
}

const plainLength = (reader: Reader, wide: boolean): number => (wide ? reader.readInt32() : reader.readInt16());

/** Writes a length or count; -1 stands for null. */
export const writeLength = (writer: Writer, length: number, { compact, wide }: LengthRules): void => {
  if (compact) writer.appendUnsignedVarInt(length + 1);
  else if (wide) writer.appendInt32(length);
  else writer.appendInt16(length);
};

/** Reads a length or count that fits into the bytes that are left; -1 stands for null. */
export const readLength = (reader: Reader, rules: LengthRules): number => {
  const { compact, wide, nullable, unitBytes, where } = rules;
  const length = compact ? readUnsignedVarint(reader, where) - 1 : plainLength(reader, wide);
  if (length < -1) throw corrupt(where, `a length of ${length}`);
  if (length === -1 && !nullable) throw corrupt(where, 'null where the protocol allows none');
  if (length * unitBytes > reader.remaining) {
    throw corrupt(where, `a length of ${length} where ${reader.remaining} bytes are left`);
  }
  return length;
};
