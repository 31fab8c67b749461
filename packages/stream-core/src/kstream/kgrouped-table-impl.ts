import { failOnInvalidTimestamp } from '../processor/timestamp-extractor.ts';
import type { SerdeSlot } from '../serdes/serde-slot.ts';
import { defaultValue, mapSlot } from '../serdes/serde-slot.ts';
import { serdes } from '../serdes/serdes.ts';
import type { KGroupedTable, KTable } from './api.ts';
import type { DslContext, Traits } from './dsl-context.ts';
import { nameOr, storeNameOr, suffixedOr } from './dsl-context.ts';
import type { Aggregator, Initializer, Reducer } from './functions.ts';
import { GraphNode } from './graph/graph-node.ts';
import { writeProcessor } from './graph/write-nodes.ts';
import { isVersionedTable, tableSerdes, tableStore } from './materialize.ts';
import { changeSerde } from './operators/change-serde.ts';
import type { TableAggregation } from './operators/table-aggregate.ts';
import { TableAggregate } from './operators/table-aggregate.ts';
import type { MaterializedAs } from './options/materialized.ts';

interface AggregateOptions<K, V, VA> {
  readonly how: TableAggregation<K, V, VA>;
  readonly value: SerdeSlot<VA>;
  /** Of the generated names of the processor; stores are always named as those of an aggregate. */
  readonly prefix: string;
}

const aggregatePrefix = 'KTABLE-AGGREGATE-';

export class KGroupedTableImpl<K, V> implements KGroupedTable<K, V> {
  readonly #context: DslContext;
  readonly #traits: Traits<K, V>;
  readonly #repartitionName: string | null;
  #repartition: GraphNode | null = null;

  constructor(context: DslContext, traits: Traits<K, V>, repartitionName: string | null) {
    this.#context = context;
    this.#traits = traits;
    this.#repartitionName = repartitionName;
  }

  count(options: MaterializedAs<K, number> = {}): KTable<K, number> {
    const how: TableAggregation<K, V, number> = {
      initializer: () => 0,
      aggregator: (_key, _value, count) => (count ?? 0) + 1,
      subtractor: (_key, _value, count) => count - 1,
    };
    return this.#build({ how, value: () => serdes.long(), prefix: aggregatePrefix }, options);
  }

  reduce(adder: Reducer<V>, subtractor: Reducer<V>, options: MaterializedAs<K, V> = {}): KTable<K, V> {
    const how: TableAggregation<K, V, V> = {
      initializer: () => null,
      aggregator: (_key, value, aggregate) => (aggregate === null ? value : adder(aggregate, value)),
      subtractor: (_key, value, aggregate) => subtractor(aggregate, value),
    };
    return this.#build({ how, value: this.#traits.value, prefix: 'KTABLE-REDUCE-' }, options);
  }

  aggregate<VA>(
    initializer: Initializer<VA>,
    adder: Aggregator<K, V, VA>,
    subtractor: Aggregator<K, V, VA>,
    options: MaterializedAs<K, VA> = {},
  ): KTable<K, VA> {
    const how: TableAggregation<K, V, VA> = {
      initializer,
      aggregator: (key, value, aggregate) => adder(key, value, aggregate as VA),
      subtractor,
    };
    return this.#build({ how, value: defaultValue<VA>, prefix: aggregatePrefix }, options);
  }

  #build<VA>(parts: AggregateOptions<K, V, VA>, options: MaterializedAs<K, VA>): KTable<K, VA> {
    const context = this.#context;
    const storeName = storeNameOr(context, options.materialized, aggregatePrefix);
    const serdesOfTable = tableSerdes(options.materialized, { key: this.#traits.key, value: parts.value });
    const sinkName = suffixedOr(context, options.name, '-sink', 'KSTREAM-SINK-');
    const sourceName = suffixedOr(context, options.name, '-source', 'KSTREAM-SOURCE-');
    const name = nameOr(context, options.name, parts.prefix);
    const operator = new TableAggregate(tableStore(storeName, options.materialized, serdesOfTable), parts.how);
    const repartition = this.#repartitionTo(storeName, { sinkName, sourceName });
    const node = new GraphNode(
      name,
      (graph, parents) =>
        writeProcessor(graph, { name, operator: operator.operator, parents, stores: operator.stores() }),
      { outputVersioned: isVersionedTable(options.materialized) },
    );
    context.plan.add(node, [repartition]);
    return context.table<K, VA>({
      name,
      node,
      ...serdesOfTable,
      origin: { sources: new Set([repartition.name]), idleTimeoutMs: this.#traits.origin.idleTimeoutMs },
      operator,
      queryableStoreName: options.materialized?.name ?? null,
    });
  }

  /** The topic through which the updates of the table go to where their new key is. A named group has one for all. */
  #repartitionTo(storeName: string, names: { readonly sinkName: string; readonly sourceName: string }): GraphNode {
    if (this.#repartition !== null && this.#repartitionName !== null) return this.#repartition;
    const topic = `${this.#repartitionName ?? storeName}-repartition`;
    const key = this.#traits.key as SerdeSlot<unknown>;
    const value = mapSlot(this.#traits.value as SerdeSlot<unknown>, changeSerde) as SerdeSlot<unknown>;
    const { sinkName, sourceName } = names;
    const node = new GraphNode(sourceName, (graph, parents) => {
      graph.addRepartitionTopic({ name: topic, partitions: null });
      graph.addSink({ name: sinkName, topic, key, value, partitioner: null, parents });
      graph.addSource({
        name: sourceName,
        topics: [topic],
        key,
        value,
        timestampExtractor: failOnInvalidTimestamp,
        offsetReset: 'earliest',
        pattern: null,
        idleTimeoutMs: this.#traits.origin.idleTimeoutMs,
      });
    });
    this.#context.plan.add(node, [this.#traits.node]);
    this.#repartition = node;
    return node;
  }
}
