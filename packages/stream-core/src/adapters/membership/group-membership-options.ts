import type { GroupConsumerOptions } from '../../broker/group-consumer.ts';
import type { Clock } from '../../common/clock.ts';
import type { GroupCoordinator } from './group-coordinator.ts';
import type { OwnedPartitions } from './owned-partitions.ts';
import type { TopicCounts } from './topic-counts.ts';

export interface GroupMembershipOptions {
  readonly coordinator: GroupCoordinator;
  readonly topicCounts: TopicCounts;
  readonly clock: Clock;
  readonly consumer: GroupConsumerOptions;
  readonly owned: OwnedPartitions;
  /** Makes a waiting poll look around. */
  readonly interrupt: () => void;
}
