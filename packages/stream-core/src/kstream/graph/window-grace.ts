import type { GraphNode } from './graph-node.ts';

/**
 * How late updates of the windows may come that a node's records belong to: the longest grace of its nearest windowed
 * aggregations. Null when some of the records do not come from one.
 *
 * @see `org.apache.kafka.streams.kstream.internals.graph.GraphGraceSearchUtil`
 */
export const windowGraceMs = (node: GraphNode): number | null => {
  const { graceMs } = node.traits;
  if (graceMs !== undefined) return graceMs;
  let longest: number | null = null;
  for (const parent of node.parents) {
    const inherited = windowGraceMs(parent);
    if (inherited === null) return null;
    longest = Math.max(longest ?? 0, inherited);
  }
  return longest;
};
