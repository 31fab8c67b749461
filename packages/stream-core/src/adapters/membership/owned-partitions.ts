import type { TopicPartition } from '../../common/topic-partition.ts';

/** What a member reads, which is what it owns. */
export interface OwnedPartitions {
  readonly partitions: readonly TopicPartition[];
  has(partition: TopicPartition): boolean;
  /** Replaces the set; what stays keeps its position and its pause. */
  assign(partitions: readonly TopicPartition[]): void;
  remove(partitions: readonly TopicPartition[]): void;
}
