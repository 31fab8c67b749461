import { formatTaskId } from '../../../common/task-id.ts';
import type { SimulatedCluster } from '../simulated-cluster.ts';
import { firstFew } from './finished-run.ts';

/** Every task is with one instance, and with one alone, once the group has come to rest. */
export const checkOwners = (cluster: SimulatedCluster): string[] => {
  const { topics } = cluster.broker.cluster;
  const owners = Map.groupBy(
    cluster.upInstances.flatMap(({ clientId, streams }) =>
      streams
        .metadataForLocalThreads()
        .flatMap(({ activeTasks }) => activeTasks.map(({ taskId }) => ({ clientId, task: formatTaskId(taskId) }))),
    ),
    ({ task }) => task,
  );
  const tasks = cluster.plan.subtopologies.flatMap(({ id, sourceTopics }) => {
    const partitions = Math.max(...sourceTopics.map((topic) => topics.find(topic)?.partitions.length ?? 0));
    return Array.from({ length: partitions }, (_, partition) => formatTaskId({ subtopology: id, partition }));
  });
  const problems = tasks.flatMap((task) => {
    const own = (owners.get(task) ?? []).map(({ clientId }) => clientId);
    return own.length === 1 ? [] : [`task ${task} is with ${own.length === 0 ? 'nobody' : own.join(' and ')}`];
  });
  return firstFew(problems).map((problem) => `owners: ${problem}`);
};
