import type { GroupProtocol, MemberAssignment, MemberSubscription } from '../../../broker/group-protocol.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';

export interface StickyProtocolOptions {
  readonly name: string;
  /** Every partition of a topic, as the leader sees it. */
  readonly partitionsOf: (topic: string) => Promise<readonly TopicPartition[]>;
  /** What this member tells the leader. */
  readonly userData?: () => string;
}

/**
 * A cooperative assignor for tests: even shares, everybody keeps what it has, and what moves is given to nobody until
 * its owner has let go of it. The user data of an assignment names all members with theirs.
 */
export class StickyProtocol implements GroupProtocol {
  readonly name: string;
  /** What this member was assigned, one entry a rebalance. */
  readonly assignments: MemberAssignment[] = [];
  /** What the leader saw, one entry for each time that this member led. */
  readonly led: (readonly MemberSubscription[])[] = [];
  readonly #options: StickyProtocolOptions;

  constructor(options: StickyProtocolOptions) {
    this.name = options.name;
    this.#options = options;
  }

  userData(): Uint8Array {
    return Buffer.from(this.#options.userData?.() ?? '');
  }

  async assign(members: readonly MemberSubscription[]): Promise<ReadonlyMap<string, MemberAssignment>> {
    this.led.push(members);
    const topics = new Set(members.flatMap((member) => member.topics));
    const partitions: TopicPartition[] = [];
    for (const topic of topics) partitions.push(...(await this.#options.partitionsOf(topic)));
    const shares = shareOut(members, partitions);
    const told = members.map((member) => `${member.memberId}=${Buffer.from(member.userData)}`).join(',');
    const userData = Buffer.from(told);
    return new Map(Array.from(shares, ([memberId, share]) => [memberId, { partitions: share, userData }]));
  }

  onAssignment(assignment: MemberAssignment): void {
    this.assignments.push(assignment);
  }
}

const shareOut = (
  members: readonly MemberSubscription[],
  partitions: readonly TopicPartition[],
): Map<string, TopicPartition[]> => {
  const ordered = members.toSorted((left, right) => (left.memberId < right.memberId ? -1 : 1));
  const free = new Map(partitions.map((partition) => [topicPartitionKey(partition), partition]));
  const shares = new Map<string, TopicPartition[]>();
  // Those who own most keep the larger shares, so that as little as possible moves.
  const ranked = ordered.toSorted((left, right) => right.ownedPartitions.length - left.ownedPartitions.length);
  const quotas = ranked.map((_, index) => Math.floor((partitions.length + ranked.length - 1 - index) / ranked.length));
  const moving = new Set<string>();
  for (const [index, member] of ranked.entries()) {
    const owned = member.ownedPartitions.filter((partition) => free.has(topicPartitionKey(partition)));
    shares.set(member.memberId, owned.slice(0, quotas[index]));
    for (const partition of owned.slice(0, quotas[index])) free.delete(topicPartitionKey(partition));
    for (const partition of owned.slice(quotas[index])) moving.add(topicPartitionKey(partition));
  }
  const available = [...free.values()].filter((partition) => !moving.has(topicPartitionKey(partition)));
  for (const [index, member] of ranked.entries()) {
    const share = shares.get(member.memberId) ?? [];
    const canRead = (partition: TopicPartition): boolean => member.topics.includes(partition.topic);
    while (share.length < (quotas[index] ?? 0)) {
      const at = available.findIndex(canRead);
      if (at < 0) break;
      share.push(...available.splice(at, 1));
    }
  }
  return shares;
};
