/** A task: one sub-topology on one partition number. Printed as `subtopology_partition`, as Kafka Streams prints it. */
export interface TaskId {
  readonly subtopology: number;
  readonly partition: number;
}

/** The text form of a task id, for example `0_3`. It is part of directory names and cache names. */
export const formatTaskId = (taskId: TaskId): string => `${taskId.subtopology}_${taskId.partition}`;

/** Reads `0_3` back; `null` when the text is no task id. */
export const parseTaskId = (text: string): TaskId | null => {
  const match = /^(\d+)_(\d+)$/.exec(text);
  if (match === null) return null;
  return { subtopology: Number(match[1]), partition: Number(match[2]) };
};

/** Orders by sub-topology, then by partition. */
export const compareTaskIds = (left: TaskId, right: TaskId): number =>
  left.subtopology - right.subtopology || left.partition - right.partition;
