import type { ProcessorSupplier } from '../processor/processor.ts';
import type { ProcessorWrapper } from '../processor/processor-wrapper.ts';
import type { SerdeSlot } from '../serdes/serde-slot.ts';
import type { StoreBuilder } from '../state/state-store.ts';
import { Topology } from '../topology/topology.ts';
import type { KStream, KTable } from './api.ts';
import type { DslContext } from './dsl-context.ts';
import { nameOr, storeNameOr, suffixedOr } from './dsl-context.ts';
import type { GlobalKTable } from './global-ktable.ts';
import { addGlobalStore, globalTable } from './global-table.ts';
import { GraphNode } from './graph/graph-node.ts';
import { LogicalPlan } from './graph/logical-plan.ts';
import { StreamSourceNode } from './graph/stream-source-node.ts';
import type { TableSourceParts } from './graph/table-source-node.ts';
import { TableSourceNode } from './graph/table-source-node.ts';
import { KGroupedStreamImpl } from './kgrouped-stream-impl.ts';
import { KGroupedTableImpl } from './kgrouped-table-impl.ts';
import { KStreamImpl } from './kstream-impl.ts';
import { KTableImpl } from './ktable-impl.ts';
import { isVersionedTable, sourceTableStore, tableSerdes } from './materialize.ts';
import { TableSource } from './operators/table-source.ts';
import type { Consumed } from './options/consumed.ts';
import type { MaterializedAs } from './options/materialized.ts';
import { mergedRepartition } from './repartition.ts';
import { consumedSource } from './source.ts';
import type { TopologyOptimization } from './topology-optimization.ts';
import { optimizationsOf } from './topology-optimization.ts';

const sourcePrefix = 'KSTREAM-SOURCE-';

/** Settings of a topology. */
export interface StreamsBuilderOptions {
  /**
   * Whether `build` refuses a topology in which a store or a repartition topic has no name of its own. Generated names
   * change when operators are added, and then stored state is not found again.
   *
   * @default false
   * @see KIP-1111
   */
  readonly ensureExplicitInternalResourceNaming?: boolean;
  /**
   * How the topology is rewritten when it is built. Changing it for an application that has run already changes the
   * names of its internal topics and stores.
   *
   * @default 'none'
   * @see KIP-295
   */
  readonly topologyOptimization?: 'none' | 'all' | readonly TopologyOptimization[];
  /**
   * Whether `merge.repartition.topics` minds that `process` and `processValues` may change keys and values. Kafka Streams
   * does not by default, and may put a repartition in front of a processor that makes the very key or value type which
   * is repartitioned; such a topology fails when it runs, and so it does here. With the fix generated names are others.
   *
   * @default false
   * @see KAFKA-19668, `TopologyConfig.InternalConfig.ENABLE_PROCESS_PROCESSVALUE_FIX`
   */
  readonly enableProcessProcessValuesFix?: boolean;
  /** What stands around every processor of the topology. @default nothing @see KIP-1112 */
  readonly processorWrapper?: ProcessorWrapper;
}

/**
 * Where a topology in the DSL begins: sources of streams and tables, and stores for processors.
 *
 * @see `org.apache.kafka.streams.StreamsBuilder`
 */
export class StreamsBuilder {
  readonly #context: DslContext;
  readonly #options: StreamsBuilderOptions;
  #topology: Topology | null = null;

  constructor(options: StreamsBuilderOptions = {}) {
    this.#options = options;
    const context: DslContext = {
      plan: new LogicalPlan(options.processorWrapper),
      optimizerKnowsProcessors: options.enableProcessProcessValuesFix ?? false,
      stream: (traits) => new KStreamImpl(context, traits),
      table: (traits) => new KTableImpl(context, traits),
      groupedStream: (traits, repartitionName) => new KGroupedStreamImpl(context, traits, repartitionName),
      groupedTable: (traits, repartitionName) => new KGroupedTableImpl(context, traits, repartitionName),
    };
    this.#context = context;
  }

