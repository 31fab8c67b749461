import type { Subscription } from '../../broker/group-consumer.ts';
import type { MemberAssignment } from '../../broker/group-protocol.ts';
import type { TopicPartition } from '../../common/topic-partition.ts';
import { topicPartitionKey } from '../../common/topic-partition.ts';
import type { OwnedPartitions } from './owned-partitions.ts';

/** How an assignment differs from what a member owns. */
export interface AssignmentChange {
  readonly revoked: readonly TopicPartition[];
  readonly added: readonly TopicPartition[];
}

export const assignmentChange = (owned: OwnedPartitions, assignment: MemberAssignment): AssignmentChange => {
  const assigned = new Set(assignment.partitions.map(topicPartitionKey));
  return {
    revoked: owned.partitions.filter((partition) => !assigned.has(topicPartitionKey(partition))),
    added: assignment.partitions.filter((partition) => !owned.has(partition)),
  };
};

/** Tells the listener that partitions go, and lets them go. */
export const revoke = async (
  owned: OwnedPartitions,
  partitions: readonly TopicPartition[],
  { listener }: Subscription,
): Promise<void> => {
  if (partitions.length === 0) return;
  try {
    await listener.onPartitionsRevoked(partitions);
  } finally {
    owned.remove(partitions);
  }
};

/** Tells the listener that everything it owned is gone. */
export const lose = async (owned: OwnedPartitions, { listener }: Subscription): Promise<void> => {
  const { partitions } = owned;
  if (partitions.length === 0) return;
  try {
    await listener.onPartitionsLost(partitions);
  } finally {
    owned.remove(partitions);
  }
};

/**
 * Takes over an assignment: protocol, revoked, assigned, completed. Whatever one of them throws, the group has decided, so the
 * others follow all the same; the first error is thrown at the end.
 */
export const adopt = async (
  owned: OwnedPartitions,
  assignment: MemberAssignment,
  subscription: Subscription,
): Promise<void> => {
  const { revoked, added } = assignmentChange(owned, assignment);
  const steps = [
    async () => subscription.protocol.onAssignment(assignment),
    () => revoke(owned, revoked, subscription),
    async () => {
      owned.assign(assignment.partitions);
      await subscription.listener.onPartitionsAssigned(added);
    },
    () => subscription.listener.onRebalanceCompleted(),
  ];
  const errors: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
};
