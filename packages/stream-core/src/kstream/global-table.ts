import { TopologyError } from '../errors/streams-error.ts';
import type { ProcessorSupplier } from '../processor/processor.ts';
import { processorOperator } from '../processor/processor-operator.ts';
import type { SerdeSlot } from '../serdes/serde-slot.ts';
import { defaultKey, defaultValue, slotOf } from '../serdes/serde-slot.ts';
import type { StoreBuilder } from '../state/state-store.ts';
import type { KStream } from './api.ts';
import type { DslContext, StreamTraits } from './dsl-context.ts';
import { nameOr, storeNameOr, suffixedOr } from './dsl-context.ts';
import type { KeyValueMapper, ValueJoiner } from './functions.ts';
import type { GlobalKTable } from './global-ktable.ts';
import { GlobalKTableImpl } from './global-ktable-impl.ts';
import type { WriteNode } from './graph/graph-node.ts';
import { GraphNode } from './graph/graph-node.ts';
import { writeProcessor } from './graph/write-nodes.ts';
import { isVersionedTable, tableSerdes, tableStore, unversionable } from './materialize.ts';
import { globalTableJoin } from './operators/global-table-join.ts';
import { TableSource } from './operators/table-source.ts';
import type { Consumed } from './options/consumed.ts';
import type { MaterializedAs } from './options/materialized.ts';
import type { Named } from './options/named.ts';
import { consumedSource } from './source.ts';

/** The names of the source and the processor that keep a global store up to date. */
const globalNames = (context: DslContext, name: string | undefined) => ({
  source: suffixedOr(context, name, '-source', 'KSTREAM-SOURCE-'),
  processor: nameOr(context, name, 'KTABLE-SOURCE-'),
});

/** Reads a topic as a global table. @throws TopologyError for a versioned one, or a store without a name */
export const globalTable = <K, V>(
  context: DslContext,
  topic: string,
  options: Consumed<K, V> & Pick<MaterializedAs<K, V>, 'materialized'>,
): GlobalKTable<K, V> => {
  const { materialized } = options;
  if (isVersionedTable(materialized)) throw unversionable(topic, 'a global table');
  if (materialized !== undefined && materialized.name === undefined) {
    // Kafka Streams does not build it either; what it generates would be a name that nobody can know.
    const problem = 'the store of the global table is described, but has no name';
    throw new TopologyError([{ where: topic, problem, remedy: 'name it, or leave out `materialized`' }]);
  }
  const storeName = storeNameOr(context, { ...materialized, logging: false }, `${topic}-`);
  const names = globalNames(context, options.name);
  const carried = tableSerdes(materialized, {
    key: slotOf(options.key, defaultKey<K>),
    value: slotOf(options.value, defaultValue<V>),
  });
  // What is said of the topic counts before what is said of the store.
  const serdes = { key: slotOf(options.key, carried.key), value: slotOf(options.value, carried.value) };
  const source = { ...consumedSource(names.source, [topic], options), ...erased(serdes) };
  const operator = new TableSource<K, V>(tableStore(storeName, materialized, serdes), true);
  const [store] = operator.stores();
  const node = new GraphNode(names.processor, (graph) =>
    graph.addGlobalStore({ source, name: names.processor, operator: operator.operator, store: store as StoreBuilder }),
  );
  context.plan.add(node);
  return new GlobalKTableImpl(storeName, operator.view());
};

const erased = <K, V>({ key, value }: { readonly key: SerdeSlot<K>; readonly value: SerdeSlot<V> }) => ({
  key: key as SerdeSlot<unknown>,
  value: value as SerdeSlot<unknown>,
});

/** What a global store is made of. */
export interface GlobalStoreParts<K, V> {
  readonly store: StoreBuilder;
  readonly topic: string;
  readonly consumed: Consumed<K, V>;
  readonly supplier: ProcessorSupplier<K, V, never, never>;
}

/** Adds a global store that a processor of the user keeps up to date. */
export const addGlobalStore = <K, V>(context: DslContext, parts: GlobalStoreParts<K, V>): void => {
  const { store, topic, consumed, supplier } = parts;
  const names = globalNames(context, consumed.name);
  const source = consumedSource(names.source, [topic], consumed);
  const operator = processorOperator(supplier);
  const node = new GraphNode(names.processor, (graph) =>
    graph.addGlobalStore({ source, name: names.processor, operator, store }),
  );
  context.plan.add(node);
};

export interface GlobalJoinParts<K, V, GK, GV, VR> {
  readonly keySelector: KeyValueMapper<K, V, GK | null>;
  readonly joiner: ValueJoiner<K, V, GV | null, VR>;
  readonly isLeft: boolean;
  readonly options: Named;
}

/** Puts a join with a global table behind a stream. @see `KStreamImpl.globalTableJoin` */
export const joinGlobalTable = <K, V, GK, GV, VR>(
  context: DslContext,
  stream: StreamTraits<K, V>,
  table: GlobalKTableImpl<GK, GV>,
  parts: GlobalJoinParts<K, V, GK, GV, VR>,
): KStream<K, VR> => {
  const { isLeft, options } = parts;
  // Kafka Streams calls both kinds so.
  const name = nameOr(context, options.name, 'KSTREAM-LEFTJOIN-');
  const operator = globalTableJoin<K, V, GK, GV, VR>({ ...parts, table: table.view });
  const write: WriteNode = (graph, parents) => writeProcessor(graph, { name, operator, parents });
  const node = new GraphNode(name, write, { nullKeyRelaxed: isLeft });
  context.plan.add(node, [stream.node]);
  return context.stream<K, VR>({ ...stream, name, node, value: defaultValue });
};
