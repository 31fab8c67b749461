import { asBuffer } from '../common/bytes.ts';
import { noHeaders } from '../common/headers.ts';
import type { Serde } from '../serdes/serde.ts';
import { sliceOf } from '../serdes/slices.ts';
import type { ValueAndTimestamp } from './value-and-timestamp.ts';
import { rawValue, timestampOf, timestampSize, withTimestamp } from './value-and-timestamp.ts';

/** How a store turns its values into rows and back, and a changelog record into a row. */
export interface ValueCodec<V> {
  /** Whether a value is a ValueAndTimestamp. */
  readonly isTimestamped: boolean;
  encode(value: V): Buffer;
  decode(row: Buffer): V;
  /** The row that a changelog record with this value and timestamp stands for. */
  fromChangelog(value: Buffer, timestamp: number): Buffer;
}

/** Values as their serde writes them. */
export const plainCodec = <V>(serde: Serde<V>, topic: string): ValueCodec<V> => ({
  isTimestamped: false,
  encode: (value) => asBuffer(serde.serialize(value, topic, noHeaders)),
  decode: (row) => serde.deserialize(row, topic, noHeaders),
  fromChangelog: (value) => value,
});

/** How to read the value behind the timestamp of a row. */
const behindTimestamp = <V>(serde: Serde<V>, topic: string): ((row: Buffer) => V) => {
  const slice = sliceOf(serde);
  return slice === null
    ? (row) => serde.deserialize(rawValue(row), topic, noHeaders)
    : (row) => slice(row, timestampSize, row.length);
};

/** Values with their timestamp in front. */
export const timestampedCodec = <V>(serde: Serde<V>, topic: string): ValueCodec<ValueAndTimestamp<V>> => {
  const decodeValue = behindTimestamp(serde, topic);
  return {
    isTimestamped: true,
    encode: ({ value, timestamp }) => withTimestamp(serde.serialize(value, topic, noHeaders), timestamp),
    decode: (row) => ({ value: decodeValue(row), timestamp: timestampOf(row) }),
    fromChangelog: (value, timestamp) => withTimestamp(value, timestamp),
  };
};
