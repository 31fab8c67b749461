import { TopologyError } from '../errors/streams-error.ts';
import { timeOrderedBufferBuilder } from '../state/store-builders.ts';
import type { KTable } from './api.ts';
import type { DslContext, TableTraits } from './dsl-context.ts';
import { nextName } from './dsl-context.ts';
import { GraphNode } from './graph/graph-node.ts';
import { windowGraceMs } from './graph/window-grace.ts';
import { writeProcessor } from './graph/write-nodes.ts';
import { Suppress } from './operators/suppress.ts';
import type { Suppressed } from './options/suppressed.ts';

const prefix = 'KTABLE-SUPPRESS-';

const storeNameOf = (context: DslContext, { name, logging }: Suppressed<never>): string => {
  if (name !== null) return `${name}-store`;
  const generated = nextName(context, `${prefix}STATE-STORE-`);
  if (logging) context.plan.unnamed.addStore(generated, { logging });
  return generated;
};

/**
 * How long an update waits behind its buffer time.
 *
 * @throws TopologyError when windows are waited for that the table does not come from
 */
const waitMsOf = (node: GraphNode, { timeLimitMs }: Suppressed<never>): number => {
  if (timeLimitMs !== null) return timeLimitMs;
  const graceMs = windowGraceMs(node);
  if (graceMs !== null) return graceMs;
  const problem = 'the suppress waits until windows close, but the table is not made of windows';
  throw new TopologyError([{ where: node.name, problem, remedy: 'use untilTimeLimit, or aggregate by windows' }]);
};

/** What was late would come out as the last word. */
const refuseVersioned = (where: string): never => {
  const problem = 'it is behind a versioned table, whose late updates it cannot tell from others';
  throw new TopologyError([{ where, problem, remedy: 'suppress a table without `versioned`' }]);
};

/**
 * Puts a suppress behind a table. A versioned table is refused when the topology is built.
 *
 * @throws TopologyError when windows are waited for that the table does not come from
 * @see KIP-328, `org.apache.kafka.streams.kstream.internals.KTableImpl.suppress`
 */
export const suppressTable = <K, V>(
  context: DslContext,
  traits: TableTraits<K, V>,
  suppressed: Suppressed<K>,
): KTable<K, V> => {
  const name = suppressed.name ?? nextName(context, prefix);
  const waitMs = waitMsOf(traits.node, suppressed);
  const { endOf, maxRecords, maxBytes, whenFull, logging, changelogConfig } = suppressed;
  const store = timeOrderedBufferBuilder(
    { name: storeNameOf(context, suppressed), key: traits.key, value: traits.value },
    { persistent: null, logging, changelogConfig },
  );
  const operator = new Suppress<K, V>(traits.operator, store, {
    waitMs,
    endOf,
    dropsDeletions: endOf !== null,
    maxRecords,
    maxBytes,
    whenFull,
  });
  const node = new GraphNode(
    name,
    (graph, parents) =>
      writeProcessor(graph, { name, operator: operator.operator, parents, stores: operator.stores() }),
    { outputVersioned: false, onVersionedInput: () => refuseVersioned(name) },
  );
  context.plan.add(node, [traits.node]);
  return context.table<K, V>({ ...traits, name, node, operator, queryableStoreName: null });
};
