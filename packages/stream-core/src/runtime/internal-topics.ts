import type { Admin, NewTopic } from '../broker/admin.ts';
import type { Logger } from '../common/logger.ts';
import { StreamsError } from '../errors/streams-error.ts';
import type { ChangelogCleanup, StoreBuilder } from '../state/state-store.ts';
import { hasPatterns, matchTopics } from '../topology/matched-topics.ts';
import type { TopologyPlan } from '../topology/plan.ts';
import type { PartitionCounts } from './partition-counts.ts';
import { decidePartitionCounts, taskCount } from './partition-counts.ts';

// Kafka Streams adds a day to the times of windowed and versioned changelogs, so that the broker's clock may be ahead.
const changelogExtraMs = 86_400_000;

const repartitionConfig = {
  'cleanup.policy': 'delete',
  'segment.bytes': '52428800',
  'retention.ms': '-1',
  'message.timestamp.type': 'CreateTime',
};

/** The settings by time of a changelog topic. */
const timesOf = (cleanup: ChangelogCleanup): Record<string, string> => {
  if (cleanup.policy !== 'compact') return { 'retention.ms': String(cleanup.retentionMs + changelogExtraMs) };
  if (cleanup.minCompactionLagMs === undefined) return {};
  return { 'min.compaction.lag.ms': String(cleanup.minCompactionLagMs + changelogExtraMs) };
};

const changelogConfig = ({ cleanup, changelogConfig: given }: StoreBuilder): Record<string, string> => ({
  'message.timestamp.type': 'CreateTime',
  'cleanup.policy': cleanup.policy,
  ...timesOf(cleanup),
  ...given,
});

/** What is known once all internal topics are there. */
export interface EnsuredTopics {
  readonly plan: TopologyPlan;
  readonly counts: PartitionCounts;
}

export interface InternalTopicsOptions {
  readonly admin: Admin;
  readonly plan: TopologyPlan;
  readonly replicationFactor: number;
  readonly logger: Logger;
}

/**
 * Creates the repartition and changelog topics of an application, and checks those that exist.
 *
 * @see `org.apache.kafka.streams.processor.internals.InternalTopicManager`
 */
export class InternalTopics {
  readonly #options: InternalTopicsOptions;

  constructor(options: InternalTopicsOptions) {
    this.#options = options;
  }

  /**
   * Makes sure that all internal topics are there, with the right number of partitions.
   *
   * @returns the topology with the topics that its patterns match, and the partitions of all topics that it reads
   * @throws StreamsError SOURCE_TOPIC_MISSING, COPARTITION_MISMATCH, INTERNAL_TOPIC_INVALID
   */
  async ensure(): Promise<EnsuredTopics> {
    const { admin, plan: given } = this.#options;
    const plan = hasPatterns(given) ? matchTopics(given, await admin.listTopics()) : given;
    const counts = decidePartitionCounts(plan, await this.#externalCounts(plan));
    await this.#create([...this.#repartitionTopics(counts), ...this.#changelogTopics(plan, counts)]);
    return { plan, counts };
  }

  async #externalCounts(plan: TopologyPlan): Promise<PartitionCounts> {
    const { admin } = this.#options;
    const topics = plan.subtopologies.flatMap(({ sourceTopics }) => sourceTopics);
    const external = topics.filter((topic) => !plan.repartitionTopics.has(topic));
    const found = await admin.describeTopics(external);
    const missing = external.filter((topic) => !found.has(topic));
    if (missing.length > 0) {
      throw new StreamsError(
        'SOURCE_TOPIC_MISSING',
        `Source topics do not exist: ${missing.join(', ')}; create them before the application starts`,
        { context: { topic: missing[0] as string } },
      );
    }
    return new Map(external.map((topic) => [topic, found.get(topic)?.partitions ?? 0]));
  }

  #repartitionTopics(counts: PartitionCounts): NewTopic[] {
    const { plan, replicationFactor } = this.#options;
    return [...plan.repartitionTopics.keys()].map((name) => ({
      name,
      partitions: counts.get(name) ?? 1,
      replicationFactor,
      configs: repartitionConfig,
    }));
  }

  #changelogTopics(plan: TopologyPlan, counts: PartitionCounts): NewTopic[] {
    const { replicationFactor } = this.#options;
    return plan.subtopologies.flatMap(({ stores, sourceTopics }) =>
      stores
        .filter(({ builder }) => builder.loggingEnabled)
        .map(({ builder, changelogTopic }) => ({
          name: changelogTopic,
          partitions: taskCount(sourceTopics, counts),
          replicationFactor,
          configs: changelogConfig(builder),
        })),
    );
  }

  async #create(wanted: readonly NewTopic[]): Promise<void> {
    const { admin, logger } = this.#options;
    const existing = await admin.describeTopics(wanted.map(({ name }) => name));
    for (const { name, partitions } of wanted) {
      const found = existing.get(name);
      if (found === undefined || found.partitions === partitions) continue;
      throw new StreamsError(
        'INTERNAL_TOPIC_INVALID',
        `${name} has ${found.partitions} partitions but the topology needs ${partitions}; ` +
          'state is divided by partition, so delete it with the application reset, or use another applicationId',
        { context: { topic: name } },
      );
    }
    const missing = wanted.filter(({ name }) => !existing.has(name));
    if (missing.length === 0) return;
    try {
      await admin.createTopics(missing);
    } catch (error) {
      // Another instance may have been faster; then what it made is checked like anything that exists.
      if (!(error instanceof StreamsError) || error.code !== 'TOPIC_EXISTS') throw error;
      await this.#create(wanted);
      return;
    }
    for (const { name, partitions } of missing) logger.info('topic.created', { topic: name, partitions });
  }
}
