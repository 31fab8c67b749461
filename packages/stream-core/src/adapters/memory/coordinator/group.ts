import { sameBytes } from '../../../common/bytes.ts';
import type { Timer } from '../../../common/clock.ts';
import type { TransitionTable } from '../../../common/state-machine.ts';
import { StateMachine } from '../../../common/state-machine.ts';
import { Signal } from '../signal.ts';
import { GroupOffsets } from './group-offsets.ts';
import type { JoinGroupResponse, JoinProtocol, SyncGroupResponse } from './group-requests.ts';

/**
 * Empty ──join──▶ PreparingRebalance ──all joined──▶ CompletingRebalance ──leader synced──▶ Stable
 * From the last two any change of members leads back to PreparingRebalance, and from there to Empty when nobody is left.
 */
export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

const transitions: TransitionTable<GroupState> = {
  Empty: ['PreparingRebalance', 'Dead'],
  PreparingRebalance: ['CompletingRebalance', 'Empty', 'Dead'],
  CompletingRebalance: ['Stable', 'PreparingRebalance', 'Dead'],
  Stable: ['PreparingRebalance', 'Dead'],
  Dead: [],
};

/** The answer that a waiting member will get. */
type Pending<T> = PromiseWithResolvers<T>;

export interface GroupMember {
  memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocols: readonly JoinProtocol[];
  assignment: Uint8Array;
  awaitingJoin: Pending<JoinGroupResponse> | null;
  awaitingSync: Pending<SyncGroupResponse> | null;
  /** Runs while the member is not waiting for an answer. */
  session: Timer | null;
}

export const noAssignment: Uint8Array = new Uint8Array(0);

/** Both offer the same protocols with the same metadata, so that a rejoin changes nothing. */
export const sameProtocols = (left: readonly JoinProtocol[], right: readonly JoinProtocol[]): boolean =>
  left.length === right.length &&
  left.every((protocol, index) => {
    const other = right[index] as JoinProtocol;
    return protocol.name === other.name && sameBytes(protocol.metadata, other.metadata);
  });

/** One consumer group: its members, its generation and its offsets. What may happen when is the coordinator's part. */
export class Group {
  readonly groupId: string;
  readonly offsets: GroupOffsets = new GroupOffsets();
  /** Fired when a rebalance begins or a member is removed, so that clients in the same process need not ask. */
  readonly disturbed: Signal = new Signal();
  readonly members: Map<string, GroupMember> = new Map();
  /** Member ids that were given out and not used yet (KIP-394), each with its timer. */
  readonly promised: Map<string, Timer> = new Map();
  /** Members of this generation that did not ask for their assignment yet. */
  readonly unsynced: Set<string> = new Set();
  generationId = 0;
  leaderId: string | null = null;
  protocolType: string | null = null;
  protocolName: string | null = null;
  /** Ends the phase that the group is in: joining, or syncing. */
  phaseTimer: Timer | null = null;
  /** True while the first rebalance of an empty group waits for more members. */
  isGathering = false;
  readonly #state = new StateMachine<GroupState>('Empty', transitions);
  readonly #staticMembers = new Map<string, string>();

  constructor(groupId: string) {
    this.groupId = groupId;
  }

  get state(): GroupState {
    return this.#state.state;
  }

  become(state: GroupState): void {
    this.#state.become(state);
  }

  is(...states: readonly GroupState[]): boolean {
    return states.includes(this.state);
  }

  /** The member id that a group instance id stands for now. */
  staticMemberId(groupInstanceId: string): string | null {
    return this.#staticMembers.get(groupInstanceId) ?? null;
  }

  add(member: GroupMember): void {
    this.members.set(member.memberId, member);
    if (member.groupInstanceId !== null) this.#staticMembers.set(member.groupInstanceId, member.memberId);
    this.leaderId ??= member.memberId;
  }

  remove(member: GroupMember): void {
    member.session?.cancel();
    this.members.delete(member.memberId);
    this.unsynced.delete(member.memberId);
    const { groupInstanceId } = member;
    if (groupInstanceId !== null && this.staticMemberId(groupInstanceId) === member.memberId) {
      this.#staticMembers.delete(groupInstanceId);
    }
    if (this.leaderId === member.memberId) this.leaderId = this.members.keys().next().value ?? null;
  }

  /** Gives a static member a new member id, under which it keeps its place. */
  rename(member: GroupMember, memberId: string): void {
    const wasLeader = this.leaderId === member.memberId;
    this.members.delete(member.memberId);
    member.memberId = memberId;
    this.members.set(memberId, member);
    if (member.groupInstanceId !== null) this.#staticMembers.set(member.groupInstanceId, memberId);
    if (wasLeader) this.leaderId = memberId;
  }

  /** Prefers a leader that has joined; false when no member has. */
  electJoinedLeader(): boolean {
    const leader = this.leaderId === null ? undefined : this.members.get(this.leaderId);
    if (leader !== undefined && leader.awaitingJoin !== null) return true;
    for (const member of this.members.values()) {
      if (member.awaitingJoin === null) continue;
      this.leaderId = member.memberId;
      return true;
    }
    return false;
  }

  get everybodyJoined(): boolean {
    if (this.promised.size > 0) return false;
    for (const member of this.members.values()) {
      if (member.awaitingJoin === null) return false;
    }
    return true;
  }

  /** The longest that a member asked to be waited for. */
  get rebalanceTimeoutMs(): number {
    let longest = 0;
    for (const member of this.members.values()) longest = Math.max(longest, member.rebalanceTimeoutMs);
    return longest;
  }

  /** True when a member with these protocols could take part: all members share one of them. */
  accepts(protocolType: string, protocols: readonly JoinProtocol[]): boolean {
    if (protocols.length === 0 || protocolType === '') return false;
    if (this.members.size === 0) return true;
    const shared = this.#sharedProtocols();
    return this.protocolType === protocolType && protocols.some((protocol) => shared.has(protocol.name));
  }

  /** The protocol that most members prefer among those that all of them offer. */
  selectProtocol(): string {
    const shared = this.#sharedProtocols();
    const votes = new Map<string, number>();
    for (const member of this.members.values()) {
      const choice = member.protocols.find((protocol) => shared.has(protocol.name));
      if (choice !== undefined) votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1);
    }
    const ranked = [...votes].toSorted((left, right) => right[1] - left[1]);
    return ranked[0]?.[0] ?? '';
  }

  #sharedProtocols(): Set<string> {
    const [first, ...others] = this.members.values();
    const shared = new Set<string>();
    for (const { name } of first?.protocols ?? []) {
      if (others.every((member) => member.protocols.some((protocol) => protocol.name === name))) shared.add(name);
    }
    return shared;
  }
}
