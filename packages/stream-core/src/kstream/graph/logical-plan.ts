import { TopologyError } from '../../errors/streams-error.ts';
import type { ProcessorWrapper } from '../../processor/processor-wrapper.ts';
import { TopologyGraph } from '../../topology/topology-graph.ts';
import { GraphNode } from './graph-node.ts';
import type { MergeOptions } from './repartition-merge.ts';
import { RepartitionMerge } from './repartition-merge.ts';
import { RepartitionNode } from './repartition-node.ts';
import { StreamJoinNode } from './stream-join-node.ts';
import { StreamSourceNode } from './stream-source-node.ts';
import { TableSourceNode } from './table-source-node.ts';
import { UnnamedResources } from './unnamed-resources.ts';
import { tellVersionedInputs } from './versioned-semantics.ts';

/**
 * The logical plan of a StreamsBuilder: what the DSL calls asked for, in the order of the calls. `write` rewrites it and
 * makes the topology.
 *
 * @see `org.apache.kafka.streams.kstream.internals.InternalStreamsBuilder`
 */
export class LogicalPlan {
  readonly graph: TopologyGraph;
  readonly unnamed: UnnamedResources = new UnnamedResources();
  readonly #root = new GraphNode('root', () => undefined);
  readonly #repartitionMerge = new RepartitionMerge();
  #nameIndex = 0;
  #priorityIndex = 0;

  /** @param wrapper what stands around the processors of the topology */
  constructor(wrapper: ProcessorWrapper = {}) {
    this.graph = new TopologyGraph(wrapper);
  }

  /** The next running number of generated names, as Kafka Streams prints it. */
  nextIndex(): string {
    return String(this.#nameIndex++).padStart(10, '0');
  }

  /** Adds a node behind its parents; without parents it is a source. */
  add(node: GraphNode, parents: readonly GraphNode[] = [this.#root]): void {
    for (const parent of parents) {
      parent.addChild(node);
      node.buildPriority = this.#priorityIndex++;
      this.#repartitionMerge.added(node);
    }
  }

  /** Restores the stores of source tables from their topics. */
  reuseSourceTopics(): void {
    for (const node of this.#root.children) if (node instanceof TableSourceNode) node.reusesSourceTopic = true;
  }

  /** Puts one repartition in the place of all that lie behind one change of keys. */
  mergeRepartitions(create: MergeOptions['create']): void {
    const { graph } = this;
    this.#repartitionMerge.apply({ create, onReplaced: (old, merged) => graph.replaceCopartitioned(old, merged) });
  }

  /** Keeps streams that are joined with themselves in one store. */
  keepSelfJoinsOnce(): void {
    const visited = new Set<GraphNode>();
    const visit = (node: GraphNode): void => {
      visited.add(node);
      if (node instanceof StreamJoinNode) node.keepOnceIfSelfJoin();
      for (const child of node.children) if (!visited.has(child)) visit(child);
    };
    visit(this.#root);
  }

  /** Makes the topology. Done once; `optimize` may rewrite the plan before. @throws TopologyError */
  write(optimize: () => void = () => undefined): TopologyGraph {
    this.#mergeDuplicateSources();
    optimize();
    this.#dropNullKeysBeforeRepartition();
    tellVersionedInputs(this.#root);
    const waiting: GraphNode[] = [this.#root];
    while (waiting.length > 0) {
      const node = takeFirst(waiting);
      if (!node.isWritten && node.areParentsWritten) node.write(this.graph);
      waiting.push(...node.children);
    }
    return this.graph;
  }

  #mergeDuplicateSources(): void {
    const byTopic = new Map<string, StreamSourceNode>();
    for (const node of [...this.#root.children]) {
      if (!(node instanceof StreamSourceNode)) continue;
      const { topics, pattern } = node.source;
      // A name cannot have a slash, so that the text of a pattern is none.
      for (const topic of pattern === null ? topics : [String(pattern)]) {
        const first = byTopic.get(topic);
        if (first === undefined) byTopic.set(topic, node);
        else if (first !== node) this.#mergeSources(first, node);
      }
    }
  }

  #mergeSources(first: StreamSourceNode, second: StreamSourceNode): void {
    if (!first.readsSameTopics(second)) {
      throw new TopologyError([
        {
          where: `${first.name}, ${second.name}`,
          problem: 'two sources read some of the same topics, but not all',
          remedy: 'read each topic in one source, or the same topics in both',
        },
      ]);
    }
    first.merge(second);
    this.#root.removeChild(second);
  }

  /** Records without a key are useless behind a repartition, except to left and outer joins further down. */
  #dropNullKeysBeforeRepartition(): void {
    const wanting = new Set<GraphNode>();
    const visited = new Set<GraphNode>();
    const visit = (node: GraphNode): void => {
      if (visited.has(node)) return;
      for (const child of node.children) {
        visit(child);
        if (child.traits.nullKeyRelaxed === true || wanting.has(child)) wanting.add(node);
      }
      visited.add(node);
    };
    visit(this.#root);
    for (const node of visited) {
      if (node instanceof RepartitionNode && !wanting.has(node)) node.dropNullKeys();
    }
  }
}

/** Takes out the node that was asked for first. */
const takeFirst = (nodes: GraphNode[]): GraphNode => {
  let first = 0;
  nodes.forEach((node, index) => {
    if (node.buildPriority < (nodes[first] as GraphNode).buildPriority) first = index;
  });
  return nodes.splice(first, 1)[0] as GraphNode;
};
