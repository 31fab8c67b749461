import type { GroupConsumerOptions } from '../../../broker/group-consumer.ts';
import type {
  GroupCoordinator,
  JoinedGroup,
  JoinRequest,
  MemberIdRequired,
  SyncRequest,
} from '../../membership/group-coordinator.ts';
import type { Membership } from '../../membership/membership.ts';
import { MemberIdRequiredError } from '../coordinator/group-coordinator.ts';
import type { MemoryCluster } from '../memory-cluster.ts';
import type { Requests } from './requests.ts';

export interface MemberRequestsOptions {
  readonly cluster: MemoryCluster;
  readonly requests: Requests;
  readonly clientId: string;
  readonly consumer: GroupConsumerOptions;
}

const protocolType = 'consumer';

/** The requests of a member to its coordinator in the embedded broker. */
export class MemberRequests implements GroupCoordinator {
  readonly #options: MemberRequestsOptions;

  constructor(options: MemberRequestsOptions) {
    this.#options = options;
  }

  async join(request: JoinRequest): Promise<JoinedGroup | MemberIdRequired> {
    const { cluster, requests, clientId, consumer } = this.#options;
    const { groupId, groupInstanceId, sessionTimeoutMs, rebalanceTimeoutMs } = consumer;
    const { memberId, protocolName, metadata, topics, checkOpen } = request;
    const protocols = [{ name: protocolName, metadata }];
    const identity = { groupId, memberId, groupInstanceId, clientId };
    const timeouts = { sessionTimeoutMs, rebalanceTimeoutMs };
    try {
      const joined = await requests.untilAnswered('joinGroup', () => {
        checkOpen();
        for (const topic of topics) cluster.topics.findOrCreate(topic);
        return cluster.groups.join({ ...identity, ...timeouts, protocolType, protocols, requireKnownMemberId: true });
      });
      return { kind: 'joined', ...joined };
    } catch (error) {
      if (!(error instanceof MemberIdRequiredError)) throw error;
      return { kind: 'memberIdRequired', memberId: error.memberId };
    }
  }

  async sync({ assignments, protocolName, ...member }: SyncRequest): Promise<Uint8Array> {
    const { cluster, requests } = this.#options;
    const request = { ...this.#identity, ...member, protocolType, protocolName, assignments };
    const { assignment } = await requests.untilAnswered('syncGroup', () => cluster.groups.sync(request));
    return assignment;
  }

  heartbeat(member: Membership): Promise<void> {
    const { cluster, requests } = this.#options;
    return requests.once('heartbeat', () => cluster.groups.heartbeat({ ...this.#identity, ...member }));
  }

  leave(memberId: string): Promise<void> {
    const { cluster, requests } = this.#options;
    const { groupId, groupInstanceId } = this.#identity;
    return requests.once('leaveGroup', () => cluster.groups.leave(groupId, memberId, groupInstanceId));
  }

  watch(listener: () => void): () => void {
    return this.#options.cluster.groups.watch(this.#identity.groupId, listener);
  }

  get #identity(): { readonly groupId: string; readonly groupInstanceId: string | null } {
    const { groupId, groupInstanceId } = this.#options.consumer;
    return { groupId, groupInstanceId };
  }
}
