import { defaultValue, slotOf } from '../serdes/serde-slot.ts';
import type { KStream } from './api.ts';
import type { DslContext, StreamFacade, TableFacade } from './dsl-context.ts';
import { copartition, nameOr } from './dsl-context.ts';
import { GraphNode } from './graph/graph-node.ts';
import { writeProcessor } from './graph/write-nodes.ts';
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
  const view = table.traits.operator.view();
  const join = joiner as (left: V, right: VO | null, key: K) => VR;
  const node = new GraphNode(
    name,
    (graph, parents) =>
      writeProcessor(graph, {
        name,
        operator: streamTableJoin(view, join, isLeft),
        parents,
        uses: view.storeNames,
      }),
    { nullKeyRelaxed: isLeft },
  );
  context.plan.add(node, [left.node]);
  return context.stream<K, VR>({
    name,
    node,
    key: slotOf(options.key, left.key),
    value: defaultValue,
    origin,
    repartitionRequired: false,
  });
};
