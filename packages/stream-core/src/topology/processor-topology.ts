import { passThrough } from '../processor/pass-through.ts';
import type { TaskContext } from '../processor/task-context.ts';
import { LiveNode } from './live-node.ts';
import type { PlannedNode, PlannedSource, SubtopologyPlan } from './plan.ts';
import { sinkOperator } from './sink-operator.ts';
import { readsTopic } from './topic-pattern.ts';

/** A source of a running task: how to read its records, and where they enter. */
export interface LiveSource {
  readonly source: PlannedSource;
  readonly node: LiveNode;
}

/** The nodes of one task, connected and ready. */
export class ProcessorTopology {
  readonly #sources: readonly LiveSource[];
  readonly #nodes: readonly LiveNode[];

  private constructor(nodes: readonly LiveNode[], sources: readonly LiveSource[]) {
    this.#nodes = nodes;
    this.#sources = sources;
  }

  /** Makes the nodes of a sub-topology for a task, whose stores must be open and restored. */
  static build(plan: SubtopologyPlan, task: TaskContext): ProcessorTopology {
    const nodes = new Map(plan.nodes.map((node) => [node.name, liveNode(node, task)]));
    const sources: LiveSource[] = [];
    for (const planned of plan.nodes) {
      const node = nodes.get(planned.name) as LiveNode;
      if (planned.kind === 'source') {
        sources.push({ source: planned, node });
      } else {
        for (const parent of planned.parents) nodes.get(parent)?.addChild(node);
      }
    }
    const topology = new ProcessorTopology([...nodes.values()], sources);
    for (const node of nodes.values()) node.open();
    return topology;
  }

  /** Where the records of a topic enter; null when no source reads it. */
  sourceOf(topic: string): LiveSource | null {
    return this.#sources.find(({ source }) => readsTopic(source, topic)) ?? null;
  }

  /** Tells the operators that time has come to `timestamp` without a record. */
  advanceTime(timestamp: number): void {
    for (const node of this.#nodes) node.advanceTime(timestamp);
  }

  /** Closes the operators, in the order of the nodes; the first error is thrown after all were closed. */
  close(): void {
    const errors: unknown[] = [];
    for (const node of this.#nodes) {
      try {
        node.close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}

const liveNode = (planned: PlannedNode, task: TaskContext): LiveNode => {
  switch (planned.kind) {
    case 'source':
      return new LiveNode(task, { name: planned.name, stores: [], operator: passThrough(), guarded: false });
    case 'processor':
      return new LiveNode(task, { ...planned, guarded: true });
    case 'sink':
      return new LiveNode(task, {
        name: planned.name,
        stores: [],
        operator: sinkOperator(planned, task),
        guarded: false,
      });
  }
};
