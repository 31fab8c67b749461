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

/** Partitions that nobody has come to the end of, although nothing goes wrong any more. */
export const notDrained = (cluster: SimulatedCluster): string[] =>
  firstFew(lagging(cluster)).map((problem) => `drain: ${problem}`);
