import type { AssignedPartition } from './assigned-partition.ts';
import type { FetchSettings } from './fetch-options.ts';
import { partitionError, takeFailure, tryLater } from './partition-trouble.ts';

const isStale = (partition: AssignedPartition, version: number): boolean => partition.version !== version;

/** Finds out who leads a partition, and the id of its topic. Whatever goes wrong is left in the partition. */
export const lookUp = async (partition: AssignedPartition, settings: FetchSettings): Promise<void> => {
  const { cluster } = settings;
  const { topicPartition, version } = partition;
  partition.isBusy = true;
  try {
    const leader = await cluster.leader(topicPartition);
    const topicId = leader === null ? null : await cluster.topicId(topicPartition.topic);
    if (isStale(partition, version)) return;
    if (topicId === null) {
      tryLater(partition, settings);
    } else if (partition.topicId !== null && partition.topicId !== topicId) {
      const problem = 'the topic was deleted and created again, so that the position is not in its log';
      partition.fail(
        partitionError(partition, 'OFFSET_OUT_OF_RANGE', `${problem}; seek to where to begin in the new one`),
      );
    } else {
      partition.topicId = topicId;
    }
  } catch (error) {
    if (!isStale(partition, version)) takeFailure(partition, error, settings);
  } finally {
    if (!isStale(partition, version)) partition.isBusy = false;
  }
};
