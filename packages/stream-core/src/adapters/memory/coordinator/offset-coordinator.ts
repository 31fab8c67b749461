import type { OffsetAndMetadata, OffsetCommit } from '../../../broker/group-consumer.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import { BrokerError } from '../broker-error.ts';
import type { TopicRegistry } from '../topic-registry.ts';
import type { GroupCoordinator } from './group-coordinator.ts';
import type { MemberIdentity } from './group-requests.ts';

/** `offset.metadata.max.bytes`. */
export const maxMetadataBytes = 4096;

/** Offsets that count from now on, and who committed them. */
export interface CountedCommit {
  readonly groupId: string;
  readonly memberId: string;
  readonly offsets: readonly OffsetCommit[];
}

interface PendingCommit {
  memberId: string;
  readonly offsets: OffsetCommit[];
}

/** Commits and fetches the offsets of groups, inside and outside of transactions. */
export class OffsetCoordinator {
  readonly #groups: GroupCoordinator;
  readonly #topics: TopicRegistry;
  readonly #listeners = new Set<(commit: CountedCommit) => void>();
  /** By group and producer, what counts when the transaction is committed; only kept for listeners. */
  readonly #pending = new Map<string, PendingCommit>();

  constructor(groups: GroupCoordinator, topics: TopicRegistry) {
    this.#groups = groups;
    this.#topics = topics;
    topics.onChange(({ deleted }) => {
      for (const log of deleted) {
        for (const group of groups.groups) group.offsets.drop(log.topicPartition);
      }
    });
  }

  /**
   * @throws BrokerError UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS,
   * OFFSET_METADATA_TOO_LARGE, UNKNOWN_TOPIC_OR_PARTITION
   */
  commit(identity: MemberIdentity, offsets: readonly OffsetCommit[]): void {
    const group = this.#groups.checkCommit(identity, { transactional: false });
    this.#check(offsets);
    group.offsets.commit(offsets);
    this.#counted({ groupId: identity.groupId, memberId: identity.memberId, offsets });
  }

  /** As `commit`, but the offsets count when the transaction of that producer is committed. */
  commitTransactional(producerId: number, identity: MemberIdentity, offsets: readonly OffsetCommit[]): void {
    const group = this.#groups.checkCommit(identity, { transactional: true });
    this.#check(offsets);
    group.offsets.addPending(producerId, offsets);
    const { groupId, memberId } = identity;
    const pending = this.#pending.get(`${groupId} ${producerId}`) ?? { memberId, offsets: [] };
    pending.memberId = memberId;
    pending.offsets.push(...offsets);
    this.#pending.set(`${groupId} ${producerId}`, pending);
  }

  /** Ends the transaction of a producer for a group. */
  complete(groupId: string, producerId: number, committed: boolean): void {
    this.#groups.find(groupId)?.offsets.complete(producerId, committed);
    const pending = this.#pending.get(`${groupId} ${producerId}`);
    this.#pending.delete(`${groupId} ${producerId}`);
    if (committed && pending !== undefined) this.#counted({ groupId, ...pending });
  }

  /** Calls `listener` whenever offsets begin to count, by a commit or by the end of its transaction. */
  onCommit(listener: (commit: CountedCommit) => void): void {
    this.#listeners.add(listener);
  }

  /**
   * The committed offsets, in the order asked for.
   *
   * @throws BrokerError UNSTABLE_OFFSET_COMMIT when `requireStable` and a transaction still holds one of them.
   */
  fetch(
    groupId: string,
    partitions: readonly TopicPartition[],
    { requireStable }: { readonly requireStable: boolean },
  ): (OffsetAndMetadata | null)[] {
    const offsets = this.#groups.find(groupId)?.offsets;
    if (offsets === undefined) return partitions.map(() => null);
    return partitions.map((partition) => {
      if (requireStable && !offsets.isStable(partition)) {
        const name = topicPartitionKey(partition);
        throw new BrokerError(
          'UNSTABLE_OFFSET_COMMIT',
          `the offset of ${name} in group ${groupId} is part of an open transaction`,
          partition,
        );
      }
      return offsets.committed(partition);
    });
  }

  /** Everything a group has committed and no open transaction touches. */
  stableOffsets(groupId: string): ReadonlyMap<string, number> {
    const offsets = this.#groups.find(groupId)?.offsets;
    const stable = (offsets?.all() ?? []).filter((commit) => offsets?.isStable(commit.topicPartition));
    return new Map(stable.map((commit) => [topicPartitionKey(commit.topicPartition), commit.offset]));
  }

  #counted(commit: CountedCommit): void {
    for (const listener of this.#listeners) listener(commit);
  }

  #check(offsets: readonly OffsetCommit[]): void {
    for (const { topicPartition, metadata } of offsets) {
      this.#topics.log(topicPartition);
      const size = Buffer.byteLength(metadata);
      if (size > maxMetadataBytes) {
        throw new BrokerError(
          'OFFSET_METADATA_TOO_LARGE',
          `the metadata of ${topicPartitionKey(topicPartition)} has ${size} bytes; ${maxMetadataBytes} are allowed`,
          topicPartition,
        );
      }
    }
  }
}
