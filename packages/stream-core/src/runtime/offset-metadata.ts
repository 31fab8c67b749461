import { readInt64, writeInt64 } from '../common/bytes.ts';

// What Kafka Streams puts into the metadata of a committed offset: base64 of the version (1 byte), the partition time
// (8), and then, if there are any, the count (4) of named times, each with the length of its name (4), the name in
// UTF-8, and the time (8).
// See `org.apache.kafka.streams.processor.internals.TopicPartitionMetadata` and `ProcessorMetadata`.

const version = 2;
const versionWithoutTimes = 1;
const headerSize = 9;

/** What travels with a committed offset. */
export interface OffsetMetadata {
  /** The largest timestamp seen in the partition; -1 when there was none. */
  readonly partitionTime: number;
  /** Times of operators, by name. */
  readonly times: ReadonlyMap<string, number>;
}

const nothing: OffsetMetadata = { partitionTime: -1, times: new Map() };

/** The text that is committed with an offset. */
export const encodeOffsetMetadata = ({ partitionTime, times }: OffsetMetadata): string => {
  const header = Buffer.allocUnsafe(headerSize);
  header[0] = version;
  writeInt64(header, partitionTime, 1);
  if (times.size === 0) return header.toString('base64');
  const count = Buffer.allocUnsafe(4);
  count.writeInt32BE(times.size);
  return Buffer.concat([header, count, ...[...times].map(encodeTime)]).toString('base64');
};

const encodeTime = ([name, time]: readonly [string, number]): Buffer => {
  const nameBytes = Buffer.from(name, 'utf8');
  const entry = Buffer.allocUnsafe(4 + nameBytes.length + 8);
  entry.writeInt32BE(nameBytes.length, 0);
  entry.set(nameBytes, 4);
  writeInt64(entry, time, 4 + nameBytes.length);
  return entry;
};

/** Reads it back. Text of somebody else, or of a newer version, says nothing and is no error. */
export const decodeOffsetMetadata = (text: string): OffsetMetadata => {
  const bytes = Buffer.from(text, 'base64');
  const found = bytes[0];
  if (bytes.length < headerSize || (found !== version && found !== versionWithoutTimes)) return nothing;
  const partitionTime = readInt64(bytes, 1);
  const times = found === version && bytes.length > headerSize ? decodeTimes(bytes) : new Map<string, number>();
  return { partitionTime, times };
};

const decodeTimes = (bytes: Buffer): Map<string, number> => {
  const times = new Map<string, number>();
  let at = headerSize + 4;
  const count = bytes.length >= at ? bytes.readInt32BE(headerSize) : 0;
  for (let index = 0; index < count && bytes.length - at >= 4; index++) {
    const length = bytes.readInt32BE(at);
    const end = at + 4 + length + 8;
    if (length < 0 || end > bytes.length) break;
    times.set(bytes.toString('utf8', at + 4, at + 4 + length), readInt64(bytes, end - 8));
    at = end;
  }
  return times;
};
