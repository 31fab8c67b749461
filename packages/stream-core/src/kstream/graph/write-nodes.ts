import type { OperatorSupplier } from '../../processor/operator.ts';
import type { StoreBuilder } from '../../state/state-store.ts';
import type { NodeSerde } from '../../topology/nodes.ts';
import type { TopologyGraph } from '../../topology/topology-graph.ts';

/** A processor with the stores that it brings along and those that it uses. */
export interface ProcessorParts<KIn, VIn, KOut, VOut> {
  readonly name: string;
  readonly operator: OperatorSupplier<KIn, VIn, KOut, VOut>;
  readonly parents: readonly string[];
  /** Added to the topology and connected. */
  readonly stores?: readonly StoreBuilder[];
  /** Added by somebody else and connected. */
  readonly uses?: readonly string[];
  /** The serdes that the operator uses itself, by what they are for. */
  readonly serdes?: Readonly<Record<string, NodeSerde>>;
}

/** Writes a processor and its stores into a topology. */
export const writeProcessor = <KIn, VIn, KOut, VOut>(
  graph: TopologyGraph,
  parts: ProcessorParts<KIn, VIn, KOut, VOut>,
): void => {
  const { name, operator, parents, stores = [], uses = [], serdes = {} } = parts;
  graph.addProcessor({ name, operator, parents, serdes });
  for (const store of stores) graph.addStore(store, [name]);
  if (uses.length > 0) graph.connectStores(name, uses);
};
