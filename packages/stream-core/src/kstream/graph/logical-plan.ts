import { TopologyError } from '../../errors/streams-error.ts';
import { TopologyGraph } from '../../topology/topology-graph.ts';
import { GraphNode } from './graph-node.ts';
import { RepartitionNode } from './repartition-node.ts';
import { StreamSourceNode } from './stream-source-node.ts';
import { UnnamedResources } from './unnamed-resources.ts';
import { tellVersionedInputs } from './versioned-semantics.ts';

/**
 * The logical plan of a StreamsBuilder: what the DSL calls asked for, in the order of the calls. `write` rewrites it and
 * makes the topology.
 *
 * @see `org.apache.kafka.streams.kstream.internals.InternalStreamsBuilder`
 */
export class LogicalPlan {
  readonly graph: TopologyGraph = new TopologyGraph();
  readonly unnamed: UnnamedResources = new UnnamedResources();
  readonly #root = new GraphNode('root', () => undefined);
  #nameIndex = 0;
  #priorityIndex = 0;

  /** The next running number of generated names, as Kafka Streams prints it. */
  nextIndex(): string {
    return String(this.#nameIndex++).padStart(10, '0');
  }

  /** Adds a node behind its parents; without parents it is a source. */
  add(node: GraphNode, parents: readonly GraphNode[] = [this.#root]): void {
    for (const parent of parents) {
      parent.addChild(node);
      node.buildPriority = this.#priorityIndex++;
    }
  }

  /** Makes the topology. Done once. @throws TopologyError */
  write(): TopologyGraph {
    this.#mergeDuplicateSources();
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
      for (const topic of node.source.topics) {
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
