import type { StreamPartitioner } from '../processor/stream-partitioner.ts';
import type { SerdeSlot } from '../serdes/serde-slot.ts';
import { defaultValue, mapSlot } from '../serdes/serde-slot.ts';
import { serdes } from '../serdes/serdes.ts';
import { timestampedKeyValueStoreBuilder } from '../state/store-builders.ts';
import type { KTable } from './api.ts';
import type { DslContext, TableTraits } from './dsl-context.ts';
import { mergeOrigins, storeNameOr, suffixedOr } from './dsl-context.ts';
import type { ForeignKeyExtractor, ValueJoiner } from './functions.ts';
import type { GraphNodeTraits } from './graph/graph-node.ts';
import { GraphNode } from './graph/graph-node.ts';
import { VersionedInput } from './graph/versioned-input.ts';
import type { ProcessorParts } from './graph/write-nodes.ts';
import { writeProcessor } from './graph/write-nodes.ts';
import { isVersionedTable, tableSerdes, tableStore } from './materialize.ts';
import { foreignTableJoin } from './operators/foreign-key/foreign-table-join.ts';
import { responseJoin } from './operators/foreign-key/response-join.ts';
import { subscriptionJoin } from './operators/foreign-key/subscription-join.ts';
import { subscriptionReceive } from './operators/foreign-key/subscription-receive.ts';
import type { SubscriptionResponseWrapper } from './operators/foreign-key/subscription-response-wrapper.ts';
import { subscriptionResponseWrapperSerde } from './operators/foreign-key/subscription-response-wrapper.ts';
import { subscriptionSend } from './operators/foreign-key/subscription-send.ts';
import { primaryKeyTopic, subscriptionWrapperSerde } from './operators/foreign-key/subscription-wrapper.ts';
import { TableSource } from './operators/table-source.ts';
import type { ForeignKeyJoined } from './options/table-joined.ts';

export interface ForeignKeyJoinParts<K, V, KO, VO, VR> {
  readonly extractor: ForeignKeyExtractor<K, V, KO>;
  readonly joiner: ValueJoiner<K, V, VO | null, VR>;
  readonly isLeft: boolean;
  readonly options: ForeignKeyJoined<K, KO, VR>;
}

const prefix = 'KTABLE-FK-JOIN-';
const registration = `${prefix}SUBSCRIPTION-REGISTRATION-`;
const processor = `${prefix}SUBSCRIPTION-PROCESSOR-`;
const response = `${prefix}SUBSCRIPTION-RESPONSE-`;
const output = `${prefix}OUTPUT-`;

/** All names of a join, in the order in which they are generated. */
const joinNames = (context: DslContext, name: string | undefined) => {
  const named = (suffix: string, generated: string): string => suffixedOr(context, name, suffix, generated);
  return {
    subscriptionTopic: `${named('-subscription-registration', registration)}-topic`,
    send: named('-subscription-registration-processor', registration),
    subscriptionSink: named('-subscription-registration-sink', 'KTABLE-SINK-'),
    subscriptionSource: named('-subscription-registration-source', 'KTABLE-SOURCE-'),
    store: named('-subscription-store', `${prefix}SUBSCRIPTION-STATE-STORE-`),
    receive: named('-subscription-receive', processor),
    subscriptionJoin: named('-subscription-join-foreign', processor),
    foreignJoin: named('-foreign-join-subscription', processor),
    responseTopic: `${named('-subscription-response', response)}-topic`,
    responseSink: named('-subscription-response-sink', 'KTABLE-SINK-'),
    responseSource: named('-subscription-response-source', 'KTABLE-SOURCE-'),
    responseJoin: named('-subscription-response-resolver', `${prefix}SUBSCRIPTION-RESPONSE-RESOLVER-PROCESSOR-`),
    result: named('-result', output),
  };
};

/** The serdes that the operators of a join use themselves, with the topics that Kafka Streams tells them. */
const joinSerdes = <K, V, KO>(
  topic: string,
  slots: { readonly primaryKey: SerdeSlot<K>; readonly value: SerdeSlot<V>; readonly foreignKey: SerdeSlot<KO> },
) => ({
  primaryKey: { slot: slots.primaryKey as SerdeSlot<unknown>, topic: primaryKeyTopic(topic) },
  foreignKey: { slot: slots.foreignKey as SerdeSlot<unknown>, topic: `${topic}-fk` },
  value: { slot: slots.value as SerdeSlot<unknown>, topic: `${topic}-vh` },
});

