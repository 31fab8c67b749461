import type { TopologyGraph } from '../../topology/topology-graph.ts';

/** Writes a node of the logical plan, and what belongs to it, into a topology. */
export type WriteNode = (graph: TopologyGraph, parents: readonly string[]) => void;

/** What the optimiser has to know of a node. Where values change, or may, a repartition cannot move in front. */
export interface GraphNodeTraits {
  /** The operator may give records another key. */
  readonly keyChanging?: boolean;
  /** The operator may give records another value. */
  readonly valueChanging?: boolean;
  readonly merge?: boolean;
  /** The time that the windows of a windowed aggregation stay open behind their end. */
  readonly graceMs?: number;
  /** A left or outer join, which wants records without a key too: a repartition in front must let them through. */
  readonly nullKeyRelaxed?: boolean;
  /**
   * Whether the table that the node makes knows which of its updates are the latest; undefined: as its parents do
   * (KIP-914).
   */
  readonly outputVersioned?: boolean;
  /** Told, before the plan is written, that the table of this parent knows which of its updates are the latest. */
  readonly onVersionedInput?: (parent: string) => void;
}

/**
 * A node of the logical plan that the DSL makes. The plan is a graph of its own, which can be rewritten before it
 * becomes a topology.
 *
 * @see `org.apache.kafka.streams.kstream.internals.graph.GraphNode`
 */
export class GraphNode {
  readonly name: string;
  readonly traits: GraphNodeTraits;
  readonly parents: Set<GraphNode> = new Set();
  readonly children: Set<GraphNode> = new Set();
  /** Smaller is written first. */
  buildPriority = 0;
  isWritten = false;
  readonly #write: WriteNode;

  constructor(name: string, write: WriteNode, traits: GraphNodeTraits = {}) {
    this.name = name;
    this.traits = traits;
    this.#write = write;
  }

  addChild(child: GraphNode): void {
    this.children.add(child);
    child.parents.add(this);
  }

  removeChild(child: GraphNode): void {
    this.children.delete(child);
    child.parents.delete(this);
  }

  get areParentsWritten(): boolean {
    for (const parent of this.parents) if (!parent.isWritten) return false;
    return true;
  }

  write(graph: TopologyGraph): void {
    this.#write(
      graph,
      [...this.parents].map((parent) => parent.name),
    );
    this.isWritten = true;
  }
}
