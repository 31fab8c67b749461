// The requests and answers of Kafka's classic group protocol, without their wire form.

export interface JoinProtocol {
  readonly name: string;
  /** What the leader needs of the member; opaque to the coordinator. */
  readonly metadata: Uint8Array;
}

export interface JoinGroupRequest {
  readonly groupId: string;
  /** Empty for a member that has no id yet. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  readonly protocols: readonly JoinProtocol[];
  /** Answers a join without member id by MEMBER_ID_REQUIRED, so that a lost answer leaves no ghost (KIP-394). */
  readonly requireKnownMemberId: boolean;
}

interface JoinedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly metadata: Uint8Array;
}

export interface JoinGroupResponse {
  readonly generationId: number;
  readonly protocolType: string;
  readonly protocolName: string;
  readonly leader: string;
  readonly memberId: string;
  /** A static leader that came back: the assignment stands, none is to be computed (KIP-814). */
  readonly skipAssignment: boolean;
  /** Everybody, for the leader; empty for the others. */
  readonly members: readonly JoinedMember[];
}

/** Who speaks, as every later request of a member says it. */
export interface MemberIdentity {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

export interface SyncGroupRequest extends MemberIdentity {
  readonly protocolType: string;
  readonly protocolName: string;
  /** The assignment of every member, from the leader; empty from the others. */
  readonly assignments: ReadonlyMap<string, Uint8Array>;
}

export interface SyncGroupResponse {
  readonly protocolType: string;
  readonly protocolName: string;
  readonly assignment: Uint8Array;
}

/** What is to be seen of a group from outside. */
export interface GroupDescription {
  readonly groupId: string;
  readonly state: string;
  readonly generationId: number;
  readonly protocolName: string | null;
  readonly leaderId: string | null;
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly clientId: string;
    readonly assignment: Uint8Array;
  }[];
}
