import { Buffer } from 'node:buffer';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { LengthRules } from './bounds.ts';
import { readLength, writeLength } from './bounds.ts';
import type { Reader } from './reader.ts';
import type { ScalarType } from './schema.ts';
import type { Writer } from './writer.ts';

/** Writes and reads values of one type in one version. */
export interface Codec {
  /** The fewest bytes that a value takes; counts from the network are bounded by it. */
  readonly minBytes: number;
  readonly write: (writer: Writer, value: unknown) => void;
  readonly read: (reader: Reader) => unknown;
  /** The value as it would be read after it was written. */
  readonly received: (value: unknown) => unknown;
}

/** What a codec of one field depends on. */
export interface FieldTraits {
  readonly nullable: boolean;
  /** In a flexible version. */
  readonly compact: boolean;
  /** Names the field in errors. */
  readonly where: string;
}

const zeroUuid = '00000000-0000-0000-0000-000000000000';
const emptyBytes = Buffer.alloc(0);
const maxStringBytes = 32_767;

/** What stands for a field that is absent and has no default of its own. */
export const scalarDefaults: Readonly<Record<ScalarType, unknown>> = {
  boolean: false,
  int8: 0,
  int16: 0,
  int32: 0,
  int64: 0,
  uuid: zeroUuid,
  string: '',
  bytes: emptyBytes,
  records: null,
};

const same = (value: unknown): unknown => value;

// Offsets and times stay far below 2^53; what is larger is rounded, as nobody compares it.
const readInt64 = (reader: Reader): number => {
  const high = reader.readInt32();
  return high * 0x1_0000_0000 + reader.readUnsignedInt32();
};

/** @throws RangeError for what is not 16 bytes: the rest of the message would be read wrongly */
const uuidBytes = (text: string): Buffer => {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  if (bytes.length !== 16) throw new RangeError(`${JSON.stringify(text)} is no UUID`);
  return bytes;
};

const uuidText = (bytes: Buffer): string => {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

const fixedCodecs: Readonly<Record<Exclude<ScalarType, 'string' | 'bytes' | 'records'>, Codec>> = {
  boolean: {
    minBytes: 1,
    write: (writer, value) => writer.appendInt8(value === true ? 1 : 0),
    read: (reader) => reader.readUnsignedInt8() !== 0,
    received: same,
  },
  int8: {
    minBytes: 1,
    write: (writer, value) => writer.appendInt8(value as number),
    read: (reader) => reader.readInt8(),
    received: same,
  },
  int16: {
    minBytes: 2,
    write: (writer, value) => writer.appendInt16(value as number),
    read: (reader) => reader.readInt16(),
    received: same,
  },
  int32: {
    minBytes: 4,
    write: (writer, value) => writer.appendInt32(value as number),
    read: (reader) => reader.readInt32(),
    received: same,
  },
  int64: {
    minBytes: 8,
    write: (writer, value) => writer.appendInt64(value as number),
    read: readInt64,
    received: same,
  },
  uuid: {
    minBytes: 16,
    write: (writer, value) => writer.append(uuidBytes(value as string)),
    read: (reader) => uuidText(reader.readBytes(16)),
    received: same,
  },
};

const notNull = (value: unknown, { nullable, where }: FieldTraits): void => {
  if (value !== null || nullable) return;
  throw new StreamsError('UNSUPPORTED_VERSION', `${where} cannot be null in this version of the request.`);
};

const stringCodec = (traits: FieldTraits): Codec => {
  const { compact, where } = traits;
  const rules: LengthRules = { ...traits, wide: false, unitBytes: 1 };
  const write = (writer: Writer, value: unknown): void => {
    notNull(value, traits);
    if (value === null) {
      writeLength(writer, -1, rules);
      return;
    }
    const text = value as string;
    const sizeBytes = Buffer.byteLength(text);
    if (sizeBytes > maxStringBytes) {
      throw new StreamsError(
        'REQUEST_REFUSED',
        `${where} has ${sizeBytes} bytes; a string of the Kafka protocol has at most ${maxStringBytes}. Shorten it.`,
      );
    }
    writeLength(writer, sizeBytes, rules);
    writer.append(Buffer.from(text, 'utf8'));
  };
  const read = (reader: Reader): string | null => {
    const length = readLength(reader, rules);
    if (length <= 0) return length === 0 ? '' : null;
    return reader.readText(length);
  };
  return { minBytes: compact ? 1 : 2, write, read, received: same };
};

/** Bytes are handed on as they stand in the message, without a copy where the message is in one piece. */
const bytesCodec = (traits: FieldTraits): Codec => {
  const { compact } = traits;
  const rules: LengthRules = { ...traits, wide: true, unitBytes: 1 };
  const write = (writer: Writer, value: unknown): void => {
    notNull(value, traits);
    const bytes = value as Uint8Array | null;
    writeLength(writer, bytes?.length ?? -1, rules);
    if (bytes !== null) writer.append(bytes);
  };
  const read = (reader: Reader): Buffer | null => {
    const length = readLength(reader, rules);
    if (length <= 0) return length === 0 ? emptyBytes : null;
    return reader.readBytes(length);
  };
  return { minBytes: compact ? 1 : 4, write, read, received: same };
};

/** The codec of one value that has no parts. */
export const scalarCodec = (type: ScalarType, traits: FieldTraits): Codec => {
  if (type === 'string') return stringCodec(traits);
  if (type === 'bytes' || type === 'records') return bytesCodec(traits);
  return fixedCodecs[type];
};