  /**
   * Reads topics as a stream: those that are named, or all whose whole name matches a pattern, also those that are
   * created while the application runs. No topic may be read by two sources of different topics or patterns. With `nullable` the type of the values says that a topic may hold nulls; without it a
   * null value is met as Kafka Streams meets it, but your functions are not told to expect one.
   */
  stream<K = unknown, V = unknown>(
    topics: string | readonly string[] | RegExp,
    consumed: Consumed<K, V> & { readonly nullable: true },
  ): KStream<K, V | null>;
  stream<K = unknown, V = unknown>(
    topics: string | readonly string[] | RegExp,
    consumed?: Consumed<K, V>,
  ): KStream<K, V>;
  stream<K, V>(topics: string | readonly string[] | RegExp, consumed: Consumed<K, V> = {}): KStream<K, V> {
    const name = nameOr(this.#context, consumed.name, sourcePrefix);
    const names = typeof topics === 'string' ? [topics] : topics;
    const source = consumedSource(name, names instanceof RegExp ? names : [...new Set(names)], consumed);
    const node = new StreamSourceNode(source);
    this.#context.plan.add(node);
    return this.#context.stream<K, V>({
      name,
      node,
      key: source.key as SerdeSlot<K>,
      value: source.value as SerdeSlot<V>,
      origin: { sources: new Set([name]), idleTimeoutMs: source.idleTimeoutMs },
      repartitionRequired: false,
    });
  }

  /**
   * Reads a topic as a table: the last value of a key counts, null deletes it, records without a key are dropped. The
   * name of the options is that of the processor; its source is called `<name>-source`.
   */
  table<K = unknown, V = unknown>(
    topic: string,
    options: Consumed<K, V> & Pick<MaterializedAs<K, V>, 'materialized'> = {},
  ): KTable<K, V> {
    const context = this.#context;
    const { materialized } = options;
    const storeName = storeNameOr(context, materialized, `${topic}-`);
    const sourceName = suffixedOr(context, options.name, '-source', sourcePrefix);
    const name = nameOr(context, options.name, 'KTABLE-SOURCE-');
    const source = consumedSource(sourceName, [topic], options);
    const carried = { key: source.key as SerdeSlot<K>, value: source.value as SerdeSlot<V> };
    const serdes = tableSerdes(materialized, carried);
    const operator = new TableSource<K, V>(
      sourceTableStore(storeName, materialized, serdes),
      materialized?.name !== undefined,
    );
    const parts = { source, name, operator: operator.operator, stores: () => operator.stores() };
    const node = new TableSourceNode(parts as TableSourceParts<unknown, unknown, unknown>, {
      outputVersioned: isVersionedTable(materialized),
    });
    context.plan.add(node);
    const origin = { sources: new Set([sourceName]), idleTimeoutMs: source.idleTimeoutMs };
    return context.table<K, V>({
      name,
      node,
      ...carried,
      origin,
      operator,
      queryableStoreName: materialized?.name ?? null,
    });
  }

  /**
   * Reads a topic as a global table: every instance holds all of it, so that any stream can be joined with it by any key
   * and without a repartition. It is read to its end before anything else starts; then it is kept up to date, at its own
   * pace. The topic is its changelog, so it should be a compacted one.
   *
   * @throws TopologyError when the table is to be versioned, or when `materialized` has no name
   * @see `org.apache.kafka.streams.kstream.GlobalKTable`
   */
  globalTable<K = unknown, V = unknown>(
    topic: string,
    options: Consumed<K, V> & Pick<MaterializedAs<K, V>, 'materialized'> = {},
  ): GlobalKTable<K, V> {
    return globalTable(this.#context, topic, options);
  }

  /**
   * Adds a store that every instance holds all of. The processor gets every record of the topic, also when the store is
   * restored, and keeps the store up to date; it must not do anything else, and forwards nowhere. All other processors
   * can read the store without being connected to it.
   *
   * @param store gets no changelog: the topic is it
   * @see `StreamsBuilder.addGlobalStore`
   */
  addGlobalStore<K = unknown, V = unknown>(
    store: StoreBuilder,
    topic: string,
    consumed: Consumed<K, V>,
    supplier: ProcessorSupplier<K, V, never, never>,
  ): this {
    addGlobalStore(this.#context, { store, topic, consumed, supplier });
    return this;
  }

  /** Adds a store for processors to connect to. */
  addStateStore(builder: StoreBuilder): this {
    this.#context.plan.add(new GraphNode(builder.name, (graph) => graph.addStore(builder)));
    return this;
  }

  /**
   * The topology of what was described so far. A builder is built once.
   *
   * @throws TopologyError when two sources divide topics between them, or something that must have a name has none
   * @throws RangeError for a topology optimization that does not exist
   */
  build(): Topology {
    if (this.#options.ensureExplicitInternalResourceNaming === true) this.#context.plan.unnamed.throwIfAny();
    this.#topology ??= new Topology(this.#context.plan.write(() => this.#optimize()));
    return this.#topology;
  }

  #optimize(): void {
    const { plan } = this.#context;
    const wanted = optimizationsOf(this.#options.topologyOptimization ?? 'none');
    if (wanted.has('reuse.ktable.source.topics')) plan.reuseSourceTopics();
    if (wanted.has('merge.repartition.topics'))
      plan.mergeRepartitions((parts) => mergedRepartition(this.#context, parts));
    if (wanted.has('single.store.self.join')) plan.keepSelfJoinsOnce();
  }
}
