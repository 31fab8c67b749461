import type { PlannedNode, PlannedSource } from './plan.ts';

/** The sources whose records reach a processor that uses a store. */
export const upstreamSources = (nodes: readonly PlannedNode[], store: string): readonly PlannedSource[] => {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const visited = new Set<string>();
  const sources: PlannedSource[] = [];
  const visit = (name: string): void => {
    const node = byName.get(name);
    if (node === undefined || visited.has(name)) return;
    visited.add(name);
    if (node.kind === 'source') sources.push(node);
    else node.parents.forEach(visit);
  };
  for (const node of nodes) if (node.kind === 'processor' && node.stores.includes(store)) visit(node.name);
  return sources;
};
