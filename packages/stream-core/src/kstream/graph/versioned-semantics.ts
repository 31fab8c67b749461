import type { GraphNode } from './graph-node.ts';

/**
 * Tells the operators of a plan which of their inputs are versioned tables. A table that keeps no store is versioned when
 * all its parents are.
 *
 * @see KIP-914, `InternalStreamsBuilder.enableVersionedSemantics`
 */
export const tellVersionedInputs = (root: GraphNode): void => {
  const known = new Map<GraphNode, boolean>([[root, false]]);
  const isVersioned = (node: GraphNode): boolean => {
    const answer = known.get(node) ?? node.traits.outputVersioned ?? [...node.parents].every(isVersioned);
    known.set(node, answer);
    return answer;
  };
  const visited = new Set<GraphNode>();
  const visit = (node: GraphNode): void => {
    if (visited.has(node)) return;
    visited.add(node);
    for (const parent of node.parents) {
      if (isVersioned(parent)) node.traits.onVersionedInput?.(parent.name);
    }
    for (const child of node.children) visit(child);
  };
  visit(root);
};
