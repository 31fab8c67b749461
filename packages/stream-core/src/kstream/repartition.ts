import type { StreamPartitioner } from '../processor/stream-partitioner.ts';
import type { SerdeSlot } from '../serdes/serde-slot.ts';
import type { DslContext, Origin, StreamFacade, StreamTraits } from './dsl-context.ts';
import { nextName } from './dsl-context.ts';
import type { MergedRepartition } from './graph/repartition-merge.ts';
import { RepartitionNode } from './graph/repartition-node.ts';

const suffix = '-repartition';

export interface RepartitionOptions<K, V> {
  /** The name of the topic, with or without its suffix: given by the user, or that of the operator that needs it. */
  readonly name: string;
  /** Whether the user gave that name. */
  readonly isNamed: boolean;
  readonly key: SerdeSlot<K>;
  readonly value: SerdeSlot<V>;
  readonly idleTimeoutMs: number | null;
  readonly partitioner?: StreamPartitioner<K, V> | null;
  readonly partitions?: number | null;
  /** Whether the user asked for it, so that the optimiser leaves it alone. @default false */
  readonly isExplicit?: boolean;
}

/**
 * A repartition topic with its generated or derived node names. Three numbers are used up whatever the names are.
 *
 * @see `KStreamImpl.createRepartitionedSource`
 */
export const repartitionNode = <K, V>(context: DslContext, options: RepartitionOptions<K, V>): RepartitionNode => {
  const {
    name,
    isNamed,
    key,
    value,
    idleTimeoutMs,
    partitioner = null,
    partitions = null,
    isExplicit = false,
  } = options;
  const topic = name.endsWith(suffix) ? name : name + suffix;
  if (!isNamed) context.plan.unnamed.addRepartitionTopic(topic);
  const generatedSink = nextName(context, 'KSTREAM-SINK-');
  const generatedFilter = nextName(context, 'KSTREAM-FILTER-');
  const generatedSource = nextName(context, 'KSTREAM-SOURCE-');
  const isGenerated = /^KSTREAM.*-[0-9]{10}$/.test(name);
  return new RepartitionNode({
    topic,
    sinkName: isGenerated ? generatedSink : `${topic}-sink`,
    filterName: isGenerated ? generatedFilter : `${topic}-filter`,
    sourceName: isGenerated ? generatedSource : `${topic}-source`,
    key: key as SerdeSlot<unknown>,
    value: value as SerdeSlot<unknown>,
    partitioner: partitioner as StreamPartitioner<unknown, unknown> | null,
    partitions,
    idleTimeoutMs,
    isMergeable: !isExplicit,
  });
};

/** The repartition that the optimiser puts in the place of several: it takes the topic of the first. */
export const mergedRepartition = (context: DslContext, { topic, key, value }: MergedRepartition): RepartitionNode =>
  repartitionNode(context, { name: topic, isNamed: true, key, value, idleTimeoutMs: null });

/** Behind a repartition topic records come from there. */
export const originBehind = ({ name, parts }: RepartitionNode): Origin => ({
  sources: new Set([name]),
  idleTimeoutMs: parts.idleTimeoutMs,
});

/** The stream behind a repartition topic. */
export const behindRepartition = <K, V>(
  node: RepartitionNode,
  serdes: { readonly key: SerdeSlot<K>; readonly value: SerdeSlot<V> },
): StreamTraits<K, V> => ({
  name: node.name,
  node,
  key: serdes.key,
  value: serdes.value,
  origin: originBehind(node),
  repartitionRequired: false,
});

/**
 * The stream, partitioned by its key: itself, or what comes back from a repartition topic. Two joins of one stream that
 * name no topic share one.
 */
export const partitionedForJoin = <K, V>(
  context: DslContext,
  stream: StreamFacade<K, V>,
  options: Pick<RepartitionOptions<K, V>, 'name' | 'isNamed' | 'key' | 'value'>,
): StreamTraits<K, V> => {
  if (!stream.traits.repartitionRequired) return stream.traits;
  const fresh = repartitionNode(context, { ...options, idleTimeoutMs: stream.traits.origin.idleTimeoutMs });
  if (stream.repartitionNode === null || stream.traits.name !== options.name) {
    stream.repartitionNode = fresh;
    context.plan.add(fresh, [stream.traits.node]);
  }
  // The name that was made last, though the node may be an older one: generated names depend on it.
  return { ...behindRepartition(stream.repartitionNode, options), name: fresh.name };
};
