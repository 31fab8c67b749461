import type { MemoryBroker } from '../../src/adapters/memory/memory-broker.ts';
import { formatTaskId } from '../../src/common/task-id.ts';
import type { StateBackend } from '../../src/state/state-engine.ts';
import { TaskState } from '../../src/state/task-state.ts';
import type { RestoredChangelog } from './crash-settings.ts';

/** What the databases of a killed child say of a changelog, read by somebody else: by topic and partition, the offset. */
export const storedOffsets = (
  state: StateBackend,
  applicationId: string,
  topics: readonly string[],
): ReadonlyMap<string, number> => {
  const offsets = new Map<string, number>();
  const directory = state.acquire(applicationId);
  try {
    for (const taskId of directory.taskIds()) {
      const engine = directory.open(taskId, { memoryBytes: 1_048_576 });
      const task = TaskState.open(engine, { applicationId, taskId: formatTaskId(taskId), writeBehind: null });
      for (const topic of topics) {
        const offset = task.changelogOffset(topic);
        if (offset !== null) offsets.set(`${topic}-${taskId.partition}`, offset);
      }
      task.close();
    }
  } finally {
    directory.close();
  }
  return offsets;
};

/** The bytes of the committed records of a changelog between two offsets. */
export const changelogBytes = (broker: MemoryBroker, changelog: RestoredChangelog): number => {
  const { topic, partition, startOffset, endOffset } = changelog;
  let bytes = 0;
  for (const record of broker.records(topic)) {
    if (record.partition !== partition || record.offset < startOffset || record.offset >= endOffset) continue;
    bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
  }
  return bytes;
};
