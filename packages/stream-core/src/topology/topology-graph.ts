import { TopologyError } from '../errors/streams-error.ts';
import type { OperatorSupplier } from '../processor/operator.ts';
import type { ProcessorWrapper } from '../processor/processor-wrapper.ts';
import { wrapOperator } from '../processor/processor-wrapper.ts';
import type { StoreBuilder } from '../state/state-store.ts';
import { NodeGroups } from './node-groups.ts';
import { validateName } from './node-names.ts';
import type { ProcessorNode, SinkNode, SourceNode, TopologyNode } from './nodes.ts';
import type { TopicSelection } from './topic-pattern.ts';
import { readsTopic } from './topic-pattern.ts';

/** A repartition topic: made by the application, written by one sub-topology and read by another. */
export interface RepartitionTopic {
  /** Without the application id in front. */
  readonly name: string;
  /** Null: as many as the topics that feed it, or that it is joined with. */
  readonly partitions: number | null;
}

/** A store and the processors that use it. */
export interface StoreEntry {
  readonly builder: StoreBuilder;
  readonly users: readonly string[];
}

/** A global or read-only store with what keeps it up to date. */
export interface GlobalStoreParts {
  readonly source: Omit<SourceNode, 'kind'>;
  /** The name of the processor. */
  readonly name: string;
  readonly operator: OperatorSupplier<never, never, never, never>;
  readonly store: StoreBuilder;
}

const refuse = (where: string, problem: string, remedy: string): TopologyError =>
  new TopologyError([{ where, problem, remedy }]);

const twoStores = (name: string): TopologyError =>
  refuse(name, 'another store of this name was added already', 'give the stores different names');

/**
 * The graph behind a topology: nodes in the order in which they were added, stores, internal topics, and which topics
 * must have the same number of partitions. Only ever added to; a wrong addition is a TopologyError at once.
 *
 * @see `org.apache.kafka.streams.processor.internals.InternalTopologyBuilder`
 */
export class TopologyGraph {
  readonly #nodes = new Map<string, TopologyNode>();
  readonly #stores = new Map<string, { builder: StoreBuilder; users: string[] }>();
  readonly #connected = new Map<string, string[]>();
  readonly #globalStores = new Map<string, StoreBuilder>();
  readonly #globalSources = new Set<string>();
  readonly #sourceChangelogs = new Map<string, string>();
  readonly #repartitionTopics = new Map<string, RepartitionTopic>();
  readonly #copartitioned: Set<string>[] = [];
  readonly #sourceTopics = new Map<string, string>();
  readonly #groups = new NodeGroups();
  readonly #wrapper: ProcessorWrapper;

  /** @param wrapper what stands around the processors */
  constructor(wrapper: ProcessorWrapper = {}) {
    this.#wrapper = wrapper;
  }

  addSource(source: Omit<SourceNode, 'kind'>): void {
    this.#claim(source.name);
    if (source.topics.length === 0 && source.pattern === null) {
      throw refuse(source.name, 'a source has no topic', 'name at least one');
    }
    this.#checkPatterns(source);
    const own = new Map<string, string>();
    for (const topic of source.topics) {
      const other = this.#sourceTopics.get(topic) ?? own.get(topic);
      own.set(topic, source.name);
      if (other !== undefined) {
        throw refuse(
          source.name,
          `topic ${topic} is read by ${other} already`,
          'read it once and use the stream twice',
        );
      }
    }
    for (const topic of source.topics) this.#sourceTopics.set(topic, source.name);
    this.#nodes.set(source.name, { kind: 'source', ...source });
    this.#groups.add(source.name);
  }

  /** Adds a processor, with the wrapper around it, and the stores that it brings along. */
  addProcessor(processor: Omit<ProcessorNode, 'kind' | 'stores'>): void {
    const { name, operator } = processor;
    const wrapped = wrapOperator(name, operator, this.#wrapper);
    this.#addProcessor({ ...processor, operator: wrapped.operator });
    for (const store of wrapped.stores) this.addStore(store, [name]);
  }

  /** Adds a store that is fed from a topic alone, and restored from it, with the source and the processor that do it. */
  addReadOnlyStore({ source, name, operator, store }: GlobalStoreParts): void {
    this.addSource(source);
    this.#addProcessor({ name, operator, parents: [source.name] });
    this.addStore(store, [name]);
    this.connectSourceStore(store.name, source.topics[0] as string);
  }

  #addProcessor(processor: Omit<ProcessorNode, 'kind' | 'stores'>): void {
    this.#claim(processor.name);
    this.#checkParents(processor.name, processor.parents);
    const stores: string[] = [];
    this.#connected.set(processor.name, stores);
    this.#nodes.set(processor.name, { kind: 'processor', ...processor, stores });
    this.#groups.add(processor.name);
    this.#groups.unite(processor.name, processor.parents);
  }

  addSink(sink: Omit<SinkNode, 'kind'>): void {
    this.#claim(sink.name);
    this.#checkParents(sink.name, sink.parents);
    this.#nodes.set(sink.name, { kind: 'sink', ...sink });
    this.#groups.add(sink.name);
    this.#groups.unite(sink.name, sink.parents);
  }

