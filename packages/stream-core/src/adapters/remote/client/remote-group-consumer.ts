import type { FetchedPartition } from '../../../broker/fetcher.ts';
import type {
  GroupConsumer,
  GroupConsumerOptions,
  GroupMetadata,
  OffsetAndMetadata,
  OffsetCommit,
  Subscription,
} from '../../../broker/group-consumer.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { MemberIdentity } from '../wire/protocol.ts';
import { clientObject, encodeBytes } from '../wire/protocol.ts';
import type { Connector, ServerChannel } from './connector.ts';
import { GroupCallbacks } from './group-callbacks.ts';
import { finiteFetcherOptions, RemoteReader } from './remote-reader.ts';

const nobody: MemberIdentity = { memberId: '', generationId: -1 };

/**
 * A member of a consumer group of a broker in another process. With a lost connection it loses its place in the group:
 * the next poll calls `onPartitionsLost` and joins anew, as another member.
 */
export class RemoteGroupConsumer implements GroupConsumer {
  readonly #options: GroupConsumerOptions;
  readonly #reader: RemoteReader;
  readonly #callbacks: GroupCallbacks;
  #subscription: Subscription | null = null;
  #membership: MemberIdentity = nobody;
  /** The connection on which it got its place; null without a place. */
  #joinedOn: ServerChannel | null = null;

  constructor(connector: Connector, options: GroupConsumerOptions) {
    this.#options = options;
    this.#reader = new RemoteReader({
      connector,
      open: (channel, object) => this.#open(channel, object),
      isGroupAssigned: () => this.#subscription !== null,
      onCallback: (call, channel) => {
        this.#joinedOn = channel;
        return this.#callbacks.call(call);
      },
    });
    this.#callbacks = new GroupCallbacks({
      mirror: this.#reader.mirror,
      subscription: () => this.#subscription,
      onMembership: (membership) => {
        this.#membership = membership;
      },
    });
  }

  subscribe(subscription: Subscription): void {
    this.#reader.checkOpen();
    this.#subscription = subscription;
    const { channel } = this.#reader.attachment;
    if (channel !== null) this.#tellSubscription(channel, this.#reader.object);
  }

  assign(partitions: readonly TopicPartition[]): void {
    this.#reader.checkOpen();
    if (this.#subscription !== null) {
      throw new StreamsError('STATE_TRANSITION_INVALID', 'a subscribed member reads what its group assigns to it');
    }
    this.#reader.assign(partitions);
  }

  seek(partition: TopicPartition, offset: number): void {
    this.#reader.seek(partition, offset);
  }

  position(partition: TopicPartition): number | null {
    return this.#reader.mirror.position(partition);
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#reader.setPaused(partitions, true);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#reader.setPaused(partitions, false);
  }

  lag(partition: TopicPartition): number | null {
    return this.#reader.mirror.lag(partition);
  }

  poll(timeoutMs: number): Promise<readonly FetchedPartition[]> {
    return this.#reader.whilePolling(async () => {
      try {
        if (this.#hasLostItsPlace) await this.#lose();
        return await this.#reader.poll({
          timeoutMs,
          userData: this.#callbacks.isAnnounced ? this.#callbacks.userData : null,
          thrown: (token) => this.#callbacks.thrown(token),
          onMembership: (membership) => {
            this.#membership = membership;
          },
        });
      } finally {
        await this.#callbacks.endPoll();
      }
    });
  }

  wakeup(): void {
    this.#reader.wakeup();
  }

  async commit(offsets: readonly OffsetCommit[]): Promise<void> {
    this.#reader.checkOpen();
    if (offsets.length === 0) return;
    if (this.#hasLostItsPlace) {
      throw new StreamsError('UNKNOWN_MEMBER_ID', 'this member lost its place with its connection; poll to join anew');
    }
    const channel = await this.#reader.attachment.attach();
    await channel.request(this.#reader.object, 'commitOffsets', offsets);
  }

  async committed(partitions: readonly TopicPartition[]): Promise<readonly (OffsetAndMetadata | null)[]> {
    this.#reader.checkOpen();
    const channel = await this.#reader.attachment.attach();
    return channel.request(this.#reader.object, 'committed', partitions);
  }

  groupMetadata(): GroupMetadata {
    const { groupId, groupInstanceId } = this.#options;
    return { groupId, groupInstanceId, ...this.#membership };
  }

  async laterGeneration(refused: GroupMetadata): Promise<GroupMetadata | null> {
    const { channel } = this.#reader.attachment;
    if (channel === null || this.#hasLostItsPlace) return null;
    return channel.request(this.#reader.object, 'laterGeneration', refused);
  }

  requestRejoin(reason: string): void {
    // Without a connection there is no place: the next poll joins anyway.
    this.#reader.attachment.channel?.notify(this.#reader.object, 'requestRejoin', reason);
  }

  close(options: { readonly leave?: boolean } = {}): Promise<void> {
    return this.#reader.close(options.leave ?? this.#options.groupInstanceId === null);
  }

  get #hasLostItsPlace(): boolean {
    return this.#joinedOn?.isOpen === false;
  }

  async #lose(): Promise<void> {
    this.#joinedOn = null;
    this.#membership = nobody;
    const { mirror } = this.#reader;
    const owned = mirror.partitions;
    if (owned.length === 0) return;
    try {
      await this.#subscription?.listener.onPartitionsLost(owned);
    } finally {
      mirror.remove(owned);
    }
  }

  #open(channel: ServerChannel, object: number): void {
    const options = finiteFetcherOptions(this.#options);
    channel.notify(clientObject, 'open', { object, kind: 'groupConsumer', options });
    if (this.#subscription !== null) this.#tellSubscription(channel, object);
  }

  #tellSubscription(channel: ServerChannel, object: number): void {
    if (this.#subscription === null) return;
    const { topics, protocol } = this.#subscription;
    const userData = encodeBytes(protocol.userData());
    channel.notify(object, 'subscribe', { topics, protocolName: protocol.name, userData });
  }
}
