import type { KTable } from './api.ts';
import type { DslContext, StreamTraits } from './dsl-context.ts';
import { nameOr, storeNameOr } from './dsl-context.ts';
import { GraphNode } from './graph/graph-node.ts';
import { writeProcessor } from './graph/write-nodes.ts';
import { isVersionedTable, sourceTableStore, tableSerdes } from './materialize.ts';
import { TableSource } from './operators/table-source.ts';
import type { MaterializedAs } from './options/materialized.ts';
import { originBehind, repartitionNode } from './repartition.ts';

const prefix = 'KSTREAM-TOTABLE-';

/** Makes a table of a stream, behind a repartition topic where the key may have changed. */
export const toTable = <K, V>(
  context: DslContext,
  stream: StreamTraits<K, V>,
  options: MaterializedAs<K, V>,
): KTable<K, V> => {
  const name = nameOr(context, options.name, prefix);
  const storeName = storeNameOr(context, options.materialized, prefix);
  const serdes = tableSerdes(options.materialized, stream);
  let parent = stream.node;
  let { origin } = stream;
  if (stream.repartitionRequired) {
    const repartition = repartitionNode(context, {
      name,
      isNamed: options.name !== undefined,
      ...serdes,
      idleTimeoutMs: origin.idleTimeoutMs,
    });
    context.plan.add(repartition, [stream.node]);
    parent = repartition;
    origin = originBehind(repartition);
  }
  const store = sourceTableStore(storeName, options.materialized, serdes);
  const operator = new TableSource<K, V>(store, options.materialized?.name !== undefined);
  const node = new GraphNode(
    name,
    (graph, parents) =>
      writeProcessor(graph, { name, operator: operator.operator, parents, stores: operator.stores() }),
    { outputVersioned: isVersionedTable(options.materialized) },
  );
  context.plan.add(node, [parent]);
  const queryableStoreName = options.materialized?.name ?? null;
  return context.table<K, V>({ name, node, ...serdes, origin, operator, queryableStoreName });
};
