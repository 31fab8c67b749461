import { defaultValue } from '../serdes/serde-slot.ts';
import type { KTable } from './api.ts';
import type { DslContext, TableTraits } from './dsl-context.ts';
import { copartition, nameOr, storeNameOr, suffixedOr } from './dsl-context.ts';
import type { ValueJoiner } from './functions.ts';
import type { WriteNode } from './graph/graph-node.ts';
import { GraphNode } from './graph/graph-node.ts';
import { VersionedInput } from './graph/versioned-input.ts';
import { writeProcessor } from './graph/write-nodes.ts';
import { isVersionedTable, tableSerdes, tableStore } from './materialize.ts';
import type { TableJoinKind } from './operators/table-table-join.ts';
import { TableTableJoin } from './operators/table-table-join.ts';
import type { MaterializedAs } from './options/materialized.ts';

export interface TableTableJoinParts<K, V, VO, VR> {
  readonly kind: TableJoinKind;
  readonly joiner: ValueJoiner<K, V | null, VO | null, VR>;
  readonly options: MaterializedAs<K, VR>;
}

const mergePrefix = 'KTABLE-MERGE-';

/** Puts a join behind two tables. @see `KTableImpl.doJoin` */
export const joinTables = <K, V, VO, VR>(
  context: DslContext,
  left: TableTraits<K, V>,
  right: TableTraits<K, VO>,
  parts: TableTableJoinParts<K, V, VO, VR>,
): KTable<K, VR> => {
  const { kind, joiner, options } = parts;
  const { materialized } = options;
  const storeName = materialized === undefined ? null : storeNameOr(context, materialized, mergePrefix);
  const merge = nameOr(context, options.name, mergePrefix);
  const origin = copartition(context, left, right);
  const serdes = tableSerdes(materialized, { key: left.key, value: defaultValue<VR> });
  const store = storeName === null ? null : tableStore(storeName, materialized, serdes);
  const versions = new VersionedInput();
  const join = new TableTableJoin<K, V, VO, VR>({
    kind,
    left: left.operator,
    right: right.operator,
    joiner,
    store,
    isVersioned: (side) => versions.isVersioned(side === 'left' ? left.name : right.name),
  });
  const thisName = suffixedOr(context, options.name, '-join-this', 'KTABLE-JOINTHIS-');
  const otherName = suffixedOr(context, options.name, '-join-other', 'KTABLE-JOINOTHER-');
  const traits = { ...versions.traits, outputVersioned: isVersionedTable(materialized) };
  const write: WriteNode = (graph) => {
    const { lookupStores } = join;
    writeProcessor(graph, { name: thisName, operator: join.leftOperator, parents: [left.name] });
    writeProcessor(graph, { name: otherName, operator: join.rightOperator, parents: [right.name] });
    writeProcessor(graph, {
      name: merge,
      operator: join.operator,
      parents: [thisName, otherName],
      stores: join.stores(),
    });
    graph.connectStores(thisName, lookupStores.left);
    graph.connectStores(otherName, lookupStores.right);
  };
  const node = new GraphNode(merge, write, traits);
  context.plan.add(node, [left.node, right.node]);
  return context.table<K, VR>({
    name: merge,
    node,
    ...serdes,
    origin,
    operator: join,
    queryableStoreName: storeName,
  });
};
