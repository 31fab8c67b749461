import { StreamsError } from '../errors/streams-error.ts';
import type { TopologyPlan } from '../topology/plan.ts';

/** How many partitions every topic of a topology has, or is to have. */
export type PartitionCounts = ReadonlyMap<string, number>;

const maxOf = (counts: readonly number[]): number | null => (counts.length === 0 ? null : Math.max(...counts));

/**
 * Decides how many partitions repartition topics have: what the topology says, else as many as the most of what flows
 * into them; and the same number as the topics that they are joined with.
 *
 * @param external the partitions of the source topics that are not the application's own
 * @throws StreamsError COPARTITION_MISMATCH, TOPOLOGY_INVALID
 * @see `org.apache.kafka.streams.processor.internals.RepartitionTopics`, `CopartitionedTopicsEnforcer`
 */
export const decidePartitionCounts = (plan: TopologyPlan, external: PartitionCounts): PartitionCounts => {
  const counts = new Map(external);
  for (const { name, partitions } of plan.repartitionTopics.values())
    if (partitions !== null) counts.set(name, partitions);
  // Only where topics feed each other, as those of a foreign-key join do, what is known has to be enough.
  let isChanged = true;
  while (isChanged) isChanged = decideFromUpstream(plan, counts, 'all') || decideFromUpstream(plan, counts, 'any');
  const mismatches = plan.copartitionGroups.flatMap((group) => enforceCopartition(plan, group, counts));
  if (mismatches.length > 0) {
    throw new StreamsError(
      'COPARTITION_MISMATCH',
      `Topics that are joined must have the same number of partitions: ${mismatches.join('; ')}`,
    );
  }
  for (const name of plan.repartitionTopics.keys()) {
    if (!counts.has(name)) {
      throw new StreamsError(
        'TOPOLOGY_INVALID',
        `How many partitions ${name} needs cannot be told; say it in repartition()`,
        {
          context: { topic: name },
        },
      );
    }
  }
  return counts;
};

/** Decides topics of which all, or any, of the topics upstream are decided; in the latter case one alone. */
const decideFromUpstream = (plan: TopologyPlan, counts: Map<string, number>, needed: 'all' | 'any'): boolean => {
  let isChanged = false;
  for (const name of plan.repartitionTopics.keys()) {
    if (counts.has(name)) continue;
    const writers = plan.subtopologies.filter(({ sinkTopics }) => sinkTopics.includes(name));
    const sources = writers.flatMap(({ sourceTopics }) => sourceTopics);
    if (needed === 'all' && sources.some((topic) => !counts.has(topic))) continue;
    const partitions = maxOf(sources.map((topic) => counts.get(topic) ?? 0));
    if (partitions === null || partitions === 0) continue;
    counts.set(name, partitions);
    if (needed === 'any') return true;
    isChanged = true;
  }
  return isChanged;
};

/** Whether the number of partitions of a topic is ours to choose. */
const isFree = (plan: TopologyPlan, topic: string): boolean => plan.repartitionTopics.get(topic)?.partitions === null;

/** What can be done about topics of different sizes. */
const remedyFor = (plan: TopologyPlan, topics: readonly string[]): string =>
  topics.some((topic) => plan.repartitionTopics.has(topic))
    ? 'give repartition() the number of the other topics, or leave it out'
    : 'create them alike, or repartition() one of the streams';

/** Gives the topics of a group the same size where that is ours to choose. @returns what is wrong with the others */
const enforceCopartition = (
  plan: TopologyPlan,
  group: ReadonlySet<string>,
  counts: Map<string, number>,
): readonly string[] => {
  const fixed = [...group].filter((topic) => !isFree(plan, topic));
  const distinct = new Set(fixed.map((topic) => counts.get(topic)));
  if (distinct.size > 1) {
    const listed = fixed.map((topic) => `${topic} (${counts.get(topic)})`).join(', ');
    return [`${listed}: ${remedyFor(plan, fixed)}`];
  }
  const partitions =
    fixed.length > 0 ? counts.get(fixed[0] as string) : maxOf([...group].map((topic) => counts.get(topic) ?? 0));
  if (partitions === undefined || partitions === null) return [];
  for (const topic of group) if (isFree(plan, topic)) counts.set(topic, partitions);
  return [];
};

/** How many tasks a sub-topology has: as many as the largest of its source topics has partitions. */
export const taskCount = (sourceTopics: readonly string[], counts: PartitionCounts): number =>
  maxOf(sourceTopics.map((topic) => counts.get(topic) ?? 0)) ?? 0;
