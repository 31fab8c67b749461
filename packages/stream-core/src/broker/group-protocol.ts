import type { TopicPartition } from '../common/topic-partition.ts';

/** What a member tells the leader of its group. */
export interface MemberSubscription {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly topics: readonly string[];
  /** What the member still owns: another member may get it only after this one gave it up (KIP-429). */
  readonly ownedPartitions: readonly TopicPartition[];
  readonly userData: Uint8Array;
}

/** What the leader decides for a member. */
export interface MemberAssignment {
  readonly partitions: readonly TopicPartition[];
  readonly userData: Uint8Array;
}

/** How partitions are divided among the members of a group: the consumer carries it, the runtime decides. */
export interface GroupProtocol {
  /** The name in the group protocol; all members must offer the same one. */
  readonly name: string;
  /** What this member wants the leader to know now. */
  userData(): Uint8Array;
  /** Called on the leader alone. The result has an entry for every member. */
  assign(members: readonly MemberSubscription[]): Promise<ReadonlyMap<string, MemberAssignment>>;
  /** Called on every member with what it got, before the rebalance listener. */
  onAssignment(assignment: MemberAssignment): void;
}
