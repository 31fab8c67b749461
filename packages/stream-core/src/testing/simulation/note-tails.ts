import type { PartitionLog } from '../../adapters/memory/log/partition-log.ts';
import type { MemoryCluster } from '../../adapters/memory/memory-cluster.ts';
import { formatTaskId } from '../../common/task-id.ts';
import { TaskState } from '../../state/task-state.ts';
import type { TopologyPlan } from '../../topology/plan.ts';
import type { MemoryDisk } from './memory-disk.ts';
import type { SimulationTrace } from './simulation-trace.ts';

interface TailsOptions {
  readonly cluster: MemoryCluster;
  readonly plan: TopologyPlan;
  readonly trace: SimulationTrace;
}

const noteTail = (log: PartitionLog, trace: SimulationTrace): void => {
  const last = log.read(log.logStartOffset, 'read_uncommitted', Number.POSITIVE_INFINITY).batches.at(-1);
  if (last?.isControl === true) trace.count('seen tail of markers');
  let isTombstone = false;
  const cursor = last === undefined || last.isControl ? null : last.cursor();
  while (cursor?.next() === true) isTombstone = cursor.valueLength < 0;
  if (isTombstone) trace.count('seen tail of tombstones');
};

const isBehind = (log: PartitionLog | undefined, offset: number | null): boolean =>
  log !== undefined && offset !== null && offset < log.logStartOffset;

/** Counts what an instance will meet when it restores: changelogs that end in no value, or begin behind its databases. */
export const noteTails = (disk: MemoryDisk, { cluster, plan, trace }: TailsOptions): void => {
  const { applicationId } = plan;
  const stores = plan.subtopologies.flatMap((each) => each.stores);
  const topics = new Set(stores.map(({ changelogTopic }) => changelogTopic));
  for (const log of cluster.topics.logs()) if (topics.has(log.topicPartition.topic)) noteTail(log, trace);
  for (const { taskId, engine } of disk.databases.values()) {
    const state = TaskState.open(engine, { applicationId, taskId: formatTaskId(taskId), writeBehind: null });
    for (const topic of topics) {
      const log = cluster.topics.find(topic)?.partitions[taskId.partition];
      if (!isBehind(log, state.changelogOffset(topic))) continue;
      trace.count('seen database before its changelog');
      trace.add('world', `${topic}-${taskId.partition} begins behind a database`);
    }
  }
};
