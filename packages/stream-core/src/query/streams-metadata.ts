import { asBuffer } from '../common/bytes.ts';
import { noHeaders } from '../common/headers.ts';
import { partitionForKey } from '../common/murmur2.ts';
import type { TaskId } from '../common/task-id.ts';
import type { TopicPartition } from '../common/topic-partition.ts';
import { StreamsError } from '../errors/streams-error.ts';
import type { StreamPartitioner } from '../processor/stream-partitioner.ts';
import type { AssignmentData, InstanceTasks } from '../runtime/assignment/subscription-data.ts';
import type { Serde } from '../serdes/serde.ts';
import type { PlannedSource, SubtopologyPlan, TopologyPlan } from '../topology/plan.ts';
import { readsTopic } from '../topology/topic-pattern.ts';
import { upstreamSources } from '../topology/upstream-sources.ts';

/** An instance of the application that names an `applicationServer`. @see `org.apache.kafka.streams.StreamsMetadata` */
export interface StreamsMetadata {
  /** Its `host:port`. */
  readonly applicationServer: string;
  /** The stores that it has a part of, and the global ones. */
  readonly stateStoreNames: readonly string[];
  /** The partitions that it reads. */
  readonly topicPartitions: readonly TopicPartition[];
}

/** Who has a key. @see KIP-535, `org.apache.kafka.streams.KeyQueryMetadata` */
export interface KeyQueryMetadata {
  /** `host:port` of the instance whose task writes the key; null where that instance names none. */
  readonly activeHost: string | null;
  /** The partition of the key; -1 for a global store, which every instance has all of. */
  readonly partition: number;
}

/** The partition of a key among so many: by its bytes, as Kafka's own partitioner does, or as records were written. */
export type KeyPartitioning<K> = Serde<K> | StreamPartitioner<K, null>;

/**
 * Which instance has what, as the leader of the group told with the last assignment.
 *
 * @see `org.apache.kafka.streams.processor.internals.StreamsMetadataState`
 */
export class StreamsMetadataState {
  readonly #plan: TopologyPlan;
  readonly #own: string | null;
  #instances: readonly InstanceTasks[] = [];
  #counts: ReadonlyMap<string, number> = new Map();

  /** @param own the `applicationServer` of this instance */
  constructor(plan: TopologyPlan, own: string | null) {
    this.#plan = plan;
    this.#own = own;
  }

  update({ instances, partitionCounts }: AssignmentData): void {
    this.#instances = instances;
    this.#counts = partitionCounts;
  }

  /** All instances that name an `applicationServer`. */
  all(): readonly StreamsMetadata[] {
    const global = this.#plan.globalStores.flatMap(storesOf);
    return this.#instances.map(({ applicationServer, tasks }) => {
      const plans = this.#plan.subtopologies.filter(({ id }) => tasks.some(({ subtopology }) => subtopology === id));
      return {
        applicationServer,
        stateStoreNames: [...plans.flatMap(storesOf), ...global],
        topicPartitions: tasks.flatMap((task) => this.#partitionsOf(task)),
      };
    });
  }

  /** Who has a key of a store; null when no assignment has told. @throws StreamsError STORE_NOT_FOUND; RangeError */
  ofKey<K>(store: string, key: K, how: KeyPartitioning<K>): KeyQueryMetadata | null {
    const isGlobal = this.#plan.globalStores.some((plan) => storesOf(plan).includes(store));
    if (isGlobal) {
      return { activeHost: this.#own ?? this.#instances[0]?.applicationServer ?? null, partition: -1 };
    }
    const plan = this.#plan.subtopologies.find((each) => storesOf(each).includes(store));
    if (plan === undefined) {
      throw new StreamsError('STORE_NOT_FOUND', `The topology has no store ${store}`, { context: { store } });
    }
    const [topic, count] = this.#largestTopic(this.#topicsOf(upstreamSources(plan.nodes, store)));
    if (count === 0) return null;
    const partition =
      typeof how === 'function' ? chosen(how, key, { topic, count }) : hashed(how, key, { topic, count });
    const isActive = ({ tasks }: InstanceTasks): boolean =>
      tasks.some((task) => task.subtopology === plan.id && task.partition === partition);
    return { activeHost: this.#instances.find(isActive)?.applicationServer ?? null, partition };
  }

  #partitionsOf({ subtopology, partition }: TaskId): TopicPartition[] {
    const nodes = this.#plan.subtopologies.find(({ id }) => id === subtopology)?.nodes ?? [];
    const topics = this.#topicsOf(nodes.filter((node) => node.kind === 'source'));
    return topics.filter((topic) => partition < (this.#counts.get(topic) ?? 0)).map((topic) => ({ topic, partition }));
  }

  /** What the sources read: by their patterns too, which match no repartition topic. */
  #topicsOf(sources: readonly PlannedSource[]): readonly string[] {
    const foreign = [...this.#counts.keys()].filter((topic) => !this.#plan.repartitionTopics.has(topic));
    return sources.flatMap((source) =>
      source.pattern === null ? source.topics : foreign.filter((topic) => readsTopic(source, topic)),
    );
  }

  #largestTopic(topics: readonly string[]): readonly [topic: string, count: number] {
    let largest: readonly [string, number] = ['', 0];
    for (const topic of topics) {
      const count = this.#counts.get(topic) ?? 0;
      if (count > largest[1]) largest = [topic, count];
    }
    return largest;
  }
}

interface Partitions {
  readonly topic: string;
  readonly count: number;
}

const storesOf = ({ stores }: SubtopologyPlan): string[] => stores.map(({ builder }) => builder.name);

const hashed = <K>(serde: Serde<K>, key: K, { topic, count }: Partitions): number =>
  partitionForKey(asBuffer(serde.serialize(key, topic, noHeaders)), count);

const chosen = <K>(partitioner: StreamPartitioner<K, null>, key: K, { topic, count }: Partitions): number => {
  const found = partitioner(topic, key, null, count);
  const [only, ...others] = typeof found === 'number' ? [found] : (found ?? []);
  if (only !== undefined && others.length === 0) return only;
  throw new RangeError('the partitioner of a key must choose one partition');
};
