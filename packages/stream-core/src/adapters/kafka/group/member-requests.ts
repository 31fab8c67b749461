import type { GroupConsumerOptions } from '../../../broker/group-consumer.ts';
import type { Clock } from '../../../common/clock.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type {
  GroupCoordinator,
  JoinedGroup,
  JoinRequest,
  MemberIdRequired,
  SyncRequest,
} from '../../membership/group-coordinator.ts';
import type { Membership } from '../../membership/membership.ts';
import { isKafkaError } from '../protocol/error-codes.ts';
import { heartbeatApi } from '../protocol/heartbeat-api.ts';
import { joinGroupApi } from '../protocol/join-group-api.ts';
import { leaveGroupApi } from '../protocol/leave-group-api.ts';
import { syncGroupApi } from '../protocol/sync-group-api.ts';
import type { CoordinatorRequests } from './coordinator-requests.ts';
import { isUnavailable } from './coordinator-requests.ts';
import type { GroupLanes } from './group-lanes.ts';
import { groupRefusal } from './group-refusal.ts';

export interface MemberRequestsOptions {
  readonly requests: CoordinatorRequests;
  readonly clock: Clock;
  readonly lanes: GroupLanes;
  readonly consumer: GroupConsumerOptions;
  readonly retryTimeoutMs: number;
  /** Throws when the consumer was closed. */
  readonly checkOpen: () => void;
}

const protocolType = 'consumer';

/** How long a rebalance may take beyond its timeout until its answer counts as lost. */
const rebalanceGraceMs = 5_000;

/** The least time for the answer to a heartbeat, however short the session is. */
const leastHeartbeatTimeoutMs = 1_000;

/** How long a member that closes tries to say so. The session timeout does the rest. */
const leaveTimeoutMs = 5_000;

/** Kafka refuses longer reasons. */
const longestReason = 255;

const errorOf = ({ errorCode }: { readonly errorCode: number }): number => errorCode;

/** The requests of a member to its coordinator in a Kafka cluster: the classic protocol. */
export class MemberRequests implements GroupCoordinator {
  readonly #options: MemberRequestsOptions;

  constructor(options: MemberRequestsOptions) {
    this.#options = options;
  }

  async join(request: JoinRequest): Promise<JoinedGroup | MemberIdRequired> {
    const { requests, lanes, consumer, retryTimeoutMs } = this.#options;
    const { sessionTimeoutMs, rebalanceTimeoutMs } = consumer;
    const { memberId, protocolName, metadata, reason, checkOpen } = request;
    const body = {
      ...this.#identity,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      memberId,
      protocolType,
      protocols: [{ name: protocolName, metadata }],
      reason: reason.slice(0, longestReason),
    };
    const call = { lane: lanes.join, timeoutMs: rebalanceTimeoutMs + rebalanceGraceMs };
    const exchange = { api: joinGroupApi, request: body, call, errorOf };
    const answer = await requests.send(exchange, { retryMs: retryTimeoutMs, checkOpen });
    if (isKafkaError(answer.errorCode, 'MEMBER_ID_REQUIRED'))
      return { kind: 'memberIdRequired', memberId: answer.memberId };
    this.#check('JoinGroup', answer.errorCode);
    return { kind: 'joined', ...answer, protocolName: answer.protocolName ?? protocolName };
  }

  async sync({ memberId, generationId, protocolName, assignments }: SyncRequest): Promise<Uint8Array> {
    const { requests, lanes, consumer } = this.#options;
    const body = {
      ...this.#identity,
      generationId,
      memberId,
      protocolType,
      protocolName,
      assignments: Array.from(assignments, ([to, assignment]) => ({ memberId: to, assignment })),
    };
    const call = { lane: lanes.join, timeoutMs: consumer.rebalanceTimeoutMs + rebalanceGraceMs };
    try {
      const answer = await requests.send({ api: syncGroupApi, request: body, call, errorOf }, { retryMs: 0 });
      this.#check('SyncGroup', answer.errorCode);
      return answer.assignment;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      // A rebalance lives in the memory of its coordinator. A new one would take the generation for an illegal one, and
      // the member for lost; joining again costs nobody what he owns.
      const message = `the coordinator of group ${consumer.groupId} was lost during a rebalance; the member joins again`;
      throw new StreamsError('REBALANCE_IN_PROGRESS', message, { cause: error });
    }
  }

  async heartbeat({ memberId, generationId }: Membership): Promise<void> {
    const { requests, lanes, consumer, checkOpen } = this.#options;
    const { sessionTimeoutMs, heartbeatIntervalMs } = consumer;
    const body = { ...this.#identity, generationId, memberId };
    // Soon enough to find another coordinator, and to be heard by it, before the session is over.
    const timeoutMs = Math.max(sessionTimeoutMs / 3, leastHeartbeatTimeoutMs);
    const exchange = { api: heartbeatApi, request: body, call: { lane: lanes.heartbeat, timeoutMs }, errorOf };
    const answer = await requests.send(exchange, { retryMs: heartbeatIntervalMs, checkOpen });
    this.#check('Heartbeat', answer.errorCode);
  }

  leave(memberId: string): Promise<void> {
    const { clock, consumer } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = clock.schedule(leaveTimeoutMs, () => {
      const message = `the coordinator of group ${consumer.groupId} did not hear that a member leaves`;
      reject(new StreamsError('BROKER_UNAVAILABLE', `${message}; it will notice by the session timeout`));
    });
    this.#sendLeave(memberId).then(resolve, reject);
    return promise.finally(() => timer.cancel());
  }

  /** Only a heartbeat can tell what happens in the group. */
  watch(): () => void {
    return () => undefined;
  }

  async #sendLeave(memberId: string): Promise<void> {
    const { requests, lanes } = this.#options;
    const { groupId, groupInstanceId } = this.#identity;
    const members = [{ memberId, groupInstanceId, reason: 'the consumer is being closed' }];
    const call = { lane: lanes.offsets, timeoutMs: leaveTimeoutMs };
    const exchange = { api: leaveGroupApi, request: { groupId, members }, call, errorOf };
    const answer = await requests.send(exchange, { retryMs: leaveTimeoutMs });
    this.#check('LeaveGroup', answer.errorCode);
    for (const member of answer.members) this.#check('LeaveGroup', member.errorCode);
  }

  #check(api: string, errorCode: number): void {
    if (errorCode !== 0) throw groupRefusal(errorCode, `${api} for group ${this.#options.consumer.groupId}`);
  }

  get #identity(): { readonly groupId: string; readonly groupInstanceId: string | null } {
    const { groupId, groupInstanceId } = this.#options.consumer;
    return { groupId, groupInstanceId };
  }
}
