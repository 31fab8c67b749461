import { asBuffer } from '../../../common/bytes.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { Serde } from '../../../serdes/serde.ts';

/** What the side of the foreign key is asked to do with a subscription. @see `SubscriptionWrapper.Instruction` */
export const subscriptionInstructions = {
  /** End it and say nothing. */
  deleteKeyNoPropagate: 0,
  /** End it and answer with null. */
  deleteKeyAndPropagate: 1,
  /** Begin it and answer with the foreign value, or with null. */
  propagateNullIfNoFkValAvailable: 2,
  /** Begin it and answer only when there is a foreign value. */
  propagateOnlyIfFkValAvailable: 3,
} as const;

export type SubscriptionInstruction = (typeof subscriptionInstructions)[keyof typeof subscriptionInstructions];

/** What the left side of a foreign-key join sends to where the foreign key lives. */
export interface SubscriptionWrapper<K> {
  /** Of the left value; null when it was deleted. */
  readonly hash: Buffer | null;
  readonly instruction: SubscriptionInstruction;
  readonly primaryKey: K;
  /** 0 was written before Kafka Streams 3.4, without the partition. */
  readonly version: number;
  /** Where the answer goes to; null for version 0. */
  readonly primaryPartition: number | null;
}

export const subscriptionVersion = 1;
const hashBytes = 16;
const partitionBytes = 4;
const withoutHash = 0x80;

/** The first byte of a message: the version, and whether a hash follows. */
export const headByte = (version: number, hash: Buffer | null): number =>
  hash === null ? version | withoutHash : version;

/** Reads the first byte of a message and the hash that lies at `hashAt`. */
export const readHead = (
  bytes: Buffer,
  hashAt: number,
): { readonly version: number; readonly hash: Buffer | null; readonly end: number } => {
  const head = bytes.readUInt8(0);
  const version = head & ~withoutHash;
  if ((head & withoutHash) !== 0) return { version, hash: null, end: hashAt };
  const end = hashAt + hashBytes;
  if (end > bytes.length) throw new RangeError('a message of a foreign-key join is cut off');
  return { version, hash: bytes.subarray(hashAt, end), end };
};

const hashAt = 2;

/** The bytes of a subscription whose primary key is serialised already. */
export const writeSubscription = (subscription: SubscriptionWrapper<Uint8Array>): Buffer => {
  const { hash, instruction, primaryKey, version, primaryPartition } = subscription;
  const keyAt = hashAt + (hash?.length ?? 0);
  const end = keyAt + primaryKey.length;
  const bytes = Buffer.alloc(version === 0 ? end : end + partitionBytes);
  bytes.writeUInt8(headByte(version, hash), 0);
  bytes.writeUInt8(instruction, 1);
  if (hash !== null) bytes.set(hash, hashAt);
  bytes.set(primaryKey, keyAt);
  if (version !== 0) bytes.writeInt32BE(primaryPartition ?? 0, end);
  return bytes;
};

/** Reads a subscription; its primary key stays in bytes. @throws StreamsError DESERIALIZATION_FAILED for a newer version */
export const readSubscription = (bytes: Uint8Array): SubscriptionWrapper<Buffer> => {
  const buffer = asBuffer(bytes);
  const { version, hash, end } = readHead(buffer, hashAt);
  if (version > subscriptionVersion) throw newerVersion('subscription', version);
  const instruction = buffer.readUInt8(1);
  if (instruction > 3)
    throw new RangeError(`a subscription of a foreign-key join has the unknown instruction ${instruction}`);
  const primaryEnd = version === 0 ? buffer.length : buffer.length - partitionBytes;
  return {
    hash,
    instruction: instruction as SubscriptionInstruction,
    primaryKey: buffer.subarray(end, primaryEnd),
    version,
    primaryPartition: version === 0 ? null : buffer.readInt32BE(primaryEnd),
  };
};

/** @returns an error that tells that another instance runs a later release */
export const newerVersion = (what: string, version: number): StreamsError =>
  new StreamsError(
    'DESERIALIZATION_FAILED',
    `A ${what} of a foreign-key join has version ${version}, which this release does not know; upgrade all instances`,
  );

/**
 * Subscriptions on their way through the subscription topic.
 *
 * @see KIP-213, KAFKA-10336, `org.apache.kafka.streams.kstream.internals.foreignkeyjoin.SubscriptionWrapperSerde`
 */
export const subscriptionWrapperSerde = <K>(primaryKey: Serde<K>): Serde<SubscriptionWrapper<K>> => ({
  serialize: (subscription, topic, headers) =>
    writeSubscription({
      ...subscription,
      primaryKey: primaryKey.serialize(subscription.primaryKey, primaryKeyTopic(topic), headers),
    }),
  deserialize: (bytes, topic, headers) => {
    const { hash, ...subscription } = readSubscription(bytes);
    return {
      ...subscription,
      // The bytes are only lent.
      hash: hash === null ? null : Buffer.from(hash),
      primaryKey: primaryKey.deserialize(subscription.primaryKey, primaryKeyTopic(topic), headers),
    };
  },
  prepare: (fetched, topic) => primaryKey.prepare?.(primaryKeys(fetched), primaryKeyTopic(topic)),
  prepareWrite: (topic) => primaryKey.prepareWrite?.(primaryKeyTopic(topic)),
});

/** The topic that serdes of primary keys are told; nothing is written there. */
export const primaryKeyTopic = (subscriptionTopic: string): string => `${subscriptionTopic}-pk`;

function* primaryKeys(fetched: Iterable<Uint8Array>): Iterable<Uint8Array> {
  for (const bytes of fetched) yield readSubscription(bytes).primaryKey;
}
