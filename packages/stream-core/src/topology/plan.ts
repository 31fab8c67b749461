import type { Problem } from '../errors/streams-error.ts';
import { TopologyError } from '../errors/streams-error.ts';
import type { TopicSerde } from '../processor/operator.ts';
import type { Serde } from '../serdes/serde.ts';
import type { SerdeDefaults, SerdeSlot } from '../serdes/serde-slot.ts';
import type { StoreBuilder } from '../state/state-store.ts';
import type { ProcessorNode, SinkNode, SourceNode, TopologyNode } from './nodes.ts';
import { selectionText } from './topic-pattern.ts';
import type { Topology } from './topology.ts';
import type { TopologyGraph } from './topology-graph.ts';

/** A source with its serdes, and the real names of its topics. */
export interface PlannedSource extends Omit<SourceNode, 'key' | 'value'> {
  readonly key: Serde<unknown>;
  readonly value: Serde<unknown>;
}

/** A sink with its serdes, and the real name of its topic. */
export interface PlannedSink extends Omit<SinkNode, 'key' | 'value'> {
  readonly key: Serde<unknown>;
  readonly value: Serde<unknown>;
}

/** A processor with the serdes that its operator uses itself. */
export interface PlannedProcessor extends Omit<ProcessorNode, 'serdes'> {
  readonly serdes: ReadonlyMap<string, TopicSerde<unknown>>;
}

export type PlannedNode = PlannedSource | PlannedProcessor | PlannedSink;

/** A store of a sub-topology. */
export interface PlannedStore {
  readonly builder: StoreBuilder;
  readonly serdes: readonly Serde<unknown>[];
  /** The topic that serdes are told, and that writes go to when the store is logged. */
  readonly changelogTopic: string;
  /** Whether that topic is a source topic, from which the store is restored, and which nobody writes to here. */
  readonly isSourceChangelog: boolean;
}

/** A part of a topology that runs on its own: one task for each partition number of its topics. */
export interface SubtopologyPlan {
  readonly id: number;
  /** In the order in which they were added. */
  readonly nodes: readonly PlannedNode[];
  /** In the order in which the nodes use them: the order of flushes. */
  readonly stores: readonly PlannedStore[];
  readonly sourceTopics: readonly string[];
  /** Topics of sinks that name one. */
  readonly sinkTopics: readonly string[];
}

/** A repartition topic under its real name. */
interface PlannedRepartitionTopic {
  readonly name: string;
  /** Null: as many as what is upstream of it, or joined with it. */
  readonly partitions: number | null;
}

/** What the runtime reads of a topology. */
export interface TopologyPlan {
  readonly applicationId: string;
  /** What tasks are made of. Their ids have gaps where there are global stores. */
  readonly subtopologies: readonly SubtopologyPlan[];
  /** What keeps global stores up to date: each a source, a processor and a store. */
  readonly globalStores: readonly SubtopologyPlan[];
  readonly repartitionTopics: ReadonlyMap<string, PlannedRepartitionTopic>;
  /** Topics that must have the same number of partitions. */
  readonly copartitionGroups: readonly ReadonlySet<string>[];
  /** The names of the sources behind those groups, as they are before groups that share a topic become one. */
  readonly copartitionSources: readonly ReadonlySet<string>[];
}

export interface PlanOptions {
  readonly applicationId: string;
  readonly defaults: SerdeDefaults;
}

/** Collects what is missing, so that it can be said all at once. */
class Planner {
  readonly problems: Problem[] = [];
  readonly #graph: TopologyGraph;
  readonly #options: PlanOptions;

  constructor(graph: TopologyGraph, options: PlanOptions) {
    this.#graph = graph;
    this.#options = options;
  }

  topicName(topic: string): string {
    return this.#graph.repartitionTopics.has(topic) ? `${this.#options.applicationId}-${topic}` : topic;
  }

