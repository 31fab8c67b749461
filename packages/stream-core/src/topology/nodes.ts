import type { AutoOffsetReset } from '../common/auto-offset-reset.ts';
import type { OperatorSupplier } from '../processor/operator.ts';
import type { StreamPartitioner } from '../processor/stream-partitioner.ts';
import type { TimestampExtractor } from '../processor/timestamp-extractor.ts';
import type { TopicNameExtractor } from '../processor/topic-name-extractor.ts';
import type { SerdeSlot } from '../serdes/serde-slot.ts';

/** Reads topics. */
export interface SourceNode {
  readonly kind: 'source';
  readonly name: string;
  readonly topics: readonly string[];
  /** Reads every topic whose whole name matches, also those that are created later; null where topics are named. */
  readonly pattern: RegExp | null;
  readonly key: SerdeSlot<unknown>;
  readonly value: SerdeSlot<unknown>;
  /** Null: the default one of the configuration. */
  readonly timestampExtractor: TimestampExtractor | null;
  /** Null: that of the configuration. */
  readonly offsetReset: AutoOffsetReset | null;
  /** Lets the wall clock move stream time when no record came for so long; null: never. */
  readonly idleTimeoutMs: number | null;
}

/** A serde that an operator uses itself, and the topic that it is told. */
export interface NodeSerde {
  readonly slot: SerdeSlot<unknown>;
  /** Without the application id in front; nothing is written there. */
  readonly topic: string;
}

/** Runs an operator. */
export interface ProcessorNode {
  readonly kind: 'processor';
  readonly name: string;
  readonly parents: readonly string[];
  readonly operator: OperatorSupplier<unknown, unknown, unknown, unknown>;
  /** The names of the connected stores, in the order of connection. */
  readonly stores: readonly string[];
  /** The serdes that the operator uses itself, by what they are for. */
  readonly serdes?: Readonly<Record<string, NodeSerde>>;
}

/** Writes to a topic. */
export interface SinkNode {
  readonly kind: 'sink';
  readonly name: string;
  readonly parents: readonly string[];
  readonly topic: string | TopicNameExtractor<unknown, unknown>;
  readonly key: SerdeSlot<unknown>;
  readonly value: SerdeSlot<unknown>;
  readonly partitioner: StreamPartitioner<unknown, unknown> | null;
}

/** A node of a topology: data, with no knowledge of how it runs. */
export type TopologyNode = SourceNode | ProcessorNode | SinkNode;
