import type { Problem } from '../errors/streams-error.ts';
import { TopologyError } from '../errors/streams-error.ts';
import type { PlannedSource, SubtopologyPlan, TopologyPlan } from './plan.ts';
import { mergeGroups } from './plan.ts';
import { readsTopic } from './topic-pattern.ts';

// Brokers say which topics are theirs; a pattern must not read them even where one does not.
const topicsOfKafka = new Set(['__consumer_offsets', '__transaction_state', '__share_group_state']);

const isSource = (node: SubtopologyPlan['nodes'][number]): node is PlannedSource => node.kind === 'source';

const sourcesOf = ({ nodes }: SubtopologyPlan): readonly PlannedSource[] => nodes.filter(isSource);

/** Whether any source of a plan reads topics by a pattern. */
export const hasPatterns = (plan: TopologyPlan): boolean =>
  plan.subtopologies.some((subtopology) => sourcesOf(subtopology).some(({ pattern }) => pattern !== null));

/** The source of a sub-topology that reads a topic; null when none does. */
export const sourceReading = (subtopology: SubtopologyPlan, topic: string): PlannedSource | null =>
  sourcesOf(subtopology).find((source) => readsTopic(source, topic)) ?? null;

const overlap = (topic: string, sources: readonly PlannedSource[]): Problem => ({
  where: sources.map(({ name }) => name).join(', '),
  problem: `the patterns of these sources all match topic ${topic}`,
  remedy: 'change the patterns, so that each topic is read once',
});

/**
 * A plan in which patterns have become the topics that they match. What the application makes for itself, its
 * repartition topics and changelogs, is matched by none.
 *
 * @param existing the topics that there are
 * @throws TopologyError when a topic matches several patterns
 * @see `InternalTopologyBuilder.SourceNodeFactory.getTopics`
 */
export const matchTopics = (plan: TopologyPlan, existing: readonly string[]): TopologyPlan => {
  if (!hasPatterns(plan)) return plan;
  const matched = new Map<string, string[]>();
  const problems: Problem[] = [];
  const own = new Set(plan.subtopologies.flatMap(({ stores }) => stores.map(({ changelogTopic }) => changelogTopic)));
  const isForeign = (name: string): boolean =>
    !topicsOfKafka.has(name) && !own.has(name) && !plan.repartitionTopics.has(name);
  for (const topic of existing.filter(isForeign).sort()) {
    const readers = plan.subtopologies.flatMap((each) => sourcesOf(each).filter((source) => readsTopic(source, topic)));
    if (readers.length > 1) problems.push(overlap(topic, readers));
    for (const { name, pattern } of readers) {
      if (pattern !== null) matched.set(name, [...(matched.get(name) ?? []), topic]);
    }
  }
  if (problems.length > 0) throw new TopologyError(problems);
  const topicsOf = (source: PlannedSource): readonly string[] => matched.get(source.name) ?? source.topics;
  const subtopologies = plan.subtopologies.map((subtopology) => ({
    ...subtopology,
    sourceTopics: sourcesOf(subtopology).flatMap(topicsOf),
  }));
  const byName = new Map(plan.subtopologies.flatMap(sourcesOf).map((source) => [source.name, topicsOf(source)]));
  const groups = plan.copartitionSources.map((names) => [...names].flatMap((name) => byName.get(name) ?? []));
  return { ...plan, subtopologies, copartitionGroups: mergeGroups(groups) };
};
