import { topicPartitionKey } from '../../../common/topic-partition.ts';
import type { SimulatedCluster } from '../simulated-cluster.ts';
import type { Checker } from './finished-run.ts';
import { firstFew } from './finished-run.ts';

/** Every record that is committed was processed, by one owner alone. */
const skipped = (cluster: SimulatedCluster): string[] => {
  const { archive, plan, processing } = cluster;
  const processed = new Set(
    [...processing.tasks.values()].flatMap(({ records }) =>
      records.map((record) => `${topicPartitionKey(record)} ${record.offset}`),
    ),
  );
  const sources = plan.subtopologies.flatMap(({ sourceTopics }) => sourceTopics);
  return sources
    .flatMap((topic) => archive.records(topic))
    .filter((record) => record.offset < processing.committedOffset(record))
    .map((record) => `${topicPartitionKey(record)} ${record.offset}`)
    .filter((record) => !processed.has(record))
    .map((record) => `${record} was committed, and never processed by whoever did`);
};

/** Whoever commits has done the work since the last commit, and nobody whose work has gone to others commits any more. */
export const checkTasks: Checker = ({ cluster }) => {
  if (cluster.guarantee !== 'exactly_once_v2') return [];
  const problems = [...cluster.processing.tasks].flatMap(([name, task]) =>
    task.problems.map((problem) => `task ${name}: ${problem}`),
  );
  return firstFew([...problems, ...skipped(cluster)]).map((problem) => `owners: ${problem}`);
};
