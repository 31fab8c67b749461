import type { TopologyNode } from './nodes.ts';

type Wired = Pick<TopologyNode, 'name'> &
  (
    | { readonly kind: 'source'; readonly topics: readonly string[] }
    | { readonly kind: 'processor'; readonly parents: readonly string[]; readonly stores: readonly string[] }
    | { readonly kind: 'sink'; readonly parents: readonly string[] }
  );

/** The topics whose records reach a processor that uses a store. */
export const upstreamTopics = (nodes: readonly Wired[], store: string): readonly string[] => {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const visited = new Set<string>();
  const topics = new Set<string>();
  const visit = (name: string): void => {
    const node = byName.get(name);
    if (node === undefined || visited.has(name)) return;
    visited.add(name);
    if (node.kind === 'source') for (const topic of node.topics) topics.add(topic);
    else node.parents.forEach(visit);
  };
  for (const node of nodes) if (node.kind === 'processor' && node.stores.includes(store)) visit(node.name);
  return [...topics];
};
