import type { GraphNode } from './graph-node.ts';

/** The first node that satisfies `matches`: this one, or else one above it, along the first parent before the next. */
export const findUpwards = (node: GraphNode, matches: (node: GraphNode) => boolean): GraphNode | null => {
  if (matches(node)) return node;
  for (const parent of node.parents) {
    const found = findUpwards(parent, matches);
    if (found !== null) return found;
  }
  return null;
};
