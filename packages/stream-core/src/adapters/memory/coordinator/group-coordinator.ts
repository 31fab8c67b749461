import type { Chance } from '../../../common/chance.ts';
import { BrokerError } from '../broker-error.ts';
import type { DeadlineQueue } from '../deadline-queue.ts';
import type { GroupMember } from './group.ts';
import { Group, noAssignment, sameProtocols } from './group.ts';
import { GroupRebalancer } from './group-rebalancer.ts';
import type {
  GroupDescription,
  JoinGroupRequest,
  JoinGroupResponse,
  MemberIdentity,
  SyncGroupRequest,
  SyncGroupResponse,
} from './group-requests.ts';

export interface GroupCoordinatorOptions {
  readonly timers: DeadlineQueue;
  readonly chance: Chance;
  /** How long the first rebalance of an empty group waits for more members (`group.initial.rebalance.delay.ms`). */
  readonly initialRebalanceDelayMs: number;
}

/** MEMBER_ID_REQUIRED, with the id to join with. */
export class MemberIdRequiredError extends BrokerError {
  readonly memberId: string;

  constructor(memberId: string) {
    super('MEMBER_ID_REQUIRED', `join again as member ${memberId}`);
    this.memberId = memberId;
  }
}

const fenced = (groupInstanceId: string | null): BrokerError =>
  new BrokerError('FENCED_INSTANCE_ID', `another process joined with the group instance id ${groupInstanceId}`);

const unknownMember = (groupId: string, memberId: string): BrokerError =>
  new BrokerError('UNKNOWN_MEMBER_ID', `group ${groupId} has no member '${memberId}'; it has to join again`);

/**
 * Kafka's classic group protocol: who is a member of which generation, and who leads. It answers joins and syncs when
 * the whole group is ready for it, so their promises may take as long as a rebalance.
 */
export class GroupCoordinator {
  readonly #options: GroupCoordinatorOptions;
  readonly #rebalancer: GroupRebalancer;
  readonly #groups = new Map<string, Group>();
  #lastMember = 0;

  constructor(options: GroupCoordinatorOptions) {
    this.#options = options;
    this.#rebalancer = new GroupRebalancer(options, (group) => this.#forget(group));
  }

  find(groupId: string): Group | null {
    return this.#groups.get(groupId) ?? null;
  }

  /** The group of that id, created empty when there is none. */
  findOrCreate(groupId: string): Group {
    if (groupId === '') throw new BrokerError('INVALID_GROUP_ID', 'a group id must not be empty');
    let group = this.#groups.get(groupId);
    if (group === undefined) {
      group = new Group(groupId);
      this.#groups.set(groupId, group);
    }
    return group;
  }

  get groups(): Iterable<Group> {
    return this.#groups.values();
  }

  /** @throws BrokerError UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, MEMBER_ID_REQUIRED, INCONSISTENT_GROUP_PROTOCOL */
  async join(request: JoinGroupRequest): Promise<JoinGroupResponse> {
    const { groupId, memberId } = request;
    const group = memberId === '' ? this.findOrCreate(groupId) : this.find(groupId);
    if (group === null) throw unknownMember(groupId, memberId);
    if (!group.accepts(request.protocolType, request.protocols)) {
      const names = request.protocols.map((protocol) => protocol.name).join(', ');
      throw new BrokerError(
        'INCONSISTENT_GROUP_PROTOCOL',
        `the live members of group ${groupId} share no protocol with: ${names}. Stop them first, or use another group`,
      );
    }
    if (memberId === '') return this.#joinNew(group, request);
    const promise = group.promised.get(memberId);
    if (promise === undefined) return this.#rejoin(group, request);
    promise.cancel();
    group.promised.delete(memberId);
    return this.#add(group, memberId, request);
  }

  /**
   * Hands in the leader's assignments, and gives the member its own.
   *
   * @throws BrokerError UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS
   */
  async sync(request: SyncGroupRequest): Promise<SyncGroupResponse> {
    const { group, member } = this.#member(request);
    checkGeneration(group, request.generationId);
    if (request.protocolType !== group.protocolType || request.protocolName !== group.protocolName) {
      throw new BrokerError('INCONSISTENT_GROUP_PROTOCOL', `group ${group.groupId} uses ${group.protocolName}`);
    }
    return this.#rebalancer.sync(group, member, request.assignments);
  }

  /** @throws BrokerError UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS */
  heartbeat(identity: MemberIdentity): void {
    const { group, member } = this.#member(identity);
    checkGeneration(group, identity.generationId);
    this.#rebalancer.touch(group, member);
    if (group.is('PreparingRebalance')) {
      throw new BrokerError('REBALANCE_IN_PROGRESS', `group ${group.groupId} is rebalancing; join again`);
    }
  }

  /** @throws BrokerError UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID */
  leave(groupId: string, memberId: string, groupInstanceId: string | null): void {
    const promising = this.find(groupId);
    const promise = promising?.promised.get(memberId);
    if (promising !== null && promise !== undefined) {
      promise.cancel();
      promising.promised.delete(memberId);
      this.#rebalancer.tryCompleteJoin(promising);
      this.#forget(promising);
      return;
    }
    const { group, member } = this.#member({ groupId, memberId, groupInstanceId });
    this.#rebalancer.remove(group, member, unknownMember(groupId, member.memberId));
  }

