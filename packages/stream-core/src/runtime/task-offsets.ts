import type { OffsetAndMetadata, OffsetCommit } from '../broker/group-consumer.ts';
import type { TaskId } from '../common/task-id.ts';
import { formatTaskId } from '../common/task-id.ts';
import type { TopicPartition } from '../common/topic-partition.ts';
import { StreamsError } from '../errors/streams-error.ts';
import { decodeOffsetMetadata, encodeOffsetMetadata } from './offset-metadata.ts';
import type { OperatorTimes } from './operator-times.ts';
import type { PartitionGroup } from './partition-group.ts';

// The broker takes 4,096 bytes of metadata with an offset; what others may add must fit too.
const metadataMaxBytes = 3_072;

/** What a task has committed of its input: offsets, and with them the times that must survive a restart. */
export class TaskOffsets {
  readonly #partitions: readonly TopicPartition[];
  readonly #times: OperatorTimes;
  #committed: readonly (OffsetAndMetadata | null)[] = [];

  constructor(partitions: readonly TopicPartition[], times: OperatorTimes) {
    this.#partitions = partitions;
    this.#times = times;
  }

  /**
   * Begins where the committed offsets say, and restores the times of the operators.
   *
   * @param committed in the order of the partitions; null where nothing was committed
   * @returns the partition times, epoch ms, in the same order; -1 where none is known
   */
  restore(committed: readonly (OffsetAndMetadata | null)[]): readonly number[] {
    this.#committed = committed;
    return committed.map((entry) => {
      const { times, partitionTime } = decodeOffsetMetadata(entry?.metadata ?? '');
      this.#times.restore(times);
      return partitionTime;
    });
  }

  /** What is to be committed now: where something was processed or a time has moved. */
  pending(group: PartitionGroup): readonly OffsetCommit[] {
    const times = this.#times.snapshot();
    const offsets: OffsetCommit[] = [];
    this.#partitions.forEach((topicPartition, index) => {
      const queue = group.queueOf(topicPartition);
      const committed = this.#committed[index] ?? null;
      const offset = queue?.nextOffset ?? committed?.offset ?? null;
      if (queue === null || offset === null) return;
      const metadata = encodeOffsetMetadata({ partitionTime: queue.partitionTime, times });
      if (offset === committed?.offset && metadata === committed.metadata) return;
      offsets.push({ topicPartition, offset, leaderEpoch: queue.leaderEpoch, metadata });
    });
    return offsets;
  }

  /** The broker has what `pending` gave. */
  settle(offsets: readonly OffsetCommit[]): void {
    this.#committed = this.#partitions.map(
      (partition, index) =>
        offsets.find(({ topicPartition }) => topicPartition === partition) ?? this.#committed[index] ?? null,
    );
  }

  /** @throws StreamsError METADATA_TOO_LARGE when the times of the operators would not fit into the metadata of an offset */
  checkMetadataSize(taskId: TaskId): void {
    const size = encodeOffsetMetadata({ partitionTime: 0, times: this.#times.snapshot(0) }).length;
    if (size <= metadataMaxBytes) return;
    throw new StreamsError(
      'METADATA_TOO_LARGE',
      `The operator times of sub-topology ${taskId.subtopology} take ${size} bytes of offset metadata, ` +
        `more than ${metadataMaxBytes}; divide the topology with a repartition()`,
      { context: { taskId: formatTaskId(taskId) } },
    );
  }
}
