import { readInt64, sameBytes, writeInt64 } from '../common/bytes.ts';
import type { RecordContext } from '../common/record-context.ts';
import {
  decodeRecordContext,
  encodeRecordContext,
  nullableSize,
  readNullable,
  recordContextBytes,
  writeNullable,
} from './record-context-codec.ts';

// A buffered update as Kafka Streams writes it into the changelog of a time-ordered buffer, version 3: record context,
// prior value, old value, new value, each with its length (4 bytes; -1 for null) in front, then the buffer time (8). An
// old value that equals the prior one is the length -2 alone.
// See `org.apache.kafka.streams.state.internals.BufferValue`.

/** A buffered update in bytes. */
export interface BufferValue {
  /** Orders the buffer, epoch ms. */
  readonly time: number;
  readonly context: RecordContext;
  /** What the key had before it was buffered. */
  readonly priorValue: Buffer | null;
  readonly oldValue: Buffer | null;
  readonly newValue: Buffer | null;
}

const sameAsPrior = -2;

/** Writes a buffered update. */
export const encodeBufferValue = ({ time, context, priorValue, oldValue, newValue }: BufferValue): Buffer => {
  const contextBytes = encodeRecordContext(context);
  const isOldWritten = oldValue === null || !sameBytes(priorValue, oldValue);
  const oldSize = isOldWritten ? nullableSize(oldValue) : 4;
  const size = contextBytes.length + nullableSize(priorValue) + oldSize + nullableSize(newValue) + 8;
  const bytes = Buffer.allocUnsafe(size);
  bytes.set(contextBytes);
  let at = writeNullable(bytes, priorValue, contextBytes.length);
  if (isOldWritten) at = writeNullable(bytes, oldValue, at);
  else at = bytes.writeInt32BE(sameAsPrior, at);
  at = writeNullable(bytes, newValue, at);
  writeInt64(bytes, time, at);
  return bytes;
};

/** Reads a buffered update; its values are views. @throws RangeError for bytes of another version, or cut off */
export const decodeBufferValue = (bytes: Buffer): BufferValue => {
  const context = decodeRecordContext(bytes, 0);
  const prior = readNullable(bytes, context.end);
  const isOldWritten = bytes.readInt32BE(prior.end) !== sameAsPrior;
  const old = isOldWritten ? readNullable(bytes, prior.end) : { value: prior.value, end: prior.end + 4 };
  const fresh = readNullable(bytes, old.end);
  if (fresh.end + 8 !== bytes.length) throw new RangeError('a buffered update is not of version 3');
  return {
    time: readInt64(bytes, fresh.end),
    context: context.value,
    priorValue: prior.value,
    oldValue: old.value,
    newValue: fresh.value,
  };
};

/** What Kafka Streams reckons that a buffered update takes in memory: it decides when a bounded buffer is full. */
export const bufferValueBytes = (key: Uint8Array, { context, priorValue, oldValue, newValue }: BufferValue): number => {
  const oldBytes = sameBytes(priorValue, oldValue) ? 0 : (oldValue?.length ?? 0);
  return 8 + key.length + (priorValue?.length ?? 0) + oldBytes + (newValue?.length ?? 0) + recordContextBytes(context);
};