interface TopicLink<K, V> {
  readonly topic: string;
  readonly sink: string;
  readonly source: string;
  readonly key: SerdeSlot<K>;
  readonly value: SerdeSlot<V>;
  readonly partitioner: StreamPartitioner<K, V> | null;
  readonly idleTimeoutMs: number | null;
}

/** An internal topic of the join: a sink in front of it, and a source behind it, which is returned. */
const addTopic = <K, V>(context: DslContext, parents: readonly GraphNode[], link: TopicLink<K, V>): GraphNode => {
  const { topic } = link;
  const key = link.key as SerdeSlot<unknown>;
  const value = link.value as SerdeSlot<unknown>;
  const sink = new GraphNode(link.sink, (graph, names) => {
    graph.addRepartitionTopic({ name: topic, partitions: null });
    const partitioner = link.partitioner as StreamPartitioner<unknown, unknown> | null;
    graph.addSink({ name: link.sink, topic, key, value, partitioner, parents: names });
  });
  context.plan.add(sink, parents);
  const source = new GraphNode(link.source, (graph) =>
    graph.addSource({
      name: link.source,
      topics: [topic],
      key,
      value,
      timestampExtractor: null,
      offsetReset: 'earliest',
      pattern: null,
      idleTimeoutMs: link.idleTimeoutMs,
    }),
  );
  context.plan.add(source, [sink]);
  return source;
};

type WriteParts<KIn, VIn, KOut, VOut> = Omit<ProcessorParts<KIn, VIn, KOut, VOut>, 'name' | 'parents'>;

const addProcessor = <KIn, VIn, KOut, VOut>(
  context: DslContext,
  { name, parent, traits }: { readonly name: string; readonly parent: GraphNode; readonly traits?: GraphNodeTraits },
  parts: () => WriteParts<KIn, VIn, KOut, VOut>,
): GraphNode => {
  const node = new GraphNode(name, (graph, parents) => writeProcessor(graph, { name, parents, ...parts() }), traits);
  context.plan.add(node, [parent]);
  return node;
};

/** A partitioner of the user's as the join needs it: an answer goes to one place. */
const onePartition =
  <K, V>(partitioner: StreamPartitioner<K, null>): StreamPartitioner<K, V> =>
  (topic, key, _value, partitions) => {
    const chosen = partitioner(topic, key, null, partitions);
    if (typeof chosen === 'object' && chosen !== null && chosen.length !== 1) {
      throw new RangeError(`the partitioner of a foreign-key join must name one partition, not ${chosen.length}`);
    }
    return chosen;
  };

interface JoinSides<K, V, KO, VO, VR> {
  readonly left: TableTraits<K, V>;
  readonly right: TableTraits<KO, VO>;
  readonly names: ReturnType<typeof joinNames>;
  readonly parts: ForeignKeyJoinParts<K, V, KO, VO, VR>;
}

/** The left side: tells of every entry what it refers to. Returns the source on the right side. */
const addRegistration = <K, V, KO, VO, VR>(context: DslContext, sides: JoinSides<K, V, KO, VO, VR>): GraphNode => {
  const { left, right, names, parts } = sides;
  const { foreignKey, value } = joinSerdes(names.subscriptionTopic, serdesOf(sides));
  const versions = new VersionedInput();
  const send = addProcessor(context, { name: names.send, parent: left.node, traits: versions.traits }, () => ({
    operator: subscriptionSend<K, V, KO>({ ...parts, isVersioned: versions.isVersioned }),
    serdes: { foreignKey, value },
  }));
  const { otherPartitioner } = parts.options;
  const source = addTopic(context, [send], {
    topic: names.subscriptionTopic,
    sink: names.subscriptionSink,
    source: names.subscriptionSource,
    key: right.key,
    value: mapSlot(left.key, subscriptionWrapperSerde),
    partitioner: otherPartitioner === undefined ? null : onePartition(otherPartitioner),
    idleTimeoutMs: left.origin.idleTimeoutMs,
  });
  context.plan.graph.copartition([...right.origin.sources, names.subscriptionSource]);
  return source;
};

