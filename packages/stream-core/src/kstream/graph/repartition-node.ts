import type { StreamPartitioner } from '../../processor/stream-partitioner.ts';
import { failOnInvalidTimestamp } from '../../processor/timestamp-extractor.ts';
import type { SerdeSlot } from '../../serdes/serde-slot.ts';
import type { TopologyGraph } from '../../topology/topology-graph.ts';
import { filter } from '../operators/filter.ts';
import { GraphNode } from './graph-node.ts';

/** A repartition topic with the sink in front of it and the source behind it. */
export interface RepartitionParts {
  /** Without the application id in front. */
  readonly topic: string;
  readonly sinkName: string;
  readonly filterName: string;
  readonly sourceName: string;
  readonly key: SerdeSlot<unknown>;
  readonly value: SerdeSlot<unknown>;
  readonly partitioner: StreamPartitioner<unknown, unknown> | null;
  readonly partitions: number | null;
  readonly idleTimeoutMs: number | null;
  /** Whether another one may take its place: not where the user asked for it. */
  readonly isMergeable: boolean;
}

/**
 * Sends a stream through a topic, so that records of one key come together. Records without a key are dropped in front
 * of it, unless a join behind it wants them.
 */
export class RepartitionNode extends GraphNode {
  readonly parts: RepartitionParts;
  #dropsNullKeys = false;

  constructor(parts: RepartitionParts) {
    super(parts.sourceName, (graph, parents) => this.#writeParts(graph, parents));
    this.parts = parts;
  }

  dropNullKeys(): void {
    this.#dropsNullKeys = true;
  }

  #writeParts(graph: TopologyGraph, parents: readonly string[]): void {
    const { topic, partitions, filterName, sinkName, sourceName, key, value, partitioner, idleTimeoutMs } = this.parts;
    graph.addRepartitionTopic({ name: topic, partitions });
    const keeps = this.#dropsNullKeys ? (recordKey: unknown) => recordKey !== null : () => true;
    graph.addProcessor({ name: filterName, operator: filter(keeps), parents });
    graph.addSink({ name: sinkName, topic, key, value, partitioner, parents: [filterName] });
    graph.addSource({
      name: sourceName,
      topics: [topic],
      key,
      value,
      timestampExtractor: failOnInvalidTimestamp,
      offsetReset: 'earliest',
      pattern: null,
      idleTimeoutMs,
    });
  }
}
