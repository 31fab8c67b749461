import type { SerdeSlot } from '../serdes/serde-slot.ts';
import type { KTable } from './api.ts';
import type { DslContext, GroupedStreamFacade, Origin, Traits } from './dsl-context.ts';
import { copartitionAll, suffixedOr } from './dsl-context.ts';
import type { Aggregator, Initializer } from './functions.ts';
import type { GraphNodeTraits } from './graph/graph-node.ts';
import { GraphNode } from './graph/graph-node.ts';
import { writeProcessor } from './graph/write-nodes.ts';
import type { TableSerdes } from './materialize.ts';
import { isVersionedTable } from './materialize.ts';
import { mergedTable } from './operators/merged-table.ts';
import type { Aggregation } from './operators/stream-aggregate.ts';
import { aggregation } from './operators/stream-aggregate.ts';
import type { TableOperator } from './operators/table-operator.ts';
import type { MaterializedAs } from './options/materialized.ts';
import { originBehind, repartitionNode } from './repartition.ts';

const aggregatePrefix = 'COGROUPKSTREAM-AGGREGATE-';
const mergePrefix = 'COGROUPKSTREAM-MERGE-';

/** The prefix of the generated names of a cogrouped table's stores. */
export const cogroupStorePrefix: string = aggregatePrefix;

type Grouped<K> = GroupedStreamFacade<K, unknown>;

/** Where the records of one grouped stream come from. */
type Parent = Pick<Traits<unknown, unknown>, 'node' | 'origin'>;

/** A table to be made of all grouped streams. */
export interface CogroupParts<K, KR, VA> {
  readonly options: MaterializedAs<K, VA>;
  /** The name of the one store. */
  readonly storeName: string;
  readonly serdes: TableSerdes<KR, VA>;
  readonly initializer: Initializer<VA>;
  /** How long windows stay open behind their end, in an aggregation by windows. */
  readonly graceMs?: number;
  /** The operator of one of the streams. They all write one store, and each has a time of its own. */
  readonly operatorOf: (how: Aggregation<K, unknown, VA>, timeName: string) => TableOperator<KR, VA, unknown>;
}

/**
 * Grouped streams with an aggregator for each, which make tables together.
 *
 * @see KIP-150, `org.apache.kafka.streams.kstream.internals.CogroupedStreamAggregateBuilder`
 */
export class CogroupAggregate<K, VA> {
  readonly #context: DslContext;
  readonly #groups = new Map<Grouped<K>, Aggregator<K, unknown, VA>>();
  readonly #parents = new Map<Grouped<K>, Parent>();

  constructor(context: DslContext) {
    this.#context = context;
  }

  /** Adds a stream. One that is there already gets another aggregator. */
  add(group: Grouped<K>, aggregator: Aggregator<K, unknown, VA>): void {
    this.#groups.set(group, aggregator);
  }

  /** The serde of the keys: that of the first stream. */
  get key(): SerdeSlot<K> {
    const [first] = this.#groups.keys();
    return (defaults) => first?.traits.key(defaults) ?? null;
  }

  build<KR>(parts: CogroupParts<K, KR, VA>): KTable<KR, VA> {
    const context = this.#context;
    const { options, storeName, serdes, initializer, operatorOf, graceMs } = parts;
    const traits = graceMs === undefined ? {} : { graceMs };
    for (const group of this.#groups.keys()) this.#connect(group, storeName, options);
    const origin = copartitionAll(context, this.#origins());
    const operators: TableOperator<KR, VA, unknown>[] = [];
    const nodes: GraphNode[] = [];
    for (const [group, aggregator] of this.#groups) {
      const operator = operatorOf(aggregation(initializer, aggregator), `${storeName}/${operators.length}`);
      const suffix = `-cogroup-agg-${operators.length}`;
      const node = aggregateNode(suffixedOr(context, options.name, suffix, aggregatePrefix), operator, traits);
      context.plan.add(node, [(this.#parents.get(group) as Parent).node]);
      operators.push(operator);
      nodes.push(node);
    }
    const name = suffixedOr(context, options.name, '-cogroup-merge', mergePrefix);
    const operator = mergedTable(operators);
    const node = new GraphNode(
      name,
      (graph, parents) => writeProcessor(graph, { name, operator: operator.operator, parents }),
      { outputVersioned: isVersionedTable(options.materialized) },
    );
    context.plan.add(node, nodes);
    const queryableStoreName = options.materialized?.name ?? null;
    return context.table<KR, VA>({ name, node, ...serdes, origin, operator, queryableStoreName });
  }

  /** Finds what a stream comes from: itself, or a repartition topic, which several tables share. */
  #connect(group: Grouped<K>, storeName: string, options: MaterializedAs<K, VA>): void {
    const { traits, repartitionName } = group;
    if (!traits.repartitionRequired) {
      this.#parents.set(group, traits);
      return;
    }
    const { key, value, node, origin } = traits;
    const fresh = repartitionNode(this.#context, {
      name: repartitionName ?? storeName,
      isNamed: repartitionName !== null || options.materialized?.name !== undefined,
      key,
      value,
      idleTimeoutMs: origin.idleTimeoutMs,
    });
    if (this.#parents.has(group)) return;
    this.#context.plan.add(fresh, [node]);
    this.#parents.set(group, { node: fresh, origin: originBehind(fresh) });
  }

  #origins(): readonly Origin[] {
    return [...this.#parents.values()].map(({ origin }) => origin);
  }
}

const aggregateNode = <KR, VA>(
  name: string,
  operator: TableOperator<KR, VA, unknown>,
  traits: GraphNodeTraits,
): GraphNode =>
  new GraphNode(
    name,
    (graph, parents) =>
      writeProcessor(graph, { name, operator: operator.operator, parents, stores: operator.stores() }),
    traits,
  );
