import { readInt64, writeInt64 } from '../common/bytes.ts';
import type { Header, Headers } from '../common/headers.ts';
import { noHeaders } from '../common/headers.ts';
import type { RecordContext } from '../common/record-context.ts';

// Where a record came from, as Kafka Streams writes it into its changelogs: timestamp (8 bytes), offset (8), topic with
// its length (4) in front, partition (4), number of headers (4), then key and value of each with their lengths (4 each)
// in front; a null value has length -1.
// See `org.apache.kafka.streams.processor.internals.ProcessorRecordContext`.

const fixedSize = 28;
const nullLength = -1;

/** A value that was read, and where the next one begins. */
export interface Read<T> {
  readonly value: T;
  readonly end: number;
}

/** Bytes with their length (4 bytes) in front; null has length -1. */
export const writeNullable = (target: Buffer, bytes: Uint8Array | null, at: number): number => {
  target.writeInt32BE(bytes === null ? nullLength : bytes.length, at);
  if (bytes !== null) target.set(bytes, at + 4);
  return at + nullableSize(bytes);
};

/** How many bytes `writeNullable` writes. */
export const nullableSize = (bytes: Uint8Array | null): number => 4 + (bytes?.length ?? 0);

/** Reads what `writeNullable` wrote, as a view. @throws RangeError when the bytes are cut off */
export const readNullable = (source: Buffer, at: number): Read<Buffer | null> => {
  const length = source.readInt32BE(at);
  if (length === nullLength) return { value: null, end: at + 4 };
  const end = at + 4 + length;
  if (length < 0 || end > source.length) throw new RangeError(`a part of ${length} bytes is cut off`);
  return { value: source.subarray(at + 4, end), end };
};

/** The bytes of a record context. Kafka Streams cannot write one without a topic; here it has the topic of no name. */
export const encodeRecordContext = ({ topic, partition, offset, timestamp, headers }: RecordContext): Buffer => {
  const topicBytes = Buffer.from(topic ?? '', 'utf8');
  const keys = headers.map(({ key }) => Buffer.from(key, 'utf8'));
  let size = fixedSize + topicBytes.length;
  headers.forEach(({ value }, index) => {
    size += nullableSize(keys[index] ?? null) + nullableSize(value);
  });
  const bytes = Buffer.allocUnsafe(size);
  writeInt64(bytes, timestamp, 0);
  writeInt64(bytes, offset, 8);
  let at = writeNullable(bytes, topicBytes, 16);
  bytes.writeInt32BE(partition, at);
  bytes.writeInt32BE(headers.length, at + 4);
  at += 8;
  headers.forEach(({ value }, index) => {
    at = writeNullable(bytes, keys[index] ?? null, at);
    at = writeNullable(bytes, value, at);
  });
  return bytes;
};

/** Reads a record context from `at` on. @throws RangeError when the bytes contradict themselves */
export const decodeRecordContext = (source: Buffer, at: number): Read<RecordContext> => {
  const topic = readNullable(source, at + 16);
  const count = source.readInt32BE(topic.end + 4);
  const { value: headers, end } = readHeaders(source, topic.end + 8, count);
  const context: RecordContext = {
    topic: topic.value === null || topic.value.length === 0 ? null : topic.value.toString('utf8'),
    partition: source.readInt32BE(topic.end),
    offset: readInt64(source, at + 8),
    timestamp: readInt64(source, at),
    headers,
    rawKey: null,
    rawValue: null,
  };
  return { value: context, end };
};

/** A count of -1 is from versions that had no headers. */
const readHeaders = (source: Buffer, at: number, count: number): Read<Headers> => {
  if (count <= 0) return { value: noHeaders, end: at };
  const headers: Header[] = [];
  let end = at;
  for (let index = 0; index < count; index++) {
    const key = readNullable(source, end);
    const value = readNullable(source, key.end);
    headers.push({ key: key.value?.toString('utf8') ?? '', value: value.value });
    end = value.end;
  }
  return { value: headers, end };
};

/** What Kafka Streams reckons that a record context takes in memory: buffers are bounded by it. */
export const recordContextBytes = ({ topic, headers }: RecordContext): number =>
  headers.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 20 + (topic?.length ?? 0));
