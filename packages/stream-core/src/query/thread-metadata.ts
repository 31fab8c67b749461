import type { TaskId } from '../common/task-id.ts';
import type { TopicPartition } from '../common/topic-partition.ts';
import type { QueriedTasks } from './store-parts.ts';

/** A task that is on this instance. @see `org.apache.kafka.streams.TaskMetadata` */
export interface TaskMetadata {
  readonly taskId: TaskId;
  /** Whether its stores are not what their changelogs say yet; then it processes nothing. */
  readonly isRestoring: boolean;
  /** The partitions that it reads; none while it restores. */
  readonly topicPartitions: readonly TopicPartition[];
}

/** A thread of an instance. @see `org.apache.kafka.streams.ThreadMetadata` */
export interface ThreadMetadata {
  readonly consumerClientId: string;
  readonly activeTasks: readonly TaskMetadata[];
}

/** What is to be told of the thread that has these tasks. */
export const threadMetadata = (consumerClientId: string, { running, restoring }: QueriedTasks): ThreadMetadata => ({
  consumerClientId,
  activeTasks: [
    ...running.map(({ taskId, queues }) => ({
      taskId,
      isRestoring: false,
      topicPartitions: queues.map(({ topicPartition }) => topicPartition),
    })),
    ...restoring.map(({ taskId }) => ({ taskId, isRestoring: true, topicPartitions: [] })),
  ],
});
