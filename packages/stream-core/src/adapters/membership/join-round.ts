import type { Subscription } from '../../broker/group-consumer.ts';
import type { MemberAssignment, MemberSubscription } from '../../broker/group-protocol.ts';
import type { TopicPartition } from '../../common/topic-partition.ts';
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts';
import type { GroupCoordinator, JoinedGroup, JoinedMember } from './group-coordinator.ts';
import type { Membership } from './membership.ts';
import type { TopicCounts } from './topic-counts.ts';

export interface JoinRoundOptions {
  readonly coordinator: GroupCoordinator;
  readonly topicCounts: TopicCounts;
  readonly subscription: Subscription;
  readonly reason: string;
  /** What the member owns, and the generation that gave it. */
  readonly owned: readonly TopicPartition[];
  readonly ownedGenerationId: number;
  /** Called as soon as the member knows who it is: with a generation of -1 it has only got its id. */
  readonly onMembership: (membership: Membership) => void;
  /** Throws when the consumer was closed: it must not join again. */
  readonly checkOpen: () => void;
}

/** What a member takes home from a rebalance. */
export interface JoinedGeneration extends Membership {
  readonly assignment: MemberAssignment;
  /** The partition counts that the leader assigned by; null for the others, who need not watch them. */
  readonly watchedTopics: ReadonlyMap<string, number> | null;
}

/** One rebalance from the side of a member: join, assign when it leads, sync. */
export class JoinRound {
  readonly #options: JoinRoundOptions;
  readonly #metadata: Buffer;

  constructor(options: JoinRoundOptions) {
    this.#options = options;
    const { subscription, owned, ownedGenerationId } = options;
    this.#metadata = encodeSubscription({
      topics: subscription.topics,
      userData: subscription.protocol.userData(),
      ownedPartitions: owned,
      generationId: ownedGenerationId,
    });
  }

  /** @throws StreamsError of the coordinator; anything that the protocol's `assign` throws */
  async run(memberId: string): Promise<JoinedGeneration> {
    const { coordinator, topicCounts, onMembership } = this.#options;
    const joined = await this.#join(memberId);
    const { memberId: joinedAs, generationId, protocolName } = joined;
    onMembership({ memberId: joinedAs, generationId });
    const isLeader = joined.leader === joinedAs;
    const members = joined.members.map(subscriptionOf);
    // Counted before the assignment is computed: a topic that changes meanwhile must lead to another rebalance.
    const topics = new Set(members.flatMap((member) => member.topics));
    const watchedTopics = isLeader ? await topicCounts.count(topics) : null;
    const assignments = isLeader && !joined.skipAssignment ? await this.#assign(members) : new Map();
    const assignment = await coordinator.sync({ memberId: joinedAs, generationId, protocolName, assignments });
    return { memberId: joinedAs, generationId, assignment: decodeAssignment(assignment), watchedTopics };
  }

  async #join(memberId: string): Promise<JoinedGroup> {
    let joiningAs = memberId;
    for (;;) {
      const answer = await this.#sendJoin(joiningAs);
      if (answer.kind === 'joined') return answer;
      joiningAs = answer.memberId;
      this.#options.onMembership({ memberId: joiningAs, generationId: -1 });
    }
  }

  #sendJoin(memberId: string): ReturnType<GroupCoordinator['join']> {
    const { coordinator, subscription, reason, checkOpen } = this.#options;
    const { topics, protocol } = subscription;
    return coordinator.join({
      memberId,
      protocolName: protocol.name,
      metadata: this.#metadata,
      topics,
      reason,
      checkOpen,
    });
  }

  async #assign(members: readonly MemberSubscription[]): Promise<Map<string, Buffer>> {
    const assigned = await this.#options.subscription.protocol.assign(members);
    return new Map(Array.from(assigned, ([memberId, assignment]) => [memberId, encodeAssignment(assignment)]));
  }
}

const subscriptionOf = (member: JoinedMember): MemberSubscription => {
  const { topics, ownedPartitions, userData } = decodeSubscription(member.metadata);
  const { memberId, groupInstanceId } = member;
  return { memberId, groupInstanceId, topics, ownedPartitions, userData };
};
