import { TopologyError } from '../../errors/streams-error.ts';
import type { StoreBuilder } from '../../state/state-store.ts';
import type { SourceNode } from '../../topology/nodes.ts';
import type { TopologyGraph } from '../../topology/topology-graph.ts';
import type { GraphNodeTraits } from './graph-node.ts';
import { GraphNode } from './graph-node.ts';
import type { ProcessorParts } from './write-nodes.ts';
import { writeProcessor } from './write-nodes.ts';

/** A source and the processor that makes a table of it. */
export interface TableSourceParts<K, V, VOut> {
  readonly source: Omit<SourceNode, 'kind'>;
  readonly name: string;
  readonly operator: ProcessorParts<K, V, K, VOut>['operator'];
  /** The store, if the table keeps one; known when the plan is complete. */
  readonly stores: () => readonly StoreBuilder[];
}

/** A table of a topic. Its store may be restored from that topic instead of a changelog of its own. */
export class TableSourceNode extends GraphNode {
  reusesSourceTopic = false;

  constructor(parts: TableSourceParts<unknown, unknown, unknown>, traits: GraphNodeTraits) {
    super(parts.name, (graph) => this.#writeParts(graph, parts), traits);
  }

  #writeParts(graph: TopologyGraph, parts: TableSourceParts<unknown, unknown, unknown>): void {
    const { source, name, operator } = parts;
    const stores = parts.stores();
    graph.addSource(source);
    writeProcessor(graph, { name, operator, parents: [source.name], stores });
    if (!this.reusesSourceTopic) return;
    for (const store of stores) {
      if (store.ttlMs !== undefined) throw expiresFromSource(store.name, source.topics[0] as string);
      graph.connectSourceStore(store.name, source.topics[0] as string);
    }
  }
}

/** A deletion would have to be written to a topic that is not the application's own. */
const expiresFromSource = (store: string, topic: string): TopologyError =>
  new TopologyError([
    {
      where: `store ${store}`,
      problem: `its rows expire, but the source topic ${topic} is its changelog, which nobody writes to here`,
      remedy: 'leave out `ttl`, or build without the optimization reuse.ktable.source.topics',
    },
  ]);
