import { asBuffer } from '../../../common/bytes.ts';
import type { Serde } from '../../../serdes/serde.ts';
import { headByte, newerVersion, readHead } from './subscription-wrapper.ts';

/** What the side of the foreign key answers to a subscription. */
export interface SubscriptionResponseWrapper<V> {
  /** Of the left value that asked; an answer to an older value is dropped. */
  readonly hash: Buffer | null;
  readonly foreignValue: V | null;
  /** Where the answer goes to; not written. Null when the subscription did not say. */
  readonly primaryPartition: number | null;
}

const responseVersion = 0;
const hashAt = 1;

/**
 * Answers on their way through the response topic.
 *
 * @see KIP-213, `org.apache.kafka.streams.kstream.internals.foreignkeyjoin.SubscriptionResponseWrapperSerde`
 */
export const subscriptionResponseWrapperSerde = <V>(foreignValue: Serde<V>): Serde<SubscriptionResponseWrapper<V>> => ({
  serialize: ({ hash, foreignValue: value }, topic, headers) => {
    const data = value === null ? null : foreignValue.serialize(value, topic, headers);
    const dataAt = hashAt + (hash?.length ?? 0);
    const bytes = Buffer.alloc(dataAt + (data?.length ?? 0));
    bytes.writeUInt8(headByte(responseVersion, hash), 0);
    if (hash !== null) bytes.set(hash, hashAt);
    if (data !== null) bytes.set(data, dataAt);
    return bytes;
  },
  deserialize: (bytes, topic, headers) => {
    const buffer = asBuffer(bytes);
    const { version, hash, end } = readHead(buffer, hashAt);
    if (version > responseVersion) throw newerVersion('response', version);
    return {
      // The bytes are only lent.
      hash: hash === null ? null : Buffer.from(hash),
      // An empty value cannot be told from none; so it is with Kafka Streams.
      foreignValue: end === buffer.length ? null : foreignValue.deserialize(buffer.subarray(end), topic, headers),
      primaryPartition: null,
    };
  },
  prepare: (fetched, topic) => foreignValue.prepare?.(foreignValues(fetched), topic),
  prepareWrite: (topic) => foreignValue.prepareWrite?.(topic),
});

function* foreignValues(fetched: Iterable<Uint8Array>): Iterable<Uint8Array> {
  for (const bytes of fetched) {
    const { end } = readHead(asBuffer(bytes), hashAt);
    if (end < bytes.length) yield bytes.subarray(end);
  }
}
