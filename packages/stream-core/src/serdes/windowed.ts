import { asBuffer, readInt64, writeInt64 } from '../common/bytes.ts';
import type { Windowed } from '../common/window.ts';
import type { Serde } from './serde.ts';

const timestampSize = 8;

/** What a serde fetches beforehand, for the keys inside windowed ones. */
const innerPreparation = <K>(inner: Serde<K>, suffix: number): Pick<Serde<K>, 'prepare' | 'prepareWrite'> => ({
  prepare: (fetched, topic) => inner.prepare?.(withoutSuffix(fetched, suffix), topic),
  prepareWrite: (topic) => inner.prepareWrite?.(topic),
});

function* withoutSuffix(fetched: Iterable<Uint8Array>, suffix: number): Iterable<Uint8Array> {
  for (const bytes of fetched) yield bytes.subarray(0, Math.max(0, bytes.length - suffix));
}

/**
 * A time-windowed key as Kafka Streams writes it to topics: the inner key, then the window start (8 bytes). The end is
 * not written; it is `start + sizeMs`.
 *
 * @see KIP-393, `org.apache.kafka.streams.kstream.TimeWindowedSerializer`
 */
export const timeWindowedSerde = <K>(inner: Serde<K>, sizeMs: number): Serde<Windowed<K>> => ({
  ...innerPreparation(inner, timestampSize),
  canonical: inner.canonical ?? false,
  partitionKey: (serialized) => serialized.subarray(0, serialized.length - timestampSize),
  serialize: (value, topic, headers) => {
    const key = inner.serialize(value.key, topic, headers);
    const bytes = Buffer.allocUnsafe(key.length + timestampSize);
    bytes.set(key);
    writeInt64(bytes, value.window.start, key.length);
    return bytes;
  },
  deserialize: (bytes, topic, headers) => {
    const at = bytes.length - timestampSize;
    if (at < 0) throw new RangeError(`a windowed key has at least ${timestampSize} bytes, not ${bytes.length}`);
    const start = readInt64(asBuffer(bytes), at);
    const end = Math.min(start + sizeMs, Number.MAX_SAFE_INTEGER);
    return { key: inner.deserialize(bytes.subarray(0, at), topic, headers), window: { start, end } };
  },
});

/**
 * A session-windowed key as Kafka Streams writes it: the inner key, then the end, then the start (8 bytes each).
 *
 * @see `org.apache.kafka.streams.kstream.SessionWindowedSerializer`
 */
export const sessionWindowedSerde = <K>(inner: Serde<K>): Serde<Windowed<K>> => ({
  ...innerPreparation(inner, 2 * timestampSize),
  canonical: inner.canonical ?? false,
  partitionKey: (serialized) => serialized.subarray(0, serialized.length - 2 * timestampSize),
  serialize: (value, topic, headers) => {
    const key = inner.serialize(value.key, topic, headers);
    const bytes = Buffer.allocUnsafe(key.length + 2 * timestampSize);
    bytes.set(key);
    writeInt64(bytes, value.window.end, key.length);
    writeInt64(bytes, value.window.start, key.length + timestampSize);
    return bytes;
  },
  deserialize: (bytes, topic, headers) => {
    const at = bytes.length - 2 * timestampSize;
    if (at < 0) throw new RangeError(`a session key has at least ${2 * timestampSize} bytes, not ${bytes.length}`);
    const buffer = asBuffer(bytes);
    return {
      key: inner.deserialize(bytes.subarray(0, at), topic, headers),
      window: { start: readInt64(buffer, at + timestampSize), end: readInt64(buffer, at) },
    };
  },
});
