import type { GroupConsumerOptions, Subscription } from '../../../broker/group-consumer.ts';
import type { MemberAssignment, MemberSubscription } from '../../../broker/group-protocol.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { MemberIdRequiredError } from '../coordinator/group-coordinator.ts';
import type { JoinGroupResponse } from '../coordinator/group-requests.ts';
import type { MemoryCluster } from '../memory-cluster.ts';
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts';
import type { Requests } from './requests.ts';

const protocolType = 'consumer';

/** Who a member is: nobody yet with an empty member id and generation -1. */
export interface Membership {
  readonly memberId: string;
  readonly generationId: number;
}

export interface JoinRoundOptions {
  readonly cluster: MemoryCluster;
  readonly requests: Requests;
  readonly clientId: string;
  readonly consumer: GroupConsumerOptions;
  readonly subscription: Subscription;
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
    const joined = await this.#join(memberId);
    this.#options.onMembership(joined);
    const isLeader = joined.leader === joined.memberId;
    const members = joined.members.map(subscriptionOf);
    // Counted before the assignment is computed: a topic that changes meanwhile must lead to another rebalance.
    const watchedTopics = isLeader ? this.#countPartitions(members) : null;
    const assignments = isLeader && !joined.skipAssignment ? await this.#assign(members) : new Map();
    const { assignment } = await this.#sync(joined, assignments);
    const { memberId: joinedAs, generationId } = joined;
    return { memberId: joinedAs, generationId, assignment: decodeAssignment(assignment), watchedTopics };
  }

  async #join(memberId: string): Promise<JoinGroupResponse> {
    try {
      return await this.#sendJoin(memberId);
    } catch (error) {
      if (!(error instanceof MemberIdRequiredError)) throw error;
      this.#options.onMembership({ memberId: error.memberId, generationId: -1 });
      return this.#sendJoin(error.memberId);
    }
  }

  #sendJoin(memberId: string): Promise<JoinGroupResponse> {
    const { cluster, requests, clientId, consumer, subscription } = this.#options;
    const { groupId, groupInstanceId, sessionTimeoutMs, rebalanceTimeoutMs } = consumer;
    const request = {
      groupId,
      memberId,
      groupInstanceId,
      clientId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      protocolType,
      protocols: [{ name: subscription.protocol.name, metadata: this.#metadata }],
      requireKnownMemberId: true,
    };
    return requests.untilAnswered('joinGroup', () => {
      this.#options.checkOpen();
      return cluster.groups.join(request);
    });
  }

  async #assign(members: readonly MemberSubscription[]): Promise<Map<string, Uint8Array>> {
    const assigned = await this.#options.subscription.protocol.assign(members);
    return new Map(Array.from(assigned, ([memberId, assignment]) => [memberId, encodeAssignment(assignment)]));
  }

  #sync(
    { memberId, generationId, protocolName }: JoinGroupResponse,
    assignments: ReadonlyMap<string, Uint8Array>,
  ): Promise<{ readonly assignment: Uint8Array }> {
    const { cluster, requests, consumer } = this.#options;
    const { groupId, groupInstanceId } = consumer;
    const identity = { groupId, memberId, generationId, groupInstanceId };
    return requests.untilAnswered('syncGroup', () =>
      cluster.groups.sync({ ...identity, protocolType, protocolName, assignments }),
    );
  }

  #countPartitions(members: readonly MemberSubscription[]): Map<string, number> {
    const topics = new Set(members.flatMap((member) => member.topics));
    return countPartitions(this.#options.cluster, topics);
  }
}

/** How many partitions each topic has; 0 for one that does not exist. */
export const countPartitions = (cluster: MemoryCluster, topics: Iterable<string>): Map<string, number> =>
  new Map(Array.from(topics, (topic) => [topic, cluster.topics.find(topic)?.partitions.length ?? 0]));

const subscriptionOf = (member: JoinGroupResponse['members'][number]): MemberSubscription => {
  const { topics, ownedPartitions, userData } = decodeSubscription(member.metadata);
  const { memberId, groupInstanceId } = member;
  return { memberId, groupInstanceId, topics, ownedPartitions, userData };
};
