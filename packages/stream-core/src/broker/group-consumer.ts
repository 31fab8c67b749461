import type { TopicPartition } from '../common/topic-partition.ts';
import type { Fetcher, FetcherOptions } from './fetcher.ts';
import type { GroupProtocol } from './group-protocol.ts';

/** A position to resume from, with the text that Kafka stores beside it. */
export interface OffsetAndMetadata {
  /** The next offset to process. */
  readonly offset: number;
  /** The leader epoch of the last record processed; -1 when unknown. */
  readonly leaderEpoch: number;
  /** At most 4,096 bytes. */
  readonly metadata: string;
}

/** An offset to commit for a partition. */
export interface OffsetCommit extends OffsetAndMetadata {
  readonly topicPartition: TopicPartition;
}

/** Who commits, so that a broker can refuse a member that has lost its place (KIP-447). */
export interface GroupMetadata {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

/** Called inside `poll`, awaited, in this order: started, revoked (or lost), assigned, completed. */
export interface RebalanceListener {
  /**
   * The member is about to rejoin. Work goes on meanwhile, but `commit` may be refused from here until the rebalance is
   * completed: commit now what is in hand, and then wait. Transactional offsets are taken all the while, though perhaps
   * only in a `laterGeneration`.
   */
  onRebalanceStarted(): Promise<void>;
  /** The member has its place again, with or without changes. */
  onRebalanceCompleted(): Promise<void>;
  /** The partitions are still owned: their offsets can be committed now, and not later. */
  onPartitionsRevoked(partitions: readonly TopicPartition[]): Promise<void>;
  /** The partitions went to somebody else already: nothing may be committed for them. */
  onPartitionsLost(partitions: readonly TopicPartition[]): Promise<void>;
  /** The partitions that are new. Their positions are unset until `seek`. */
  onPartitionsAssigned(partitions: readonly TopicPartition[]): Promise<void>;
}

/** How a member takes part in its group. Times are ms. */
export interface GroupConsumerOptions extends FetcherOptions {
  readonly groupId: string;
  /** Static membership (KIP-345): the member keeps its partitions over a restart. */
  readonly groupInstanceId: string | null;
  /** A member that was not heard of for so long is removed. */
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** How long members have to rejoin a rebalance, which includes committing what is revoked. */
  readonly rebalanceTimeoutMs: number;
}

/** What a member reads, how its group shares it, and who is told. */
export interface Subscription {
  readonly topics: readonly string[];
  readonly protocol: GroupProtocol;
  readonly listener: RebalanceListener;
}

/** A member of a consumer group that reads what the group assigns to it. */
export interface GroupConsumer extends Fetcher {
  /** Joins with the next poll. A second call changes the topics and rejoins. */
  subscribe(subscription: Subscription): void;
  /**
   * Commits offsets in the name of this member.
   *
   * @throws StreamsError ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, REBALANCE_IN_PROGRESS, FENCED_INSTANCE_ID
   */
  commit(offsets: readonly OffsetCommit[]): Promise<void>;
  /**
   * The committed offsets, in the order asked for; null where there is none. Offsets that are part of an open
   * transaction are waited for (`requireStable`), so that a successor never starts from an old position.
   */
  committed(partitions: readonly TopicPartition[]): Promise<readonly (OffsetAndMetadata | null)[]>;
  /** Who this member is at the moment. */
  groupMetadata(): GroupMetadata;
  /**
   * Who this member is after transactional offsets of it were refused with ILLEGAL_GENERATION. A group goes on when all
   * have rejoined, and a member may hear of that after its offsets have arrived: what it owned is still its own, and it
   * may send them again in the later generation. Null when it has lost its place, or the generation is the same.
   */
  laterGeneration(refused: GroupMetadata): Promise<GroupMetadata | null>;
  /** Asks the group for a rebalance at the next poll. */
  requestRejoin(reason: string): void;
  /**
   * Leaves the group, so that the others need not wait for the session to time out, unless `leave` is false. A static
   * member keeps its place for its return (KIP-345), unless `leave` is true.
   */
  close(options?: { readonly leave?: boolean }): Promise<void>;
}
