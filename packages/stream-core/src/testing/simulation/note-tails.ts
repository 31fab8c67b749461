import { formatTaskId } from '../../common/task-id.ts';
import { topicPartitionKey } from '../../common/topic-partition.ts';
import { TaskState } from '../../state/task-state.ts';
import { planOf } from './checkers/finished-run.ts';
import type { MemoryDisk } from './memory-disk.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

/** Counts what an instance will meet when it restores: changelogs that end in no value, or begin behind its databases. */
export const noteTails = (cluster: SimulatedCluster, disk: MemoryDisk): void => {
  const { broker, trace, config } = cluster;
  const stores = planOf(cluster).subtopologies.flatMap((each) => each.stores);
  const topics = new Set(stores.map(({ changelogTopic }) => changelogTopic));
  for (const log of broker.cluster.topics.logs()) {
    if (!topics.has(log.topicPartition.topic)) continue;
    const last = log.read(log.logStartOffset, 'read_uncommitted', Number.POSITIVE_INFINITY).batches.at(-1);
    if (last === undefined) continue;
    if (last.isControl) trace.count('seen tail of markers');
    let isTombstone = false;
    const cursor = last.isControl ? null : last.cursor();
    while (cursor?.next() === true) isTombstone = cursor.valueLength < 0;
    if (isTombstone) trace.count('seen tail of tombstones');
  }
  for (const { taskId, engine } of disk.databases.values()) {
    const { applicationId } = config;
    const state = TaskState.open(engine, { applicationId, taskId: formatTaskId(taskId), writeBehind: null });
    for (const topic of topics) {
      const log = broker.cluster.topics.find(topic)?.partitions[taskId.partition];
      const offset = state.changelogOffset(topic);
      if (log === undefined || offset === null || offset >= log.logStartOffset) continue;
      trace.count('seen database before its changelog');
      trace.add('world', `${topicPartitionKey(log.topicPartition)} begins behind a database`);
    }
  }
};
