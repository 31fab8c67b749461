import type { TopicPartition } from '../../common/topic-partition.ts';
import type { Api } from './protocol/api.ts';

/** Who leads a partition. */
export interface PartitionLeader {
  readonly nodeId: number;
  /** -1 when the broker did not say. */
  readonly leaderEpoch: number;
}

/** What coordinates: the members and offsets of a group, or the transactions of a producer. */
export type CoordinatorKind = 'group' | 'transaction';

export interface CallOptions {
  /** See RequestOptions.lane. */
  readonly lane: string;
  /** @default the request timeout of the client */
  readonly timeoutMs?: number;
  /** The newest version to speak. @default the newest that both sides have */
  readonly maxVersion?: number;
}

/** An answer, and the version that it came in. */
export interface Answer<Response> {
  readonly response: Response;
  readonly version: number;
}

/**
 * What a client knows of the cluster: topics, leaders, coordinators. It caches; whoever is told by an answer that the
 * knowledge is stale says so (`forget...`), and asks again. Each lookup retries with backoff while no broker answers, up
 * to the retry time of the client; then it rejects with BROKER_UNAVAILABLE.
 */
export interface Cluster {
  /** How many partitions a topic has; null when it does not exist. */
  partitionCount(topic: string): Promise<number | null>;
  /** The id of a topic, as fetch requests name it since version 13. @throws StreamsError UNKNOWN_TOPIC_OR_PARTITION */
  topicId(topic: string): Promise<string>;
  /** The name of a topic that was looked up before; null when it is unknown. */
  topicName(topicId: string): string | null;
  /**
   * The leader of a partition; null while there is none, as during an election.
   *
   * @throws StreamsError UNKNOWN_TOPIC_OR_PARTITION
   */
  leader(partition: TopicPartition): Promise<PartitionLeader | null>;
  /** What is cached of the leader, without asking anybody. */
  knownLeader(partition: TopicPartition): PartitionLeader | null;
  /** Takes over a newer leader that an answer named (KIP-951); an older epoch is ignored. */
  learnLeader(partition: TopicPartition, leader: PartitionLeader): void;
  /** The leader that was used is not the leader any more. The next `leader` asks again. */
  forgetLeader(partition: TopicPartition): void;
  /** The node that coordinates a group or a transactional id. */
  coordinator(kind: CoordinatorKind, key: string): Promise<number>;
  forgetCoordinator(kind: CoordinatorKind, key: string): void;
  /** The controller, for requests that only it answers. */
  controller(): Promise<number>;
  /** Sends one request in the newest version that both sides speak. One attempt: who retries is up to the caller. */
  call<Request, Response>(
    node: number,
    api: Api<Request, Response>,
    request: Request | ((version: number) => Request),
    options: CallOptions,
  ): Promise<Answer<Response>>;
  /** A feature that the cluster finalised; 0 when it has none of that name. */
  feature(name: string): Promise<number>;
}
