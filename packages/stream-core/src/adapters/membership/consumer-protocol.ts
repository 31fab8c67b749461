import type { MemberAssignment } from '../../broker/group-protocol.ts';
import { asBuffer } from '../../common/bytes.ts';
import type { TopicPartition } from '../../common/topic-partition.ts';
import { StreamsError } from '../../errors/streams-error.ts';

/** What a member puts into its join request: Kafka's `ConsumerProtocolSubscription`, version 3. */
export interface SubscriptionMetadata {
  readonly topics: readonly string[];
  readonly userData: Uint8Array;
  readonly ownedPartitions: readonly TopicPartition[];
  /** The generation in which the partitions were assigned; -1 for a member that has none. */
  readonly generationId: number;
}

const subscriptionVersion = 3;
const assignmentVersion = 3;

class ProtocolWriter {
  readonly #parts: Uint8Array[] = [];

  int16(value: number): this {
    const bytes = Buffer.allocUnsafe(2);
    bytes.writeInt16BE(value);
    this.#parts.push(bytes);
    return this;
  }

  int32(value: number): this {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeInt32BE(value);
    this.#parts.push(bytes);
    return this;
  }

  string(value: string): this {
    const bytes = Buffer.from(value, 'utf8');
    this.int16(bytes.length);
    this.#parts.push(bytes);
    return this;
  }

  bytes(value: Uint8Array): this {
    this.int32(value.length);
    this.#parts.push(value);
    return this;
  }

  array<T>(items: readonly T[], write: (item: T) => void): this {
    this.int32(items.length);
    items.forEach(write);
    return this;
  }

  /** Partitions grouped by topic, topics in the order of their first partition. */
  partitions(partitions: readonly TopicPartition[]): this {
    const byTopic = Map.groupBy(partitions, ({ topic }) => topic);
    return this.array([...byTopic], ([topic, ofTopic]) => {
      this.string(topic).array(ofTopic, ({ partition }) => this.int32(partition));
    });
  }

  build(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

class ProtocolReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = asBuffer(bytes);
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  string(): string {
    return this.#take(this.int16()).toString('utf8');
  }

  /** Null bytes are empty. */
  bytes(): Uint8Array {
    const length = this.int32();
    return length === -1 ? new Uint8Array(0) : this.#take(length);
  }

  array<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let left = this.int32(); left > 0; left--) items.push(read());
    return items;
  }

  partitions(): TopicPartition[] {
    return this.array(() => {
      const topic = this.string();
      return this.array(() => ({ topic, partition: this.int32() }));
    }).flat();
  }

  #take(length: number): Buffer {
    if (length < 0 || length > this.#bytes.length - this.#at) throw new RangeError(`${length} bytes are not there`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

const byName = (left: TopicPartition, right: TopicPartition): number =>
  left.topic === right.topic ? left.partition - right.partition : left.topic < right.topic ? -1 : 1;

/** What a foreign member sent may be anything. */
const readAs = <T>(what: string, bytes: Uint8Array, read: (reader: ProtocolReader) => T): T => {
  try {
    return read(new ProtocolReader(bytes));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = `the ${what} of a group member cannot be read; find out which client sent it`;
    throw new StreamsError('CORRUPT_MESSAGE', message, { cause: error });
  }
};

/** In sorted order, as Kafka's own clients write it: a member that rejoins unchanged has the same bytes again. */
export const encodeSubscription = (subscription: SubscriptionMetadata): Buffer => {
  const writer = new ProtocolWriter().int16(subscriptionVersion);
  writer.array(subscription.topics.toSorted(), (topic) => writer.string(topic));
  const noRack = -1;
  return writer
    .bytes(subscription.userData)
    .partitions(subscription.ownedPartitions.toSorted(byName))
    .int32(subscription.generationId)
    .int16(noRack)
    .build();
};

/** Reads every version; what an old one does not have is empty. @throws StreamsError CORRUPT_MESSAGE */
export const decodeSubscription = (bytes: Uint8Array): SubscriptionMetadata =>
  readAs('subscription', bytes, (reader) => {
    const version = reader.int16();
    const topics = reader.array(() => reader.string());
    const userData = reader.bytes();
    const ownedPartitions = version >= 1 ? reader.partitions() : [];
    const generationId = version >= 2 ? reader.int32() : -1;
    return { topics, userData, ownedPartitions, generationId };
  });

export const encodeAssignment = ({ partitions, userData }: MemberAssignment): Buffer =>
  new ProtocolWriter().int16(assignmentVersion).partitions(partitions).bytes(userData).build();

/**
 * No bytes at all are an assignment of nothing: what a member gets that the leader left out.
 *
 * @throws StreamsError CORRUPT_MESSAGE
 */
export const decodeAssignment = (bytes: Uint8Array): MemberAssignment => {
  if (bytes.length === 0) return { partitions: [], userData: new Uint8Array(0) };
  return readAs('assignment', bytes, (reader) => {
    reader.int16();
    return { partitions: reader.partitions(), userData: reader.bytes() };
  });
};
