import { RecordBatchBuilder } from '../../../broker/record-batch-builder.ts';
import { silentLogger } from '../../../common/logger.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import { resolveProcessingConfig } from '../../../config/resolve-streams-config.ts';
import { MetricsRegistry } from '../../../metrics/metrics.ts';
import { StreamTask } from '../../../runtime/stream-task.ts';
import { TaskDatabases } from '../../../runtime/task-databases.ts';
import { inMemoryState } from '../../../state/in-memory-state.ts';
import { CapturingCollector } from '../../capturing-collector.ts';
import type { ProducedRecord } from '../../produced-record.ts';
import type { ArchivedRecord } from '../log-archive.ts';
import type { CommittedTask } from '../processing-trace.ts';
import type { SimulatedCluster } from '../simulated-cluster.ts';

const begin = { offset: 0, leaderEpoch: -1, metadata: '' };

/** A task as it runs when nothing ever interrupts it. */
const undisturbed = (cluster: SimulatedCluster, taskId: CommittedTask, collector: CapturingCollector): StreamTask => {
  const plan = cluster.plan.subtopologies.find(({ id }) => id === taskId.subtopology);
  if (plan === undefined) throw new Error(`there is no sub-topology ${taskId.subtopology}`);
  const { applicationId } = cluster.config;
  const config = resolveProcessingConfig({ applicationId, ...cluster.given });
  const watching = { now: () => 0, logger: silentLogger, metrics: new MetricsRegistry() };
  const databases = new TaskDatabases({
    ...config,
    ...watching,
    directory: inMemoryState().acquire(applicationId),
    isDurable: false,
  });
  const task = new StreamTask({
    taskId,
    plan,
    config: { ...config, emitIntervalMs: 0 },
    collector,
    databases,
    cache: null,
    ...watching,
  });
  task.open(plan.sourceTopics.map((topic) => ({ topicPartition: { topic, partition: taskId.partition }, ...begin })));
  return task;
};

/** What each task writes when it gets what was committed of its input, in the order in which it was processed. */
export const replayTask = (
  cluster: SimulatedCluster,
  taskId: CommittedTask,
  recordAt: (place: string, offset: number) => ArchivedRecord | undefined,
): readonly ProducedRecord[] => {
  const collector = new CapturingCollector((topic) => cluster.broker.cluster.topics.get(topic).partitions.length);
  const task = undisturbed(cluster, taskId, collector);
  for (const { topic, partition, offset } of taskId.records) {
    const topicPartition = { topic, partition };
    const record = recordAt(topicPartitionKey(topicPartition), offset);
    if (record === undefined) throw new Error(`${topicPartitionKey(topicPartition)} has no record ${offset}`);
    const builder = new RecordBatchBuilder(128);
    builder.append(record.key, record.value, record.timestamp, record.headers);
    const batch = builder.build();
    batch.place(offset, 0);
    const nextPosition = offset + 1;
    task.addRecords({ topicPartition, position: offset, batches: [batch], nextPosition, endOffset: nextPosition });
    while (task.process(0)) task.settle(task.prepareCommit(), new Map());
  }
  task.close();
  return collector.take();
};
