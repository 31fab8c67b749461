import type { Membership } from './membership.ts';

export interface JoinRequest {
  /** Empty for a member that has no id yet. */
  readonly memberId: string;
  readonly protocolName: string;
  /** What the leader is to know of the member. */
  readonly metadata: Buffer;
  /** What the member subscribes to: a broker that creates topics by itself creates them now. */
  readonly topics: readonly string[];
  /** Why it joins, for the broker's log (KIP-800). */
  readonly reason: string;
  /** Called before each attempt. It throws when the member was closed meanwhile: it must not join then. */
  readonly checkOpen: () => void;
}

/** A member as the leader sees it. */
export interface JoinedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly metadata: Uint8Array;
}

/** The answer to a join, when everybody has joined. */
export interface JoinedGroup extends Membership {
  readonly kind: 'joined';
  readonly protocolName: string;
  readonly leader: string;
  /** A static leader that came back: the assignment stands, none is to be computed (KIP-814). */
  readonly skipAssignment: boolean;
  /** Everybody, for the leader; empty for the others. */
  readonly members: readonly JoinedMember[];
}

/** The answer to a first join: it has to be sent again with this id, so that a lost answer leaves no ghost (KIP-394). */
export interface MemberIdRequired {
  readonly kind: 'memberIdRequired';
  readonly memberId: string;
}

export interface SyncRequest extends Membership {
  readonly protocolName: string;
  /** The assignment of every member, from the leader; empty from the others. */
  readonly assignments: ReadonlyMap<string, Buffer>;
}

/**
 * The requests of one member to the coordinator of its group; whose requests they are is known to the implementation.
 * It retries as it sees fit. A refusal is a StreamsError with the code of that name; BROKER_UNAVAILABLE says that there
 * was no answer.
 */
export interface GroupCoordinator {
  /** @throws StreamsError UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, INCONSISTENT_GROUP_PROTOCOL, BROKER_UNAVAILABLE */
  join(request: JoinRequest): Promise<JoinedGroup | MemberIdRequired>;
  /**
   * Gives what was assigned to the member.
   *
   * @throws StreamsError UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS,
   * BROKER_UNAVAILABLE
   */
  sync(request: SyncRequest): Promise<Uint8Array>;
  /** @throws StreamsError as `sync` */
  heartbeat(member: Membership): Promise<void>;
  /** @throws StreamsError UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, BROKER_UNAVAILABLE */
  leave(memberId: string): Promise<void>;
  /**
   * Calls `listener` when the group begins a rebalance or loses a member, if that can be known without asking; the
   * returned function ends that.
   */
  watch(listener: () => void): () => void;
}
