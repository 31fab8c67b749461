import type { NewTopic, OffsetSpec, TopicDescription } from '../../../broker/admin.ts';
import type { FetcherOptions, IsolationLevel } from '../../../broker/fetcher.ts';
import type {
  GroupConsumerOptions,
  GroupMetadata,
  OffsetAndMetadata,
  OffsetCommit,
} from '../../../broker/group-consumer.ts';
import type { ProduceAck, ProducerOptions } from '../../../broker/producer.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { IncomingCall } from './channel.ts';
import type { WireError } from './wire-error.ts';

/** Both processes must speak the same one. */
export const protocolName = 'millrace-remote/1';

/** The object that stands for the client itself; all others have numbers that the client gives. */
export const clientObject = 0;

export interface Hello {
  readonly protocol: string;
  readonly clientId: string;
  /** Chance at the server goes on from the client's. */
  readonly seed: number;
  readonly maxFrameBytes: number;
}

export interface Welcome {
  readonly maxFrameBytes: number;
  /** How often the server wants to hear of the client. */
  readonly pulseIntervalMs: number;
}

/** What an object is made from at the server. */
export type OpenObject = { readonly object: number } & (
  | { readonly kind: 'fetcher'; readonly options: FetcherOptions }
  | { readonly kind: 'groupConsumer'; readonly options: GroupConsumerOptions }
  | { readonly kind: 'producer'; readonly options: ProducerOptions }
);

/** Where the client is to read on. A new version tells what was read before a seek from what was read after it. */
export interface SeekNotice {
  readonly partition: TopicPartition;
  readonly version: number;
  readonly offset: number;
}

/** What is new about the position of a partition. */
export interface PositionChange {
  readonly partition: TopicPartition;
  readonly version: number;
  readonly position: number | null;
  readonly lag: number | null;
}

export type MemberIdentity = Pick<GroupMetadata, 'memberId' | 'generationId'>;

/** How a poll ended; its records came in parts before. */
export interface PollEnd {
  readonly error: WireError | null;
  readonly changes: readonly PositionChange[];
  readonly membership: MemberIdentity | null;
}

/** Batches of one partition, or some of them: the raw bytes of a part hold those of its pieces, one behind the other. */
export interface FetchedPiece {
  readonly partition: TopicPartition;
  readonly version: number;
  readonly position: number;
  readonly nextPosition: number;
  readonly endOffset: number;
  readonly sizeBytes: number;
  /** True when the piece goes on with the partition of the piece before. */
  readonly continues: boolean;
}

/** Bytes as base64. */
export type WireBytes = string;

export interface WireAssignment {
  readonly partitions: readonly TopicPartition[];
  readonly userData: WireBytes;
}

export interface WireMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly topics: readonly string[];
  readonly ownedPartitions: readonly TopicPartition[];
  readonly userData: WireBytes;
}

interface Call<P, R> {
  readonly params: P;
  readonly result: R;
}

/** What the client object understands at the server. */
export interface ClientCalls {
  readonly hello: Call<Hello, Welcome>;
  readonly open: Call<OpenObject, void>;
  /** Closes the client politely: its members leave their groups. */
  readonly bye: Call<null, void>;
  readonly createTopics: Call<readonly NewTopic[], void>;
  readonly deleteTopics: Call<readonly string[], void>;
  readonly describeTopics: Call<readonly string[], readonly TopicDescription[]>;
  readonly listTopics: Call<null, readonly string[]>;
  readonly topicConfigs: Call<string, Readonly<Record<string, string>>>;
  readonly listOffsets: Call<
    {
      readonly requests: readonly { readonly partition: TopicPartition; readonly spec: OffsetSpec }[];
      readonly isolationLevel: IsolationLevel;
    },
    readonly number[]
  >;
  readonly deleteRecords: Call<readonly { readonly partition: TopicPartition; readonly beforeOffset: number }[], void>;
  readonly groupOffsets: Call<string, readonly (readonly [string, number])[]>;
}

