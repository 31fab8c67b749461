import { BrokerError } from '../broker-error.ts';
import type { DeadlineQueue } from '../deadline-queue.ts';
import type { Group, GroupMember } from './group.ts';
import { noAssignment } from './group.ts';
import type { JoinGroupResponse, SyncGroupResponse } from './group-requests.ts';

export interface GroupRebalancerOptions {
  readonly timers: DeadlineQueue;
  readonly initialRebalanceDelayMs: number;
}

const rebalancing = (group: Group): BrokerError =>
  new BrokerError('REBALANCE_IN_PROGRESS', `group ${group.groupId} is rebalancing; join again`);

/** Leads groups through their rebalances: gathers joins, begins generations, hands out assignments, times out members. */
export class GroupRebalancer {
  readonly #options: GroupRebalancerOptions;
  readonly #onEmpty: (group: Group) => void;

  /** @param onEmpty called when a group has no member left */
  constructor(options: GroupRebalancerOptions, onEmpty: (group: Group) => void) {
    this.#options = options;
    this.#onEmpty = onEmpty;
  }

  /** Lets a member wait for the next generation, and begins the way to it where it has not begun. */
  join(group: Group, member: GroupMember): Promise<JoinGroupResponse> {
    member.session?.cancel();
    // A request that was sent again replaces the first one, which nobody waits for any more.
    member.awaitingJoin?.reject(rebalancing(group));
    const pending = Promise.withResolvers<JoinGroupResponse>();
    member.awaitingJoin = pending;
    if (group.is('PreparingRebalance')) this.tryCompleteJoin(group);
    else this.#prepare(group);
    return pending.promise;
  }

  /** The answer to a member that needs no new generation. */
  answerAgain(group: Group, member: GroupMember): JoinGroupResponse {
    this.touch(group, member);
    // A leader that comes back to a stable group must not assign anew: nobody would ask for what it assigned.
    return joinAnswer(group, member, group.is('Stable'));
  }

  sync(
    group: Group,
    member: GroupMember,
    assignments: ReadonlyMap<string, Uint8Array>,
  ): SyncGroupResponse | Promise<SyncGroupResponse> {
    if (group.is('PreparingRebalance')) throw rebalancing(group);
    group.unsynced.delete(member.memberId);
    if (group.is('Stable')) {
      if (group.unsynced.size === 0) group.phaseTimer?.cancel();
      this.touch(group, member);
      return syncAnswer(group, member);
    }
    member.session?.cancel();
    member.awaitingSync?.reject(rebalancing(group));
    const pending = Promise.withResolvers<SyncGroupResponse>();
    member.awaitingSync = pending;
    if (member.memberId === group.leaderId) this.#distribute(group, assignments);
    return pending.promise;
  }

