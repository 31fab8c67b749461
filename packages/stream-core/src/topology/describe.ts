import type { TopologyNode } from './nodes.ts';
import type { TopologyGraph } from './topology-graph.ts';

interface DescribedNode {
  readonly node: TopologyNode;
  readonly children: string[];
  /** How many nodes lie on the paths below this one, itself included: Kafka Streams prints the largest first. */
  size: number;
}

const parentsOf = (node: TopologyNode): readonly string[] => (node.kind === 'source' ? [] : node.parents);

const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : [...names].sort().join(', '));

const headline = (node: TopologyNode): string => {
  switch (node.kind) {
    case 'source':
      return node.pattern === null
        ? `Source: ${node.name} (topics: [${[...node.topics].sort().join(', ')}])`
        : `Source: ${node.name} (topics: ${node.pattern.source})`;
    case 'processor':
      return `Processor: ${node.name} (stores: [${[...node.stores].sort().join(', ')}])`;
    case 'sink':
      return typeof node.topic === 'string'
        ? `Sink: ${node.name} (topic: ${node.topic})`
        : `Sink: ${node.name} (extractor class: ${node.topic.name === '' ? 'anonymous' : node.topic.name})`;
  }
};

const describeNode = ({ node, children }: DescribedNode): string => {
  const lines = [`    ${headline(node)}`];
  if (node.kind !== 'sink') lines.push(`      --> ${listed(children)}`);
  if (node.kind !== 'source') lines.push(`      <-- ${listed(node.parents)}`);
  return `${lines.join('\n')}\n`;
};

const grow = (nodes: ReadonlyMap<string, DescribedNode>, name: string, by: number): void => {
  const described = nodes.get(name);
  if (described === undefined) return;
  described.size += by;
  for (const parent of parentsOf(described.node)) grow(nodes, parent, by);
};

const describeGroup = (group: readonly TopologyNode[]): string => {
  const nodes = new Map<string, DescribedNode>(group.map((node) => [node.name, { node, children: [], size: 1 }]));
  for (const node of group) {
    for (const parent of parentsOf(node)) {
      nodes.get(parent)?.children.push(node.name);
      grow(nodes, parent, 1);
    }
  }
  return [...nodes.values()]
    .sort((left, right) => right.size - left.size || (left.node.name < right.node.name ? -1 : 1))
    .map(describeNode)
    .join('');
};

/**
 * The topology as text: sub-topologies with their nodes, stores and topics, in the form that Kafka Streams prints, so
 * that tools which read that form can read this one.
 *
 * @see `org.apache.kafka.streams.TopologyDescription`
 */
export const describeTopology = (graph: TopologyGraph): string => {
  const groups = graph.nodeGroups().map((group, id) => {
    const nodes = describeGroup(group);
    if (!graph.isGlobal(group)) return `  Sub-topology: ${id}\n${nodes}\n`;
    return `  Sub-topology: ${id} for global store (will not generate tasks)\n${nodes}`;
  });
  return `Topologies:\n ${groups.join('')}`;
};