  /**
   * The member that an offset commit comes from; null for a commit of nobody, which only an empty group takes (a
   * transactional one is taken always, as before KIP-447).
   *
   * @throws BrokerError UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS
   */
  checkCommit(identity: MemberIdentity, { transactional }: { readonly transactional: boolean }): Group {
    const { groupId, generationId, memberId, groupInstanceId } = identity;
    const isNobody = generationId < 0 && memberId === '' && groupInstanceId === null;
    const existing = this.find(groupId);
    if (existing === null && generationId >= 0) {
      throw new BrokerError('ILLEGAL_GENERATION', `group ${groupId} has no generation ${generationId}`);
    }
    const group = existing ?? this.findOrCreate(groupId);
    if (generationId < 0 && group.is('Empty')) return group;
    if (isNobody) {
      if (!transactional && !group.is('Empty')) throw unknownMember(groupId, memberId);
      return group;
    }
    const { member } = this.#member(identity);
    checkGeneration(group, generationId);
    if (!transactional && group.is('CompletingRebalance')) {
      throw new BrokerError('REBALANCE_IN_PROGRESS', `group ${groupId} is rebalancing; poll first`);
    }
    this.#rebalancer.touch(group, member);
    return group;
  }

  /** Calls `listener` when the group begins a rebalance or loses a member; the returned function ends that. */
  watch(groupId: string, listener: () => void): () => void {
    const { disturbed } = this.findOrCreate(groupId);
    disturbed.add(listener);
    return () => disturbed.delete(listener);
  }

  /** Null when there is no such group. */
  describe(groupId: string): GroupDescription | null {
    const group = this.find(groupId);
    if (group === null) return null;
    const { state, generationId, protocolName, leaderId } = group;
    const members = Array.from(group.members.values(), (member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      assignment: member.assignment,
    }));
    return { groupId, state, generationId, protocolName, leaderId, members };
  }

  #joinNew(group: Group, request: JoinGroupRequest): Promise<JoinGroupResponse> {
    const { groupInstanceId } = request;
    const memberId = this.#newMemberId(groupInstanceId ?? request.clientId);
    const known = groupInstanceId === null ? null : group.staticMemberId(groupInstanceId);
    const returning = known === null ? undefined : group.members.get(known);
    if (returning !== undefined) return this.#takeOver(group, returning, { ...request, memberId });
    if (groupInstanceId === null && request.requireKnownMemberId) {
      const expire = (): void => {
        group.promised.delete(memberId);
        this.#rebalancer.tryCompleteJoin(group);
        this.#forget(group);
      };
      group.promised.set(memberId, this.#options.timers.schedule(request.sessionTimeoutMs, expire));
      throw new MemberIdRequiredError(memberId);
    }
    return this.#add(group, memberId, request);
  }

  #add(group: Group, memberId: string, request: JoinGroupRequest): Promise<JoinGroupResponse> {
    if (group.members.size === 0) group.protocolType = request.protocolType;
    const { groupInstanceId, clientId, sessionTimeoutMs, rebalanceTimeoutMs, protocols } = request;
    const member: GroupMember = {
      memberId,
      groupInstanceId,
      clientId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      protocols,
      assignment: noAssignment,
      awaitingJoin: null,
      awaitingSync: null,
      session: null,
    };
    group.add(member);
    return this.#rebalancer.join(group, member);
  }

  #rejoin(group: Group, request: JoinGroupRequest): Promise<JoinGroupResponse> {
    const { member } = this.#member(request);
    const changed = !sameProtocols(member.protocols, request.protocols);
    const answered =
      (group.is('CompletingRebalance') && !changed) ||
      (group.is('Stable') && !changed && group.leaderId !== member.memberId);
    if (answered) return Promise.resolve(this.#rebalancer.answerAgain(group, member));
    update(member, request);
    return this.#rebalancer.join(group, member);
  }

  /** A static member came back under a new member id; the process with the old one is fenced (KIP-345). */
  #takeOver(group: Group, member: GroupMember, request: JoinGroupRequest): Promise<JoinGroupResponse> {
    const refusal = fenced(member.groupInstanceId);
    member.awaitingJoin?.reject(refusal);
    member.awaitingSync?.reject(refusal);
    member.awaitingJoin = null;
    member.awaitingSync = null;
    group.rename(member, request.memberId);
    update(member, request);
    const stands = group.is('Stable') && group.selectProtocol() === group.protocolName;
    return stands ? Promise.resolve(this.#rebalancer.answerAgain(group, member)) : this.#rebalancer.join(group, member);
  }

  /** Finds the member that a request speaks for. */
  #member(identity: Omit<MemberIdentity, 'generationId'>): { group: Group; member: GroupMember } {
    const { groupId, memberId, groupInstanceId } = identity;
    const group = this.find(groupId);
    if (group === null) throw unknownMember(groupId, memberId);
    if (groupInstanceId !== null) {
      const current = group.staticMemberId(groupInstanceId);
      if (current !== null && current !== memberId) throw fenced(groupInstanceId);
    }
    const member = group.members.get(memberId);
    if (member === undefined) throw unknownMember(groupId, memberId);
    return { group, member };
  }

  /** Kafka forgets a group without members and offsets. */
  #forget(group: Group): void {
    if (!group.is('Empty') || !group.offsets.isEmpty || group.promised.size > 0) return;
    group.become('Dead');
    this.#groups.delete(group.groupId);
  }

  #newMemberId(prefix: string): string {
    const random = Math.floor(this.#options.chance() * 0x1_0000_0000);
    return `${prefix}-${++this.#lastMember}-${random.toString(16).padStart(8, '0')}`;
  }
}

const update = (member: GroupMember, request: JoinGroupRequest): void => {
  member.protocols = request.protocols;
  member.sessionTimeoutMs = request.sessionTimeoutMs;
  member.rebalanceTimeoutMs = request.rebalanceTimeoutMs;
};

const checkGeneration = (group: Group, generationId: number): void => {
  if (generationId === group.generationId) return;
  throw new BrokerError(
    'ILLEGAL_GENERATION',
    `group ${group.groupId} is in generation ${group.generationId}, not ${generationId}`,
  );
};
