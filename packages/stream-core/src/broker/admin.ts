import type { TopicPartition } from '../common/topic-partition.ts';
import type { IsolationLevel } from './fetcher.ts';

/** A topic to create. `configs` are Kafka's own topic settings, such as `cleanup.policy`. */
export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  /** -1: the broker's default. */
  readonly replicationFactor: number;
  readonly configs: Readonly<Record<string, string>>;
}

/** What the broker says about a topic. */
export interface TopicDescription {
  readonly name: string;
  readonly partitions: number;
}

/** `earliest` and `latest` are the ends of the log; a number is the first offset with that timestamp or a later one. */
export type OffsetSpec = 'earliest' | 'latest' | { readonly timestamp: number };

/** What the runtime asks of the cluster itself. */
export interface Admin {
  /** Creates topics. One that exists already makes it reject with TOPIC_EXISTS after the others were created. */
  createTopics(topics: readonly NewTopic[]): Promise<void>;
  deleteTopics(names: readonly string[]): Promise<void>;
  /** The topics of these names that exist. */
  describeTopics(names: readonly string[]): Promise<ReadonlyMap<string, TopicDescription>>;
  listTopics(): Promise<readonly string[]>;
  /** The settings of a topic, defaults included. @throws StreamsError UNKNOWN_TOPIC_OR_PARTITION */
  topicConfigs(name: string): Promise<Readonly<Record<string, string>>>;
  /**
   * Offsets in the order asked for. `latest` is the log end, or the last stable offset when `isolationLevel` is
   * read_committed. A timestamp behind the last record gives the log end.
   */
  listOffsets(
    requests: readonly { readonly partition: TopicPartition; readonly spec: OffsetSpec }[],
    isolationLevel: IsolationLevel,
  ): Promise<readonly number[]>;
  /** Deletes the records below each offset. */
  deleteRecords(
    requests: readonly { readonly partition: TopicPartition; readonly beforeOffset: number }[],
  ): Promise<void>;
  /** The committed offsets of a group, by `topic-partition`; only stable ones. */
  groupOffsets(groupId: string): Promise<ReadonlyMap<string, number>>;
}