  /** The member is alive: its session begins anew. One that waits for an answer needs no session. */
  touch(group: Group, member: GroupMember): void {
    member.session?.cancel();
    if (member.awaitingJoin !== null || member.awaitingSync !== null) return;
    member.session = this.#options.timers.schedule(member.sessionTimeoutMs, () => {
      const silence = `group ${group.groupId} did not hear of member ${member.memberId} in time`;
      this.remove(group, member, new BrokerError('UNKNOWN_MEMBER_ID', silence));
    });
  }

  /** Takes a member out, and lets the others rebalance. */
  remove(group: Group, member: GroupMember, reason: BrokerError): void {
    group.remove(member);
    member.awaitingJoin?.reject(reason);
    member.awaitingSync?.reject(reason);
    if (group.is('Stable', 'CompletingRebalance')) this.#prepare(group);
    else this.tryCompleteJoin(group);
    group.disturbed.fire();
  }

  /** Begins the next generation if everybody is there. */
  tryCompleteJoin(group: Group): void {
    if (group.is('PreparingRebalance') && !group.isGathering && group.everybodyJoined) this.#completeJoin(group);
  }

  #prepare(group: Group): void {
    if (group.is('CompletingRebalance')) {
      for (const member of group.members.values()) {
        member.assignment = noAssignment;
        member.awaitingSync?.reject(rebalancing(group));
        member.awaitingSync = null;
        if (member.awaitingJoin === null) this.touch(group, member);
      }
    }
    const delayMs = group.is('Empty') ? this.#options.initialRebalanceDelayMs : 0;
    group.isGathering = delayMs > 0;
    group.become('PreparingRebalance');
    this.#startPhase(group, delayMs > 0 ? delayMs : group.rebalanceTimeoutMs, () => this.#completeJoin(group));
    this.tryCompleteJoin(group);
    group.disturbed.fire();
  }

  #completeJoin(group: Group): void {
    group.isGathering = false;
    for (const member of group.members.values()) {
      // Static members may be away for a restart.
      if (member.awaitingJoin === null && member.groupInstanceId === null) group.remove(member);
    }
    if (group.members.size > 0 && !group.electJoinedLeader()) {
      this.#startPhase(group, group.rebalanceTimeoutMs, () => this.#completeJoin(group));
      return;
    }
    group.phaseTimer?.cancel();
    group.generationId++;
    if (group.members.size === 0) this.#empty(group);
    else this.#beginGeneration(group);
  }

  #empty(group: Group): void {
    group.protocolName = null;
    group.protocolType = null;
    group.become('Empty');
    this.#onEmpty(group);
  }

  #beginGeneration(group: Group): void {
    group.protocolName = group.selectProtocol();
    group.become('CompletingRebalance');
    group.unsynced.clear();
    this.#startPhase(group, group.rebalanceTimeoutMs, () => this.#dropUnsynced(group));
    for (const member of group.members.values()) {
      // A static member that is away gets its place too, and the same time to come for it.
      const pending = member.awaitingJoin;
      member.awaitingJoin = null;
      group.unsynced.add(member.memberId);
      this.touch(group, member);
      pending?.resolve(joinAnswer(group, member, false));
    }
  }

  /** Whoever joined and never asked for its assignment is gone. */
  #dropUnsynced(group: Group): void {
    for (const memberId of [...group.unsynced]) {
      const member = group.members.get(memberId);
      if (member === undefined) continue;
      const late = `member ${memberId} did not ask for its assignment in time`;
      this.remove(group, member, new BrokerError('UNKNOWN_MEMBER_ID', late));
    }
  }

  #distribute(group: Group, assignments: ReadonlyMap<string, Uint8Array>): void {
    group.become('Stable');
    if (group.unsynced.size === 0) group.phaseTimer?.cancel();
    for (const member of group.members.values()) {
      member.assignment = assignments.get(member.memberId) ?? noAssignment;
      const pending = member.awaitingSync;
      if (pending === null) continue;
      member.awaitingSync = null;
      this.touch(group, member);
      pending.resolve(syncAnswer(group, member));
    }
  }

  #startPhase(group: Group, timeoutMs: number, onTimeout: () => void): void {
    group.phaseTimer?.cancel();
    group.phaseTimer = this.#options.timers.schedule(timeoutMs, onTimeout);
  }
}

const joinAnswer = (group: Group, member: GroupMember, skipAssignment: boolean): JoinGroupResponse => {
  const { generationId, protocolType, protocolName, leaderId } = group;
  const isLeader = leaderId === member.memberId;
  const members = isLeader ? Array.from(group.members.values(), (each) => joinedMember(each, protocolName)) : [];
  return {
    generationId,
    protocolType: protocolType ?? '',
    protocolName: protocolName ?? '',
    leader: leaderId ?? '',
    memberId: member.memberId,
    skipAssignment: isLeader && skipAssignment,
    members,
  };
};

const joinedMember = (member: GroupMember, protocolName: string | null): JoinGroupResponse['members'][number] => {
  const { memberId, groupInstanceId, protocols } = member;
  const metadata = protocols.find((protocol) => protocol.name === protocolName)?.metadata ?? noAssignment;
  return { memberId, groupInstanceId, metadata };
};

const syncAnswer = (group: Group, member: GroupMember): SyncGroupResponse => ({
  protocolType: group.protocolType ?? '',
  protocolName: group.protocolName ?? '',
  assignment: member.assignment,
});
