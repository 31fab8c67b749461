import type { PartitionLeader } from '../../../src/adapters/kafka/cluster.ts';
import type { fetchApi } from '../../../src/adapters/kafka/protocol/fetch-api.ts';
import type { PartitionLog } from '../../../src/adapters/memory/log/partition-log.ts';
import type { TopicPartition } from '../../../src/common/topic-partition.ts';

export type WrittenResponse = Parameters<typeof fetchApi.receivedResponse>[0];
export type WrittenPartition = WrittenResponse['responses'][number]['partitions'][number];
export type FetchedPartitionAnswer = Partial<WrittenPartition>;

/** A partition, and what its leader does about it. */
export interface Hosted {
  readonly topicPartition: TopicPartition;
  log: PartitionLog;
  leader: PartitionLeader;
  /** What the broker answers instead, as often as it says. */
  answers: FetchedPartitionAnswer[];
  /** Changes the records on their way. */
  damage: ((records: Buffer) => Buffer) | null;
}