/** The right side: keeps the subscriptions and answers them. Returns the source of the answers on the left side. */
const addAnswers = <K, V, KO, VO, VR>(
  context: DslContext,
  sides: JoinSides<K, V, KO, VO, VR>,
  registrations: GraphNode,
): GraphNode => {
  const { left, right, names, parts } = sides;
  const { foreignKey, primaryKey } = joinSerdes(names.subscriptionTopic, serdesOf(sides));
  const store = timestampedKeyValueStoreBuilder<Uint8Array, Uint8Array>(
    { name: names.store, key: () => serdes.bytes(), value: () => serdes.bytes() },
    { persistent: null, logging: true, caching: false, changelogConfig: {} },
  );
  const keeping = { stores: [store], serdes: { foreignKey, primaryKey } };
  const receive = addProcessor(context, { name: names.receive, parent: registrations }, () => ({
    operator: subscriptionReceive<K, KO>(store.name),
    ...keeping,
  }));
  const view = right.operator.view();
  const joined = addProcessor(context, { name: names.subscriptionJoin, parent: receive }, () => ({
    operator: subscriptionJoin<K, KO, VO>(view),
    uses: view.storeNames,
  }));
  const versions = new VersionedInput();
  const foreign = addProcessor(
    context,
    { name: names.foreignJoin, parent: right.node, traits: versions.traits },
    () => ({
      operator: foreignTableJoin<K, KO, VO>({ store: store.name, isVersioned: versions.isVersioned }),
      ...keeping,
    }),
  );
  const { partitioner } = parts.options;
  const source = addTopic<K, SubscriptionResponseWrapper<VO>>(context, [joined, foreign], {
    topic: names.responseTopic,
    sink: names.responseSink,
    source: names.responseSource,
    key: left.key,
    value: mapSlot(right.value, subscriptionResponseWrapperSerde),
    partitioner:
      partitioner === undefined ? (_topic, _key, answer) => answer.primaryPartition : onePartition(partitioner),
    idleTimeoutMs: right.origin.idleTimeoutMs,
  });
  context.plan.graph.copartition([...left.origin.sources, names.responseSource]);
  return source;
};

const serdesOf = <K, V, KO, VO, VR>({ left, right }: JoinSides<K, V, KO, VO, VR>) => ({
  primaryKey: left.key,
  value: left.value,
  foreignKey: right.key,
});

/**
 * Puts a foreign-key join behind two tables. The left side subscribes to foreign keys where those live; that side keeps
 * the subscriptions and answers, at once and whenever a foreign value changes; back on the left side the answer meets the
 * left value.
 *
 * @see KIP-213, `KTableImpl.doJoinOnForeignKey`
 */
export const joinOnForeignKey = <K, V, KO, VO, VR>(
  context: DslContext,
  left: TableTraits<K, V>,
  right: TableTraits<KO, VO>,
  parts: ForeignKeyJoinParts<K, V, KO, VO, VR>,
): KTable<K, VR> => {
  right.operator.enableSendingOldValues(true);
  left.operator.enableSendingOldValues(true);
  const { materialized } = parts.options;
  const names = joinNames(context, parts.options.name);
  const sides = { left, right, names, parts };
  const answers = addAnswers(context, sides, addRegistration(context, sides));
  const view = left.operator.view();
  const { value } = joinSerdes(names.subscriptionTopic, serdesOf(sides));
  const joined = addProcessor(context, { name: names.responseJoin, parent: answers }, () => ({
    operator: responseJoin<K, V, VO, VR>({ left: view, ...parts }),
    uses: view.storeNames,
    serdes: { value },
  }));
  const storeName = storeNameOr(context, materialized, output);
  const resultSerdes = tableSerdes(materialized, { key: left.key, value: defaultValue<VR> });
  const store = tableStore(storeName, materialized, resultSerdes);
  const operator = new TableSource<K, VR>(store, materialized?.name !== undefined);
  const traits = { outputVersioned: isVersionedTable(materialized) };
  const node = addProcessor(context, { name: names.result, parent: joined, traits }, () => ({
    operator: operator.operator,
    stores: operator.stores(),
  }));
  return context.table<K, VR>({
    name: names.result,
    node,
    ...resultSerdes,
    origin: mergeOrigins(left.origin, {
      sources: new Set([names.responseSource]),
      idleTimeoutMs: right.origin.idleTimeoutMs,
    }),
    operator,
    queryableStoreName: storeName,
  });
};