/** What fetchers and group consumers understand at the server. */
export interface ReaderCalls {
  readonly assign: Call<{ readonly partitions: readonly TopicPartition[]; readonly version: number }, void>;
  readonly seek: Call<SeekNotice, void>;
  readonly pause: Call<readonly TopicPartition[], void>;
  readonly resume: Call<readonly TopicPartition[], void>;
  readonly wakeup: Call<null, void>;
  /** `userData` is what a member would tell now, where a join may begin without a callback before it. */
  readonly poll: Call<{ readonly timeoutMs: number; readonly userData: WireBytes | null }, PollEnd>;
  readonly closeReader: Call<{ readonly leave: boolean }, void>;
}

export interface ConsumerCalls extends ReaderCalls {
  readonly subscribe: Call<
    { readonly topics: readonly string[]; readonly protocolName: string; readonly userData: WireBytes },
    void
  >;
  readonly requestRejoin: Call<string, void>;
  readonly commitOffsets: Call<readonly OffsetCommit[], void>;
  readonly committed: Call<readonly TopicPartition[], readonly (OffsetAndMetadata | null)[]>;
  readonly laterGeneration: Call<GroupMetadata, GroupMetadata | null>;
}

export interface ProducerCalls {
  readonly init: Call<null, void>;
  readonly begin: Call<null, void>;
  /** The batch is the raw bytes. */
  readonly send: Call<TopicPartition, ProduceAck>;
  readonly sendOffsets: Call<{ readonly offsets: readonly OffsetCommit[]; readonly group: GroupMetadata }, void>;
  readonly commit: Call<null, void>;
  readonly abort: Call<null, void>;
  readonly closeProducer: Call<null, void>;
}

/** Everything that the server understands. */
export interface ServerCalls extends ClientCalls, ConsumerCalls, ProducerCalls {}

/** What every callback of a member says. */
export interface RebalanceStep {
  readonly partitions: readonly TopicPartition[];
  /** What the member owns from here on; null where that does not change yet. */
  readonly owned: readonly TopicPartition[] | null;
  readonly membership: MemberIdentity;
  /** An assignment that the protocol has not been told of. */
  readonly assignment: WireAssignment | null;
}

/** What a group consumer understands at the client. The answers of the listener's steps are the member's user data. */
export interface CallbackCalls {
  readonly started: Call<RebalanceStep, WireBytes>;
  readonly completed: Call<RebalanceStep, WireBytes>;
  readonly revoked: Call<RebalanceStep, WireBytes>;
  readonly lost: Call<RebalanceStep, WireBytes>;
  readonly assigned: Call<RebalanceStep, WireBytes>;
  readonly computeAssignment: Call<readonly WireMember[], readonly (readonly [string, WireAssignment])[]>;
}

/** An implementation of calls. */
export type CallHandlers<C extends { readonly [M in keyof C]: Call<unknown, unknown> }> = {
  readonly [M in keyof C]: (params: C[M]['params'], call: IncomingCall) => C[M]['result'] | Promise<C[M]['result']>;
};

/**
 * Makes the call.
 *
 * @throws StreamsError POLICY_VIOLATION when there is no such method; what the method throws
 */
export const dispatch = <C extends { readonly [M in keyof C]: Call<unknown, unknown> }>(
  handlers: CallHandlers<C>,
  call: IncomingCall,
): unknown => {
  if (!Object.hasOwn(handlers, call.method)) {
    throw new StreamsError('POLICY_VIOLATION', `a remote object does not understand ${call.method}`);
  }
  const handler = handlers[call.method as keyof C] as (params: unknown, call: IncomingCall) => unknown;
  return handler(call.params, call);
};

export const encodeBytes = (bytes: Uint8Array): WireBytes => Buffer.from(bytes).toString('base64');

export const decodeBytes = (bytes: WireBytes): Buffer => Buffer.from(bytes, 'base64');
