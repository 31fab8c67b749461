import { toMs } from '../common/duration.ts';
import { TopologyError } from '../errors/streams-error.ts';
import type { SerdeSlot } from '../serdes/serde-slot.ts';
import { defaultValue, slotOf } from '../serdes/serde-slot.ts';
import type { StoreBuilder } from '../state/state-store.ts';
import { joinBufferBuilder } from '../state/store-builders.ts';
import type { TopologyGraph } from '../topology/topology-graph.ts';
import type { KStream } from './api.ts';
import type { DslContext, StreamFacade, StreamTraits, TableFacade, TableTraits } from './dsl-context.ts';
import { copartition, nameOr } from './dsl-context.ts';
import { GraphNode } from './graph/graph-node.ts';
import { writeProcessor } from './graph/write-nodes.ts';
import { bufferedStreamTableJoin } from './operators/buffered-stream-table-join.ts';
import { streamTableJoin } from './operators/stream-table-join.ts';
import type { Joined } from './options/joined.ts';
import { partitionedForJoin } from './repartition.ts';

export interface StreamTableJoinParts<K, V> {
  readonly joiner: (left: unknown, right: unknown, key: unknown) => unknown;
  readonly isLeft: boolean;
  readonly options: Joined<K, V>;
}

/** Puts a stream-table join behind a stream. @see `KStreamImpl.doStreamTableJoin` */
export const joinTable = <K, V, VO, VR>(
  context: DslContext,
  stream: StreamFacade<K, V>,
  table: TableFacade<K, VO>,
  parts: StreamTableJoinParts<K, V>,
): KStream<K, VR> => {
  const { joiner, isLeft, options } = parts;
  const left = partitionedForJoin(context, stream, {
    name: options.name ?? stream.traits.name,
    isNamed: options.name !== undefined,
    key: slotOf(options.key, stream.traits.key),
    value: slotOf(options.value, stream.traits.value),
  });
  const origin = copartition(context, left, table.traits);
  const name = nameOr(context, options.name, isLeft ? 'KSTREAM-LEFTJOIN-' : 'KSTREAM-JOIN-');
  const graceMs = options.grace === undefined ? null : toMs(options.grace, 'grace');
  const key = slotOf(options.key, left.key);
  const buffer = graceMs === null ? null : joinBuffer(context, table.traits, { name, options, key, left });
  const view = table.traits.operator.view();
  const join = joiner as (left: V, right: VO | null, key: K) => VR;
  const operator =
    buffer === null || graceMs === null
      ? streamTableJoin(view, join, isLeft)
      : bufferedStreamTableJoin({ table: view, joiner: join, isLeft, store: buffer.name, graceMs });
  const stores = buffer === null ? [] : [buffer];
  const node = new GraphNode(
    name,
    (graph, parents) => {
      writeProcessor(graph, { name, operator, parents, stores, uses: view.storeNames });
      if (graceMs !== null) checkVersions(graph, { name, graceMs, stores: view.storeNames });
    },
    { nullKeyRelaxed: isLeft },
  );
  context.plan.add(node, [left.node]);
  return context.stream<K, VR>({ name, node, key, value: defaultValue, origin, repartitionRequired: false });
};

const unversioned = (where: string): TopologyError =>
  new TopologyError([
    {
      where,
      problem: 'a join with a grace period needs a versioned table',
      remedy: 'give `materialized` of the table a `versioned`, or leave out the grace period',
    },
  ]);

/** The buffer in which records wait. @throws TopologyError for a table that is known not to be versioned */
const joinBuffer = <K, V>(
  context: DslContext,
  table: TableTraits<K, unknown>,
  {
    name,
    options,
    key,
    left,
  }: {
    readonly name: string;
    readonly options: Joined<K, V>;
    readonly key: SerdeSlot<K>;
    readonly left: StreamTraits<K, V>;
  },
): StoreBuilder => {
  if (table.node.traits.outputVersioned === false) throw unversioned(name);
  const store = `${name}-Buffer`;
  if (options.name === undefined) context.plan.unnamed.addStore(store);
  return joinBufferBuilder({ name: store, key, value: slotOf(options.value, left.value) });
};

/** The stores that are looked into must keep versions for as long as records wait. @throws TopologyError */
const checkVersions = (
  graph: TopologyGraph,
  { name, graceMs, stores }: { readonly name: string; readonly graceMs: number; readonly stores: readonly string[] },
): void => {
  for (const store of stores) {
    const historyRetentionMs = graph.stores.get(store)?.builder.historyRetentionMs;
    if (historyRetentionMs === undefined) throw unversioned(name);
    if (graceMs <= historyRetentionMs) continue;
    const problem = `store ${store} keeps its history for ${historyRetentionMs} ms, which is shorter than the grace period of ${graceMs} ms`;
    throw new TopologyError([{ where: name, problem, remedy: 'keep the history for longer, or wait for less long' }]);
  }
};