  subtopology(group: readonly TopologyNode[], id: number): SubtopologyPlan {
    const nodes = group.map((node) => this.#node(node));
    const stores = new Set(group.flatMap((node) => (node.kind === 'processor' ? node.stores : [])));
    return {
      id,
      nodes,
      stores: [...stores].map((name) => this.#store(name)),
      sourceTopics: nodes.flatMap((node) => (node.kind === 'source' ? node.topics : [])),
      sinkTopics: nodes.flatMap((node) => (node.kind === 'sink' && typeof node.topic === 'string' ? [node.topic] : [])),
    };
  }

  #node(node: TopologyNode): PlannedNode {
    if (node.kind === 'processor') return this.#processor(node);
    const serdes = { key: this.#serde(node.key, node, 'key'), value: this.#serde(node.value, node, 'value') };
    if (node.kind === 'source')
      return { ...node, ...serdes, topics: node.topics.map((topic) => this.topicName(topic)) };
    return { ...node, ...serdes, topic: typeof node.topic === 'string' ? this.topicName(node.topic) : node.topic };
  }

  #processor(node: ProcessorNode): PlannedProcessor {
    const serdes = new Map<string, TopicSerde<unknown>>();
    for (const [part, { slot, topic }] of Object.entries(node.serdes ?? {})) {
      const serde = slot(this.#options.defaults);
      if (serde === null) this.#missing(`processor ${node.name}`, part);
      else serdes.set(part, { serde, topic: `${this.#options.applicationId}-${topic}` });
    }
    return { ...node, serdes };
  }

  #store(name: string): PlannedStore {
    const added = (this.#graph.stores.get(name)?.builder ?? this.#graph.globalStores.get(name)) as StoreBuilder;
    const sourceTopic = this.#graph.sourceChangelogs.get(name);
    const builder = sourceTopic === undefined ? added : { ...added, loggingEnabled: false };
    const serdes: Serde<unknown>[] = [];
    for (const [part, serde] of Object.entries(builder.serdes(this.#options.defaults))) {
      if (serde === null) this.#missing(`store ${name}`, part);
      else serdes.push(serde);
    }
    const changelogTopic = sourceTopic ?? `${this.#options.applicationId}-${name}-changelog`;
    return { builder, serdes, changelogTopic, isSourceChangelog: sourceTopic !== undefined };
  }

  #serde(slot: SerdeSlot<unknown>, node: SourceNode | SinkNode, part: 'key' | 'value'): Serde<unknown> {
    const serde = slot(this.#options.defaults);
    if (serde !== null) return serde;
    const topics = node.kind === 'source' ? selectionText(node) : String(node.topic);
    this.#missing(`${node.kind} ${node.name} (${topics})`, part);
    return noSerde;
  }

  #missing(where: string, part: string): void {
    const kind = part.includes('value') ? 'value' : 'key';
    const remedy = `give one in the options, or a default ${kind} serde in the configuration`;
    this.problems.push({ where, problem: `it has no ${part} serde`, remedy });
  }
}

/** Stands in a plan that is never returned. */
const noSerde: Serde<unknown> = {
  serialize: () => Buffer.alloc(0),
  deserialize: () => null,
};

/**
 * Turns a topology into what the runtime reads: sub-topologies, serdes, real topic names.
 *
 * @throws TopologyError with every serde that is missing
 */
export const createPlan = (topology: Topology, options: PlanOptions): TopologyPlan => {
  const { graph } = topology;
  const planner = new Planner(graph, options);
  const groups = graph.nodeGroups().map((group, id) => ({ group, plan: planner.subtopology(group, id) }));
  const plansOf = (isGlobal: boolean): SubtopologyPlan[] =>
    groups.filter(({ group }) => graph.isGlobal(group) === isGlobal).map(({ plan }) => plan);
  const problems = [...planner.problems];
  if (graph.nodes.size === 0) {
    problems.push({ where: 'topology', problem: 'it has no node', remedy: 'add a source' });
  }
  if (problems.length > 0) throw new TopologyError(problems);
  const repartitionTopics = [...graph.repartitionTopics.values()].map(({ name, partitions }) => {
    const real = planner.topicName(name);
    return [real, { name: real, partitions }] as const;
  });
  return {
    applicationId: options.applicationId,
    subtopologies: plansOf(false),
    globalStores: plansOf(true),
    repartitionTopics: new Map(repartitionTopics),
    copartitionSources: graph.copartitionedSources,
    copartitionGroups: mergeGroups(graph.copartitionGroups()).map(
      (group) => new Set([...group].map((topic) => planner.topicName(topic))),
    ),
  };
};

/** The topics that stores are logged to, without those that are source topics as well. */
export const changelogTopicsOf = ({ subtopologies }: Pick<TopologyPlan, 'subtopologies'>): ReadonlySet<string> =>
  new Set(
    subtopologies
      .flatMap(({ stores }) => stores)
      .filter(({ isSourceChangelog }) => !isSourceChangelog)
      .map(({ changelogTopic }) => changelogTopic),
  );

/** Lets the serdes of everything that is written fetch what they need; a promise only when there is work. */
export const prepareWrites = (subtopology: SubtopologyPlan): Promise<unknown> | undefined => {
  const pending: Promise<void>[] = [];
  const prepare = (serde: Serde<unknown>, topic: string): void => {
    const work = serde.prepareWrite?.(topic);
    if (work !== undefined) pending.push(work);
  };
  for (const node of subtopology.nodes) {
    if (node.kind === 'processor') {
      for (const { serde, topic } of node.serdes.values()) prepare(serde, topic);
    }
    if (node.kind !== 'sink' || typeof node.topic !== 'string') continue;
    prepare(node.key, node.topic);
    prepare(node.value, node.topic);
  }
  for (const { serdes, changelogTopic } of subtopology.stores) {
    for (const serde of serdes) prepare(serde, changelogTopic);
  }
  return pending.length === 0 ? undefined : Promise.all(pending);
};

/** All nodes of a plan as one sub-topology: the layout of the test driver. */
export const mergeSubtopologies = (plan: TopologyPlan): SubtopologyPlan => ({
  id: 0,
  nodes: plan.subtopologies.flatMap(({ nodes }) => nodes),
  stores: plan.subtopologies.flatMap(({ stores }) => stores),
  sourceTopics: plan.subtopologies.flatMap(({ sourceTopics }) => sourceTopics),
  sinkTopics: plan.subtopologies.flatMap(({ sinkTopics }) => sinkTopics),
});

/** Groups that share a topic are one. */
export const mergeGroups = (groups: readonly (readonly string[])[]): Set<string>[] => {
  const merged: Set<string>[] = [];
  for (const group of groups) {
    const topics = new Set(group);
    for (let index = merged.length - 1; index >= 0; index--) {
      const other = merged[index] as Set<string>;
      if (topics.isDisjointFrom(other)) continue;
      for (const topic of other) topics.add(topic);
      merged.splice(index, 1);
    }
    if (topics.size > 0) merged.push(topics);
  }
  return merged;
};
