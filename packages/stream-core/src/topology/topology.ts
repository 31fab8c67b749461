import type { AutoOffsetReset } from '../common/auto-offset-reset.ts';
import type { ProcessorSupplier } from '../processor/processor.ts';
import { processorOperator } from '../processor/processor-operator.ts';
import type { ProcessorWrapper } from '../processor/processor-wrapper.ts';
import type { StreamPartitioner } from '../processor/stream-partitioner.ts';
import type { TimestampExtractor } from '../processor/timestamp-extractor.ts';
import type { TopicNameExtractor } from '../processor/topic-name-extractor.ts';
import type { Serde } from '../serdes/serde.ts';
import type { SerdeSlot } from '../serdes/serde-slot.ts';
import { defaultKey, defaultValue, slotOf } from '../serdes/serde-slot.ts';
import type { StoreBuilder } from '../state/state-store.ts';
import { describeTopology } from './describe.ts';
import type { GlobalStoreParts } from './topology-graph.ts';
import { TopologyGraph } from './topology-graph.ts';

/** How a source reads. A serde that is left out is the default one of the configuration. */
export interface SourceOptions<K, V> {
  readonly key?: Serde<K>;
  readonly value?: Serde<V>;
  /** @default the extractor of the configuration */
  readonly timestampExtractor?: TimestampExtractor;
  /** Where to begin without a committed offset. @default that of the configuration */
  readonly offsetReset?: AutoOffsetReset;
}

/** How a sink writes. */
export interface SinkOptions<K, V> {
  readonly parents: string | readonly string[];
  readonly key?: Serde<K>;
  readonly value?: Serde<V>;
  /** @default Kafka's partitioner: murmur2 of the serialised key */
  readonly partitioner?: StreamPartitioner<K, V>;
}

/** Settings of a topology. */
export interface TopologyOptions {
  /** What stands around every processor. @default nothing */
  readonly processorWrapper?: ProcessorWrapper;
}

/** A store that is fed from a topic. */
export interface ReadOnlyStore<K, V> extends Omit<SourceOptions<K, V>, 'offsetReset'> {
  readonly store: StoreBuilder;
  /** The name of the source. */
  readonly source: string;
  readonly topic: string;
  /** The name of the processor that writes the store. */
  readonly processor: string;
}

const fedStore = <K, V>(
  { store, source: name, topic, processor, key, value, timestampExtractor }: ReadOnlyStore<K, V>,
  supplier: ProcessorSupplier<K, V, never, never>,
): GlobalStoreParts => ({
  source: {
    name,
    topics: [topic],
    pattern: null,
    key: slotOf(key, defaultKey) as SerdeSlot<unknown>,
    value: slotOf(value, defaultValue) as SerdeSlot<unknown>,
    timestampExtractor: timestampExtractor ?? null,
    offsetReset: 'earliest',
    idleTimeoutMs: null,
  },
  name: processor,
  operator: processorOperator(supplier),
  store,
});

const list = (names: string | readonly string[]): readonly string[] => (typeof names === 'string' ? [names] : names);

/**
 * A graph of sources, processors, stores and sinks. Built node by node here, or by a StreamsBuilder.
 *
 * @see `org.apache.kafka.streams.Topology`
 */
export class Topology {
  /** The graph itself, for the runtime. Not for applications. @internal */
  readonly graph: TopologyGraph;

  constructor(options: TopologyOptions | TopologyGraph = {}) {
    this.graph = options instanceof TopologyGraph ? options : new TopologyGraph(options.processorWrapper);
  }

  /**
   * Adds a source of one or more topics, or of all topics whose whole name matches a pattern, also those that are
   * created later. A topic must be read by one source alone: of what overlaps the rest is refused when it is added, and
   * patterns that match the same topic when that topic is met.
   *
   * @throws TopologyError
   */
  addSource<K = unknown, V = unknown>(
    name: string,
    topics: string | readonly string[] | RegExp,
    options: SourceOptions<K, V> = {},
  ): this {
    this.graph.addSource({
      name,
      topics: topics instanceof RegExp ? [] : list(topics),
      pattern: topics instanceof RegExp ? topics : null,
      key: slotOf(options.key, defaultKey) as SerdeSlot<unknown>,
      value: slotOf(options.value, defaultValue) as SerdeSlot<unknown>,
      timestampExtractor: options.timestampExtractor ?? null,
      offsetReset: options.offsetReset ?? null,
      idleTimeoutMs: null,
    });
    return this;
  }

  /** Adds a processor behind its parents. @throws TopologyError */
  addProcessor<KIn, VIn, KOut, VOut>(
    name: string,
    supplier: ProcessorSupplier<KIn, VIn, KOut, VOut>,
    parents: string | readonly string[],
  ): this {
    this.graph.addProcessor({ name, operator: processorOperator(supplier), parents: list(parents) });
    return this;
  }

  /** Adds a sink: to one topic, or to the topic that the extractor names for each record. @throws TopologyError */
  addSink<K, V>(name: string, topic: string | TopicNameExtractor<K, V>, options: SinkOptions<K, V>): this {
    this.graph.addSink({
      name,
      topic: topic as string | TopicNameExtractor<unknown, unknown>,
      parents: list(options.parents),
      key: slotOf(options.key, defaultKey) as SerdeSlot<unknown>,
      value: slotOf(options.value, defaultValue) as SerdeSlot<unknown>,
      partitioner: (options.partitioner ?? null) as StreamPartitioner<unknown, unknown> | null,
    });
    return this;
  }

  /** Adds a store and connects it to processors that were added before. @throws TopologyError */
  addStateStore(builder: StoreBuilder, processors: string | readonly string[] = []): this {
    this.graph.addStore(builder, list(processors));
    return this;
  }

  /**
   * Adds a store that is fed from a topic alone and restored from it: it has no changelog, and whoever writes to the topic
   * writes the store. Each task has the part of its partition. Other processors are connected to it to read it; they must
   * not write. The supplier has to put each record as it comes, since a restore puts the records without it.
   *
   * @throws TopologyError
   * @see KIP-813, `Topology.addReadOnlyStateStore`
   */
  addReadOnlyStateStore<K = unknown, V = unknown>(
    readOnly: ReadOnlyStore<K, V>,
    supplier: ProcessorSupplier<K, V, never, never>,
  ): this {
    this.graph.addReadOnlyStore(fedStore(readOnly, supplier));
    return this;
  }

  /**
   * Adds a store that every instance holds all of. The processor gets every record of the topic, also when the store is
   * restored, and keeps the store up to date; it must not do anything else, and forwards nowhere. All other processors
   * can read the store without being connected to it.
   *
   * @param global its store gets no changelog: the topic is it
   * @throws TopologyError
   * @see `Topology.addGlobalStore`
   */
  addGlobalStore<K = unknown, V = unknown>(
    global: ReadOnlyStore<K, V>,
    supplier: ProcessorSupplier<K, V, never, never>,
  ): this {
    this.graph.addGlobalStore(fedStore(global, supplier));
    return this;
  }

  /** Connects a processor to stores that were added before. @throws TopologyError */
  connectProcessorAndStateStores(processor: string, stores: string | readonly string[]): this {
    this.graph.connectStores(processor, list(stores));
    return this;
  }

  /** The topology as text, in the form that Kafka Streams prints. */
  describe(): string {
    return describeTopology(this.graph);
  }
}
