import type { FetchedPartition, Fetcher } from '../../../broker/fetcher.ts';
import type {
  GroupConsumer,
  GroupConsumerOptions,
  GroupMetadata,
  OffsetAndMetadata,
  OffsetCommit,
  Subscription,
} from '../../../broker/group-consumer.ts';
import type { Chance } from '../../../common/chance.ts';
import type { Clock } from '../../../common/clock.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import { GroupMembership } from '../../membership/group-membership.ts';
import type { Cluster } from '../cluster.ts';
import type { FetchTuning } from '../fetch/fetch-options.ts';
import { KafkaFetcher } from '../fetch/kafka-fetcher.ts';
import { CommittedOffsets } from './committed-offsets.ts';
import { CoordinatorRequests } from './coordinator-requests.ts';
import { groupLanes } from './group-lanes.ts';
import { MemberPartitions } from './member-partitions.ts';
import { MemberRequests } from './member-requests.ts';
import { PollLoop } from './poll-loop.ts';
import { WatchedTopics } from './watched-topics.ts';

export interface KafkaGroupConsumerOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly clientId: string;
  readonly consumer: GroupConsumerOptions;
  /** How long a request without an answer is tried again. */
  readonly retryTimeoutMs: number;
  readonly fetchTuning?: FetchTuning;
  /** Called once by `close`, with the lanes that nobody uses any more: who gives it closes their connections. */
  readonly onClose: (lanes: readonly string[]) => void | Promise<void>;
}

/** A member of a consumer group of a Kafka cluster. */
export class KafkaGroupConsumer implements GroupConsumer {
  readonly #options: KafkaGroupConsumerOptions;
  readonly #fetcher: Fetcher;
  readonly #partitions: MemberPartitions;
  readonly #loop: PollLoop;
  readonly #membership: GroupMembership;
  readonly #offsets: CommittedOffsets;
  readonly #lanes: readonly string[];

  constructor(options: KafkaGroupConsumerOptions) {
    this.#options = options;
    const { cluster, clock, chance, clientId, consumer, retryTimeoutMs } = options;
    const { groupId, isolationLevel, maxPartitionBytes } = consumer;
    const lanes = groupLanes(Math.floor(chance() * 2 ** 40).toString(36));
    this.#lanes = Object.values(lanes);
    this.#fetcher = new KafkaFetcher({
      ...options.fetchTuning,
      cluster,
      clock,
      chance,
      clientId,
      isolationLevel,
      maxPartitionBytes,
      ignoreMissing: true,
      lane: lanes.fetch,
      onClose: () => undefined,
    });
    this.#loop = new PollLoop({ clock, fetcher: this.#fetcher, prepare: () => this.#membership.advance() });
    this.#partitions = new MemberPartitions(this.#fetcher);
    const checkOpen = (): void => this.#loop.checkOpen();
    const requests = new CoordinatorRequests({ cluster, clock, chance, groupId });
    const lane = lanes.offsets;
    this.#offsets = new CommittedOffsets({ requests, clock, chance, groupId, lane, retryTimeoutMs, checkOpen });
    this.#membership = new GroupMembership({
      coordinator: new MemberRequests({ requests, clock, lanes, consumer, retryTimeoutMs, checkOpen }),
      topicCounts: new WatchedTopics({ cluster, clock, chance, lane, retryTimeoutMs, checkOpen }),
      clock,
      consumer,
      owned: this.#partitions,
      interrupt: () => this.#loop.interrupt(),
    });
  }

  subscribe(subscription: Subscription): void {
    this.#loop.checkOpen();
    this.#membership.subscribe(subscription);
  }

  assign(partitions: readonly TopicPartition[]): void {
    this.#loop.checkOpen();
    if (this.#membership.isSubscribed) {
      throw new StreamsError('STATE_TRANSITION_INVALID', 'a subscribed member reads what its group assigns to it');
    }
    this.#fetcher.assign(partitions);
  }

  seek(partition: TopicPartition, offset: number): void {
    this.#loop.checkOpen();
    this.#fetcher.seek(partition, offset);
  }

  position(partition: TopicPartition): number | null {
    return this.#fetcher.position(partition);
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#fetcher.pause(partitions);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#fetcher.resume(partitions);
  }

  lag(partition: TopicPartition): number | null {
    return this.#fetcher.lag(partition);
  }

  poll(timeoutMs: number): Promise<readonly FetchedPartition[]> {
    return this.#loop.poll(timeoutMs);
  }

  wakeup(): void {
    this.#loop.wakeup();
  }

  async commit(offsets: readonly OffsetCommit[]): Promise<void> {
    this.#loop.checkOpen();
    if (offsets.length === 0) return;
    const member = this.#membership.committer;
    try {
      await this.#offsets.commit(member, offsets);
    } catch (error) {
      throw this.#membership.commitRefused(error);
    }
  }

  committed(partitions: readonly TopicPartition[]): Promise<readonly (OffsetAndMetadata | null)[]> {
    return this.#offsets.fetchStable(partitions);
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
    if (this.#loop.isClosed) return;
    this.#loop.close();
    await this.#membership.close(options.leave ?? this.#options.consumer.groupInstanceId === null);
    this.#partitions.close();
    await this.#fetcher.close();
    await this.#options.onClose(this.#lanes);
  }
}