  /** Adds a store that every instance holds all of, with the source and the processor that keep it up to date. */
  addGlobalStore({ source, name, operator, store }: GlobalStoreParts): void {
    if (this.#stores.has(store.name) || this.#globalStores.has(store.name)) throw twoStores(store.name);
    validateName(store.name);
    this.addSource(source);
    this.#addProcessor({ name, operator, parents: [source.name] });
    this.#connected.get(name)?.push(store.name);
    this.#globalStores.set(store.name, { ...store, loggingEnabled: false, cachingEnabled: false });
    this.#globalSources.add(source.name);
  }

  /** Adds a store; the same builder again is no error. */
  addStore(builder: StoreBuilder, users: readonly string[] = []): void {
    if (this.#globalStores.has(builder.name)) throw twoStores(builder.name);
    const existing = this.#stores.get(builder.name);
    if (existing === undefined) {
      validateName(builder.name);
      this.#stores.set(builder.name, { builder, users: [] });
    } else if (existing.builder !== builder) {
      throw twoStores(builder.name);
    }
    for (const user of users) this.connectStores(user, [builder.name]);
  }

  /** Lets a processor use stores. Processors that share a store are in one sub-topology. */
  connectStores(processor: string, names: readonly string[]): void {
    if (names.length === 0) throw refuse(processor, 'no store is named', 'name the stores to connect');
    const node = this.#nodes.get(processor);
    if (node === undefined) throw refuse(processor, 'there is no processor of this name', 'add it before its stores');
    const connected = this.#connected.get(processor);
    if (connected === undefined) {
      throw refuse(processor, `a ${node.kind} cannot use a store`, 'connect the store to a processor');
    }
    for (const name of names) {
      const store = this.#stores.get(name);
      if (this.#globalStores.has(name)) {
        throw refuse(processor, `${name} is a global store`, 'read it without connecting it');
      }
      if (store === undefined)
        throw refuse(processor, `there is no store ${name}`, 'add the store before it is connected');
      const [firstUser] = store.users;
      if (firstUser !== undefined) this.#groups.unite(firstUser, [processor]);
      if (!store.users.includes(processor)) store.users.push(processor);
      if (!connected.includes(name)) connected.push(name);
    }
  }

  /** Restores a store from the source topic that it is made of, instead of a changelog of its own. */
  connectSourceStore(store: string, topic: string): void {
    this.#sourceChangelogs.set(store, topic);
  }

  addRepartitionTopic(topic: RepartitionTopic): void {
    validateName(topic.name);
    this.#repartitionTopics.set(topic.name, topic);
  }

  /** The topics of these sources must have the same number of partitions, because records of one key meet. */
  copartition(sources: Iterable<string>): void {
    this.#copartitioned.push(new Set(sources));
  }

  /** A source was replaced by another one that serves the same purpose. */
  replaceCopartitioned(replaced: string, replacement: string): void {
    for (const group of this.#copartitioned) {
      if (group.delete(replaced)) group.add(replacement);
    }
  }

  /** The names of sources whose topics must be partitioned alike, group by group. */
  get copartitionedSources(): readonly ReadonlySet<string>[] {
    return this.#copartitioned;
  }

  get nodes(): ReadonlyMap<string, TopologyNode> {
    return this.#nodes;
  }

  get stores(): ReadonlyMap<string, StoreEntry> {
    return this.#stores;
  }

  /** The stores that every instance holds all of. */
  get globalStores(): ReadonlyMap<string, StoreBuilder> {
    return this.#globalStores;
  }

  /** Whether a group of nodes keeps a global store up to date: no task runs it. */
  isGlobal(group: readonly TopologyNode[]): boolean {
    return group.some(({ name }) => this.#globalSources.has(name));
  }

  /** The source topics that stores are restored from, by store. */
  get sourceChangelogs(): ReadonlyMap<string, string> {
    return this.#sourceChangelogs;
  }

  get repartitionTopics(): ReadonlyMap<string, RepartitionTopic> {
    return this.#repartitionTopics;
  }

  /** Groups of source topics that must be partitioned alike; repartition topics without the application id. */
  copartitionGroups(): readonly (readonly string[])[] {
    return this.#copartitioned.map((sources) => [...sources].flatMap((name) => this.#topicsOf(name)));
  }

  /** Which names belong together, in the order of their first node: the sub-topologies, numbered as Kafka Streams does. */
  nodeGroups(): readonly (readonly TopologyNode[])[] {
    const groups = new Map<string, TopologyNode[]>();
    for (const node of this.#nodes.values()) {
      const root = this.#groups.rootOf(node.name);
      const group = groups.get(root);
      if (group === undefined) groups.set(root, [node]);
      else group.push(node);
    }
    return [...groups.values()];
  }

  #topicsOf(source: string): readonly string[] {
    const node = this.#nodes.get(source);
    return node?.kind === 'source' ? node.topics : [];
  }

  /** Whether two patterns meet is known only when there are topics. */
  #checkPatterns(source: TopicSelection & { readonly name: string }): void {
    for (const other of this.#nodes.values()) {
      if (other.kind !== 'source') continue;
      const topic =
        other.topics.find((name) => readsTopic(source, name)) ?? source.topics.find((name) => readsTopic(other, name));
      if (topic === undefined || (other.pattern === null && source.pattern === null)) continue;
      throw refuse(
        source.name,
        `topic ${topic} is read by ${other.name} already`,
        'change the pattern, so that each topic is read once',
      );
    }
  }

  #claim(name: string): void {
    validateName(name);
    if (this.#nodes.has(name))
      throw refuse(name, 'a node of this name was added already', 'give the nodes different names');
  }

  #checkParents(name: string, parents: readonly string[]): void {
    if (parents.length === 0) throw refuse(name, 'the node has no parent', 'name at least one');
    for (const parent of parents) {
      if (parent === name) throw refuse(name, 'the node is its own parent', 'name another one');
      const node = this.#nodes.get(parent);
      if (node === undefined) throw refuse(name, `there is no parent ${parent}`, 'add parents before their children');
      if (node.kind === 'sink') throw refuse(name, `the parent ${parent} is a sink`, 'name a source or processor');
    }
  }
}
