import type { KTable } from './api.ts';
import type { DslContext, StreamTraits, Traits } from './dsl-context.ts';
import { nameOr, storeNameOr } from './dsl-context.ts';
import { GraphNode } from './graph/graph-node.ts';
import type { RepartitionNode } from './graph/repartition-node.ts';
import { writeProcessor } from './graph/write-nodes.ts';
import type { TableSerdes } from './materialize.ts';
import type { TableOperator } from './operators/table-operator.ts';
import type { MaterializedAs } from './options/materialized.ts';
import { originBehind, repartitionNode } from './repartition.ts';

/** The names of an aggregation. */
export interface AggregateNames {
  readonly store: string;
  readonly processor: string;
  /** Null when the table was given no name of its own. */
  readonly queryable: string | null;
}

/** What a grouped stream aggregates into. */
export interface AggregateParts<KR, VR> {
  readonly names: AggregateNames;
  readonly operator: TableOperator<KR, VR, never>;
  readonly serdes: TableSerdes<KR, VR>;
  /** How long windows stay open behind their end, in an aggregation by windows. */
  readonly graceMs?: number;
  /** Whether the result is a versioned table. @default false */
  readonly isVersioned?: boolean;
}

/**
 * Generates the names of an aggregation: first that of the store, then that of the processor. A count whose store has
 * options but no name uses up one number more, for the sake of names from before that.
 */
export const aggregateNames = (
  context: DslContext,
  options: MaterializedAs<unknown, unknown>,
  how: { readonly prefix: string; readonly isStreamCount?: boolean },
): AggregateNames => {
  const { prefix, isStreamCount = false } = how;
  const given = options.materialized?.name;
  if (isStreamCount && options.materialized !== undefined && given === undefined) context.plan.nextIndex();
  const store = storeNameOr(context, options.materialized, prefix);
  return { store, processor: nameOr(context, options.name, prefix), queryable: given ?? null };
};

/**
 * Puts aggregations behind a grouped stream, with a repartition topic in between where the key may have changed.
 * Aggregations of one group that has a name share that topic.
 *
 * @see `org.apache.kafka.streams.kstream.internals.GroupedStreamAggregateBuilder`
 */
export class GroupAggregate<K, V> {
  readonly #context: DslContext;
  readonly #stream: StreamTraits<K, V>;
  readonly #repartitionName: string | null;
  #repartition: RepartitionNode | null = null;

  constructor(context: DslContext, stream: StreamTraits<K, V>, repartitionName: string | null) {
    this.#context = context;
    this.#stream = stream;
    this.#repartitionName = repartitionName;
  }

  build<KR, VR>(parts: AggregateParts<KR, VR>): KTable<KR, VR> {
    const { names, operator, serdes, graceMs, isVersioned: outputVersioned = false } = parts;
    const source = this.#stream.repartitionRequired ? this.#repartitioned(names) : this.#stream;
    const { processor: name } = names;
    const node = new GraphNode(
      name,
      (graph, parents) =>
        writeProcessor(graph, { name, operator: operator.operator, parents, stores: operator.stores() }),
      graceMs === undefined ? { outputVersioned } : { outputVersioned, graceMs },
    );
    this.#context.plan.add(node, [source.node]);
    return this.#context.table<KR, VR>({
      name: names.processor,
      node,
      ...serdes,
      origin: source.origin,
      operator,
      queryableStoreName: names.queryable,
    });
  }

  #repartitioned(names: AggregateNames): Pick<Traits<K, V>, 'node' | 'origin'> {
    const { key, value, node, origin } = this.#stream;
    const fresh = repartitionNode(this.#context, {
      name: this.#repartitionName ?? names.store,
      isNamed: this.#repartitionName !== null || names.queryable !== null,
      key,
      value,
      idleTimeoutMs: origin.idleTimeoutMs,
    });
    if (this.#repartition === null || this.#repartitionName === null) this.#repartition = fresh;
    this.#context.plan.add(this.#repartition, [node]);
    return { node: this.#repartition, origin: originBehind(this.#repartition) };
  }
}
