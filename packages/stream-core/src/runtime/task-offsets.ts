import type { OffsetCommit } from '../broker/group-consumer.ts';
import { assert } from '../common/assert.ts';
import type { Position } from '../common/position.ts';
import type { TaskId } from '../common/task-id.ts';
import { formatTaskId } from '../common/task-id.ts';
import { topicPartitionKey } from '../common/topic-partition.ts';
import { StreamsError } from '../errors/streams-error.ts';
import type { TopicSelection } from '../topology/topic-pattern.ts';
import { readsTopic } from '../topology/topic-pattern.ts';
import { decodeOffsetMetadata, encodeOffsetMetadata } from './offset-metadata.ts';
import type { OperatorTimes } from './operator-times.ts';
import type { PartitionGroup } from './partition-group.ts';

// The broker takes 4,096 bytes of metadata with an offset; what others may add must fit too.
const metadataMaxBytes = 3_072;

/** What a task has committed of its input: offsets, and with them the times that must survive a restart. */
export class TaskOffsets {
  readonly #times: OperatorTimes;
  readonly #committed = new Map<string, OffsetCommit>();

  constructor(times: OperatorTimes) {
    this.#times = times;
  }

  /**
   * Takes in partitions, each with where it begins and what was committed with that, and restores the times of the
   * operators.
   *
   * @returns the partition times, epoch ms, in the same order; -1 where none is known
   */
  add(begins: readonly OffsetCommit[]): readonly number[] {
    this.settle(begins);
    return begins.map(({ metadata }) => {
      const { times, partitionTime } = decodeOffsetMetadata(metadata);
      this.#times.restore(times);
      return partitionTime;
    });
  }

  /** Where every partition has come to, with the times as they are now. */
  current({ queues }: PartitionGroup): readonly OffsetCommit[] {
    const times = this.#times.snapshot();
    return queues.map(({ topicPartition, nextOffset, partitionTime, leaderEpoch }) => {
      const committed = this.#committed.get(topicPartitionKey(topicPartition));
      assert(committed !== undefined, 'a partition that is read has begun somewhere');
      const metadata = encodeOffsetMetadata({ partitionTime, times });
      if (nextOffset === null) return { ...committed, metadata };
      return { topicPartition, offset: nextOffset, leaderEpoch, metadata };
    });
  }

  /**
   * How far the topics of these sources were read: the offset before the next one, of each that was read at all.
   *
   * @param group given where it counts what was processed, rather than what is committed
   */
  position(sources: readonly TopicSelection[], group: PartitionGroup | null): Position {
    const position: Record<string, Record<number, number>> = {};
    for (const committed of this.#committed.values()) {
      const { topic, partition } = committed.topicPartition;
      const next = group?.queueOf(committed.topicPartition)?.nextOffset ?? committed.offset;
      const isRead = sources.some((source) => readsTopic(source, topic));
      if (next > 0 && isRead) position[topic] = { ...position[topic], [partition]: next - 1 };
    }
    return position;
  }

  /** Whether any of this differs from what is committed. */
  haveMoved(offsets: readonly OffsetCommit[]): boolean {
    return offsets.some(({ topicPartition, offset, metadata }) => {
      const committed = this.#committed.get(topicPartitionKey(topicPartition));
      return offset !== committed?.offset || metadata !== committed.metadata;
    });
  }

  /** The broker has these offsets. */
  settle(offsets: readonly OffsetCommit[]): void {
    for (const offset of offsets) this.#committed.set(topicPartitionKey(offset.topicPartition), offset);
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
