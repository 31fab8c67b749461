import type { TopologyGraph } from '../../topology/topology-graph.ts';
import type { GraphNodeTraits } from './graph-node.ts';
import { GraphNode } from './graph-node.ts';

/** A stream-stream join: how it is written, and how when both streams are the same. */
export interface StreamJoinParts {
  readonly name: string;
  /** The nodes that keep the records of either side. */
  readonly thisWindow: GraphNode;
  readonly otherWindow: GraphNode;
  readonly write: (graph: TopologyGraph) => void;
  readonly writeSelfJoin: (graph: TopologyGraph) => void;
}

/** The join of two streams behind the nodes that keep their records. */
export class StreamJoinNode extends GraphNode {
  readonly #parts: StreamJoinParts;
  #isSelfJoin = false;

  constructor(parts: StreamJoinParts, traits: GraphNodeTraits) {
    super(parts.name, (graph) => (this.#isSelfJoin ? parts.writeSelfJoin : parts.write)(graph), traits);
    this.#parts = parts;
  }

  /**
   * A stream that is joined with itself is kept once.
   *
   * @see KIP-862, `InternalStreamsBuilder.rewriteSingleStoreSelfJoin`
   */
  keepOnceIfSelfJoin(): void {
    const [parent] = this.parents;
    if (parent === undefined || this.parents.size !== 1) return;
    parent.removeChild(this.#parts.otherWindow);
    this.#isSelfJoin = true;
  }
}
