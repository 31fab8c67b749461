import { topicPartitionKey } from '../../../common/topic-partition.ts';
import { committedRecords } from '../committed-records.ts';
import type { SimulatedCluster } from '../simulated-cluster.ts';
import { firstFew } from './finished-run.ts';

const lagging = (cluster: SimulatedCluster): string[] => {
  const { topics, offsets } = cluster.broker.cluster;
  const committed = offsets.stableOffsets(cluster.config.applicationId);
  const sources = cluster.plan.subtopologies.flatMap(({ sourceTopics }) => sourceTopics);
  return sources
    .flatMap((topic) => topics.find(topic)?.partitions ?? [])
    .flatMap((log) => {
      const name = topicPartitionKey(log.topicPartition);
      const end = (committedRecords(log).at(-1)?.offset ?? -1) + 1;
      const offset = committed.get(name) ?? 0;
      return offset >= end ? [] : [`${name} stands at ${offset} of ${end}`];
    });
};

/** What is left to do when nothing goes wrong any more: instances that do not run, and input that is not processed. */
export const notDrained = (cluster: SimulatedCluster): string[] => {
  const idle = cluster.upInstances
    .filter(({ streams }) => streams.state !== 'RUNNING')
    .map(({ clientId, streams }) => `${clientId} is ${streams.state}`);
  return firstFew([...idle, ...lagging(cluster)]).map((problem) => `drain: ${problem}`);
};
