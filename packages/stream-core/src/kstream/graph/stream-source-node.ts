import { TopologyError } from '../../errors/streams-error.ts';
import type { SourceNode } from '../../topology/nodes.ts';
import { selectionText } from '../../topology/topic-pattern.ts';
import { GraphNode } from './graph-node.ts';

/** A source of the logical plan. Two streams of the same topics become one source. */
export class StreamSourceNode extends GraphNode {
  readonly source: Omit<SourceNode, 'kind'>;

  constructor(source: Omit<SourceNode, 'kind'>) {
    super(source.name, (graph) => graph.addSource(source));
    this.source = source;
  }

  /** Takes over the children of another source of the same topics. @throws TopologyError when they read differently */
  merge(other: StreamSourceNode): void {
    if (this.source.offsetReset !== other.source.offsetReset) {
      throw new TopologyError([
        {
          where: `${this.name}, ${other.name}`,
          problem: `both read ${selectionText(this.source)}, with different offset resets`,
          remedy: 'use the same offsetReset, or one stream twice',
        },
      ]);
    }
    for (const child of [...other.children]) {
      other.removeChild(child);
      this.addChild(child);
    }
  }

  /** Whether both read exactly the same topics. */
  readsSameTopics(other: StreamSourceNode): boolean {
    const { pattern } = this.source;
    if (pattern !== null || other.source.pattern !== null) return String(pattern) === String(other.source.pattern);
    const topics = new Set(this.source.topics);
    return topics.size === new Set(other.source.topics).size && other.source.topics.every((topic) => topics.has(topic));
  }
}
