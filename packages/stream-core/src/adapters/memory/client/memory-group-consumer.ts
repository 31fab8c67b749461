import type { FetchedPartition } from '../../../broker/fetcher.ts';
import type {
  GroupConsumer,
  GroupConsumerOptions,
  GroupMetadata,
  OffsetAndMetadata,
  OffsetCommit,
  Subscription,
} from '../../../broker/group-consumer.ts';
import type { Clock } from '../../../common/clock.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import { GroupMembership } from '../../membership/group-membership.ts';
import type { TopicCounts } from '../../membership/topic-counts.ts';
import { isBrokerError } from '../broker-error.ts';
import type { MemoryCluster } from '../memory-cluster.ts';
import { Signal } from '../signal.ts';
import type { TopicRegistry } from '../topic-registry.ts';
import { MemberRequests } from './member-requests.ts';
import { PartitionReader } from './partition-reader.ts';
import { Poller } from './poller.ts';
import type { Requests } from './requests.ts';

export interface MemoryGroupConsumerOptions {
  readonly cluster: MemoryCluster;
  readonly requests: Requests;
  readonly clock: Clock;
  readonly clientId: string;
  readonly consumer: GroupConsumerOptions;
  readonly onClose: () => void;
}

const countsOf = (topics: TopicRegistry): TopicCounts => ({
  count: async (names) => new Map(Array.from(names, (name) => [name, topics.find(name)?.partitions.length ?? 0])),
  watch: (listener) => topics.onChange(listener),
});

/** A member of a consumer group on the embedded broker. */
export class MemoryGroupConsumer implements GroupConsumer {
  readonly #options: MemoryGroupConsumerOptions;
  readonly #reader: PartitionReader;
  readonly #poller: Poller;
  readonly #membership: GroupMembership;
  readonly #closed = new Signal();

  constructor(options: MemoryGroupConsumerOptions) {
    this.#options = options;
    const { cluster, requests, clock, clientId, consumer } = options;
    const { isolationLevel, maxPartitionBytes } = consumer;
    const { topics } = cluster;
    this.#reader = new PartitionReader({ isolationLevel, maxPartitionBytes, topics, ignoreMissing: true });
    this.#poller = new Poller({ clock, requests, reader: this.#reader });
    this.#membership = new GroupMembership({
      coordinator: new MemberRequests({ cluster, requests, clientId, consumer }),
      topicCounts: countsOf(topics),
      clock,
      consumer,
      owned: this.#reader,
      interrupt: () => this.#poller.interrupt(),
    });
  }

  subscribe(subscription: Subscription): void {
    this.#poller.checkOpen();
    this.#membership.subscribe(subscription);
  }

  assign(partitions: readonly TopicPartition[]): void {
    this.#poller.checkOpen();
    if (this.#membership.isSubscribed) {
      throw new StreamsError('STATE_TRANSITION_INVALID', 'a subscribed member reads what its group assigns to it');
    }
    this.#reader.assign(partitions);
    this.#poller.interrupt();
  }

  seek(partition: TopicPartition, offset: number): void {
    this.#poller.checkOpen();
    this.#reader.seek(partition, offset);
    this.#poller.interrupt();
  }

  position(partition: TopicPartition): number | null {
    return this.#reader.position(partition);
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#reader.setPaused(partitions, true);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#reader.setPaused(partitions, false);
    this.#poller.interrupt();
  }

  lag(partition: TopicPartition): number | null {
    return this.#reader.lag(partition);
  }

  poll(timeoutMs: number): Promise<readonly FetchedPartition[]> {
    return this.#poller.poll(timeoutMs, () => this.#membership.advance());
  }

  wakeup(): void {
    this.#poller.wakeup();
  }

  async commit(offsets: readonly OffsetCommit[]): Promise<void> {
    this.#poller.checkOpen();
    if (offsets.length === 0) return;
    const { cluster, requests } = this.#options;
    const identity = this.#membership.committer;
    try {
      await requests.untilAnswered('offsetCommit', () => cluster.offsets.commit(identity, offsets));
    } catch (error) {
      throw this.#membership.commitRefused(error);
    }
  }

  async committed(partitions: readonly TopicPartition[]): Promise<readonly (OffsetAndMetadata | null)[]> {
    const { cluster, requests, consumer } = this.#options;
    const { groupId } = consumer;
    for (;;) {
      this.#poller.checkOpen();
      try {
        return await requests.untilAnswered('offsetFetch', () =>
          cluster.offsets.fetch(groupId, partitions, { requireStable: true }),
        );
      } catch (error) {
        if (!isBrokerError(error, 'UNSTABLE_OFFSET_COMMIT')) throw error;
        await this.#untilStable(groupId, partitions);
      }
    }
  }

  groupMetadata(): GroupMetadata {
    return this.#membership.metadata;
  }

  laterGeneration(refused: GroupMetadata): Promise<GroupMetadata | null> {
    return this.#membership.laterGeneration(refused);
  }

  requestRejoin(reason: string): void {
    this.#membership.requestJoin(reason);
  }

  async close(options: { readonly leave?: boolean } = {}): Promise<void> {
    this.#poller.close();
    this.#closed.fire();
    await this.#membership.close(options.leave ?? this.#options.consumer.groupInstanceId === null);
    this.#options.onClose();
  }

  /** Waits until a transaction with offsets of the group has ended. */
  async #untilStable(groupId: string, partitions: readonly TopicPartition[]): Promise<void> {
    const { offsets } = this.#options.cluster.groups.findOrCreate(groupId);
    // It may have ended while the refusal was on its way.
    if (this.#poller.isClosed || partitions.every((partition) => offsets.isStable(partition))) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    offsets.stabilised.add(resolve);
    this.#closed.add(resolve);
    await promise;
    offsets.stabilised.delete(resolve);
    this.#closed.delete(resolve);
  }
}
