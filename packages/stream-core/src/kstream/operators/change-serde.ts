import { VarintReader, varintSize, writeVarint } from '../../broker/varint.ts';
import { asBuffer } from '../../common/bytes.ts';
import type { Serde } from '../../serdes/serde.ts';
import type { Change } from './change.ts';

// The last byte tells which values are there.
const onlyOld = 0;
const onlyNew = 1;
const newAndOld = 2;

/**
 * An update of a grouped table on its way through the repartition topic: new value, old value, or both with the length
 * of the new one in front; then a byte that says which.
 *
 * @see KIP-904, `org.apache.kafka.streams.kstream.internals.ChangedSerializer`
 */
export const changeSerde = <V>(inner: Serde<V>): Serde<Change<V>> => {
  const asChange = (newValue: V | null, oldValue: V | null): Change<V> => ({ newValue, oldValue, isLatest: true });
  return {
    serialize: ({ newValue, oldValue }, topic, headers) => {
      if (newValue === null && oldValue === null) throw new TypeError('an update has a new or an old value');
      const newBytes = newValue === null ? null : inner.serialize(newValue, topic, headers);
      const oldBytes = oldValue === null ? null : inner.serialize(oldValue, topic, headers);
      return joined(newBytes, oldBytes);
    },
    deserialize: (bytes, topic, headers) => {
      const end = bytes.length - 1;
      const read = (from: number, to: number): V => inner.deserialize(bytes.subarray(from, to), topic, headers);
      switch (bytes[end]) {
        case onlyOld:
          return asChange(null, read(0, end));
        case onlyNew:
          return asChange(read(0, end), null);
        case newAndOld: {
          const reader = new VarintReader(bytes, 0, end);
          const length = reader.read();
          const middle = reader.at + length;
          if (length < 0 || middle > end) throw new RangeError('an update of a table is cut off');
          return asChange(read(reader.at, middle), read(middle, end));
        }
        default:
          throw new RangeError(`an update of a table has the unknown form ${bytes[end]}`);
      }
    },
    prepare: (fetched, topic) => inner.prepare?.(innerValues(fetched), topic),
    prepareWrite: (topic) => inner.prepareWrite?.(topic),
  };
};

const joined = (newBytes: Uint8Array | null, oldBytes: Uint8Array | null): Buffer => {
  if (oldBytes === null) return Buffer.concat([newBytes ?? noBytes, Buffer.from([onlyNew])]);
  if (newBytes === null) return Buffer.concat([oldBytes, Buffer.from([onlyOld])]);
  const length = Buffer.allocUnsafe(varintSize(newBytes.length));
  writeVarint(length, newBytes.length, 0);
  return Buffer.concat([length, newBytes, oldBytes, Buffer.from([newAndOld])]);
};

const noBytes = Buffer.alloc(0);

/** The bytes of the values inside the updates, for a serde that has to look at them beforehand. */
function* innerValues(fetched: Iterable<Uint8Array>): Iterable<Uint8Array> {
  for (const bytes of fetched) {
    const end = bytes.length - 1;
    if (bytes[end] !== newAndOld) {
      yield bytes.subarray(0, end);
      continue;
    }
    const reader = new VarintReader(asBuffer(bytes), 0, end);
    const middle = reader.read() + reader.at;
    yield bytes.subarray(reader.at, middle);
    yield bytes.subarray(middle, end);
  }
}
