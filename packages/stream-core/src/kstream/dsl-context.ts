import type { SerdeSlot } from '../serdes/serde-slot.ts';
import { validateName } from '../topology/node-names.ts';
import type { KGroupedStream, KGroupedTable, KStream, KTable } from './api.ts';
import type { GraphNode } from './graph/graph-node.ts';
import type { LogicalPlan } from './graph/logical-plan.ts';
import type { RepartitionNode } from './graph/repartition-node.ts';
import type { TableOperator } from './operators/table-operator.ts';
import type { Materialized } from './options/materialized.ts';

/** Where the records of a stream or table come from, as far back as the last repartition. */
export interface Origin {
  /** The names of the sources. */
  readonly sources: ReadonlySet<string>;
  /** The idle timeout of those sources, which a repartition topic hands on; null: none. */
  readonly idleTimeoutMs: number | null;
}

/** What every facade stands on: a node of the plan, the serdes that the records carry, and where they come from. */
export interface Traits<K, V> {
  /** The name of the node; operators behind it name it as their parent. */
  readonly name: string;
  readonly node: GraphNode;
  readonly key: SerdeSlot<K>;
  readonly value: SerdeSlot<V>;
  readonly origin: Origin;
}

export interface StreamTraits<K, V> extends Traits<K, V> {
  /** The key may have changed since the records were last partitioned by it. */
  readonly repartitionRequired: boolean;
}

export interface TableTraits<K, V> extends Traits<K, V> {
  readonly operator: TableOperator<K, V, never>;
  readonly queryableStoreName: string | null;
}

/** A stream as the operators that join or merge it see it: the interface, and what lies behind it. */
export interface StreamFacade<K, V> extends KStream<K, V> {
  readonly traits: StreamTraits<K, V>;
  /** The repartition that a join made of this stream already, for the next join of it. */
  repartitionNode: RepartitionNode | null;
}

/** A grouped stream as one sees it that aggregates several of them together. */
export interface GroupedStreamFacade<K, V> extends KGroupedStream<K, V> {
  readonly traits: StreamTraits<K, V>;
  /** The name of the repartition topic in front of its aggregations, if the user gave one. */
  readonly repartitionName: string | null;
}

/** A table as the operators that join it see it. */
export interface TableFacade<K, V> extends KTable<K, V> {
  readonly traits: TableTraits<K, V>;
}

/** What a facade needs to add an operator and to return the next facade, without knowing how those are made. */
export interface DslContext {
  readonly plan: LogicalPlan;
  /** Whether the optimiser is told that processors may change keys and values; see `StreamsBuilderOptions`. */
  readonly optimizerKnowsProcessors: boolean;
  stream<K, V>(traits: StreamTraits<K, V>): KStream<K, V>;
  table<K, V>(traits: TableTraits<K, V>): KTable<K, V>;
  groupedStream<K, V>(traits: StreamTraits<K, V>, repartitionName: string | null): KGroupedStream<K, V>;
  groupedTable<K, V>(traits: Traits<K, V>, repartitionName: string | null): KGroupedTable<K, V>;
}

/** A generated name: the prefix and the next number. */
export const nextName = (context: DslContext, prefix: string): string => `${prefix}${context.plan.nextIndex()}`;

/** The name that was given for a store, else a generated one. */
export const storeNameOr = (
  context: DslContext,
  materialized: Pick<Materialized<unknown, unknown>, 'name' | 'logging'> | undefined,
  prefix: string,
): string => {
  if (materialized?.name !== undefined) return materialized.name;
  const name = `${prefix}STATE-STORE-${context.plan.nextIndex()}`;
  context.plan.unnamed.addStore(name, { logging: materialized?.logging });
  return name;
};

/** The given name, else a generated one. A number is used up either way, so that naming one node renames no other. */
export const nameOr = (context: DslContext, given: string | undefined, prefix: string): string => {
  const generated = nextName(context, prefix);
  if (given === undefined) return generated;
  validateName(given);
  return given;
};

/** The given name with a suffix, else a generated one. */
export const suffixedOr = (context: DslContext, given: string | undefined, suffix: string, prefix: string): string =>
  nameOr(context, given === undefined ? undefined : given + suffix, prefix);

/** The origin of two inputs together, with the longer of their idle timeouts. */
export const mergeOrigins = (left: Origin, right: Origin): Origin => ({
  sources: new Set([...left.sources, ...right.sources]),
  idleTimeoutMs:
    left.idleTimeoutMs === null || right.idleTimeoutMs === null
      ? (left.idleTimeoutMs ?? right.idleTimeoutMs)
      : Math.max(left.idleTimeoutMs, right.idleTimeoutMs),
});

/** The origin of several inputs, which must be partitioned alike from now on. */
export const copartitionAll = (context: DslContext, origins: readonly Origin[]): Origin => {
  const origin = origins.reduce(mergeOrigins);
  context.plan.graph.copartition(origin.sources);
  return origin;
};

/** The origin of two inputs, which must be partitioned alike from now on. */
export const copartition = (
  context: DslContext,
  left: Traits<unknown, unknown>,
  right: Traits<unknown, unknown>,
): Origin => copartitionAll(context, [left.origin, right.origin]);
