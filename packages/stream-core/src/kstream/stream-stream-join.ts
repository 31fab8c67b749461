import { TopologyError } from '../errors/streams-error.ts';
import { passThrough } from '../processor/pass-through.ts';
import type { SerdeSlot } from '../serdes/serde-slot.ts';
import { defaultValue, slotOf } from '../serdes/serde-slot.ts';
import type { StoreBuilder } from '../state/state-store.ts';
import type { StoreTraits } from '../state/store-builders.ts';
import { outerJoinStoreBuilder, windowStoreBuilder } from '../state/store-builders.ts';
import type { KStream } from './api.ts';
import type { DslContext, StreamFacade, StreamTraits } from './dsl-context.ts';
import { copartition, nextName, suffixedOr } from './dsl-context.ts';
import { GraphNode } from './graph/graph-node.ts';
import type { StreamJoinParts } from './graph/stream-join-node.ts';
import { StreamJoinNode } from './graph/stream-join-node.ts';
import { writeProcessor } from './graph/write-nodes.ts';
import { joinWindow } from './operators/join-window.ts';
import { streamSelfJoin } from './operators/stream-self-join.ts';
import { streamStreamJoin } from './operators/stream-stream-join.ts';
import type { JoinStore, StreamJoined } from './options/joined.ts';
import { partitionedForJoin } from './repartition.ts';
import type { JoinWindows } from './windows/windows.ts';
import { joinWindowSizeMs } from './windows/windows.ts';

/** Which records appear in the result: those of both streams, all of the left one, or all of either. */
export type StreamJoinKind = 'inner' | 'left' | 'outer';

export interface StreamStreamJoinParts<K, V, VO> {
  readonly kind: StreamJoinKind;
  readonly joiner: (left: unknown, right: unknown, key: unknown) => unknown;
  readonly windows: JoinWindows;
  readonly options: StreamJoined<K, V, VO>;
}

/** All names of a join, in the order in which they are generated. */
const joinNames = (context: DslContext, kind: StreamJoinKind, options: StreamJoined<unknown, unknown, unknown>) => {
  const { name, storeName } = options;
  const thisSuffix = kind === 'outer' ? '-outer-this-join' : '-this-join';
  const otherSuffix = kind === 'inner' ? '-other-join' : '-outer-other-join';
  const thisWindowed = suffixedOr(context, name, '-this-windowed', 'KSTREAM-WINDOWED-');
  const otherWindowed = suffixedOr(context, name, '-other-windowed', 'KSTREAM-WINDOWED-');
  const thisGenerated = nextName(context, kind === 'outer' ? 'KSTREAM-OUTERTHIS-' : 'KSTREAM-JOINTHIS-');
  const otherGenerated = nextName(context, kind === 'inner' ? 'KSTREAM-JOINOTHER-' : 'KSTREAM-OUTEROTHER-');
  const merge = suffixedOr(context, name, '-merge', 'KSTREAM-MERGE-');
  return {
    thisWindowed,
    otherWindowed,
    thisJoin: name === undefined ? thisGenerated : name + thisSuffix,
    otherJoin: name === undefined ? otherGenerated : name + otherSuffix,
    merge,
    thisStore: `${storeName === undefined ? thisGenerated : storeName + thisSuffix}-store`,
    otherStore: `${storeName === undefined ? otherGenerated : storeName + otherSuffix}-store`,
    outerStore: outerStoreName(kind, options, thisGenerated),
  };
};

const outerStoreName = (
  kind: StreamJoinKind,
  options: StreamJoined<unknown, unknown, unknown>,
  generated: string,
): string => {
  const suffix = kind === 'outer' ? '-outer-shared-join' : '-left-shared-join';
  const base = options.thisStore?.name ?? options.storeName;
  return base === undefined ? `KSTREAM-OUTERSHARED-${generated.slice(-10)}-store` : `${base}${suffix}-store`;
};

interface JoinStores {
  readonly own: StoreBuilder;
  readonly other: StoreBuilder;
  readonly outer: StoreBuilder | null;
}

const joinStores = <K, V, VO>(
  parts: StreamStreamJoinParts<K, V, VO>,
  names: ReturnType<typeof joinNames>,
  sides: { readonly left: StreamTraits<K, V>; readonly right: StreamTraits<K, VO> },
): JoinStores => {
  const { kind, windows, options } = parts;
  const windowSizeMs = joinWindowSizeMs(windows);
  const retentionMs = windowSizeMs + windows.graceMs;
  const key = slotOf(options.key, sides.left.key);
  const left = slotOf(options.value, sides.left.value);
  const right = slotOf(options.otherValue, sides.right.value);
  const traits: StoreTraits = {
    persistent: options.persistent ?? null,
    logging: options.logging ?? true,
    caching: false,
    changelogConfig: options.changelogConfig ?? {},
  };
  const window = (name: string, value: SerdeSlot<unknown>, given: JoinStore | undefined): StoreBuilder =>
    windowStoreBuilder(
      { name: given?.name ?? name, key, value, retentionMs, windowSizeMs, retainDuplicates: true },
      given === undefined ? traits : { ...traits, persistent: given.persistent ?? true },
    );
  return {
    own: window(names.thisStore, left, options.thisStore),
    other: window(names.otherStore, right, options.otherStore),
    outer:
      kind !== 'inner' && windows.holdsBackUnmatched
        ? outerJoinStoreBuilder({ name: names.outerStore, key, left, right }, traits)
        : null,
  };
};

const checkStores = <K, V, VO>({ options }: StreamStreamJoinParts<K, V, VO>): void => {
  const { thisStore, otherStore } = options;
  if (thisStore !== undefined && thisStore.name === otherStore?.name) {
    const problem = 'both sides of the join use one store';
    throw new TopologyError([{ where: thisStore.name, problem, remedy: 'name a store for each side' }]);
  }
};

/**
 * Puts a stream-stream join behind two streams: each side keeps its records in a window store, in which the other one
 * looks.
 *
 * @see `org.apache.kafka.streams.kstream.internals.KStreamImplJoin`
 */
export const joinStreams = <K, V, VO, VR>(
  context: DslContext,
  left: StreamFacade<K, V>,
  right: StreamFacade<K, VO>,
  parts: StreamStreamJoinParts<K, V, VO>,
): KStream<K, VR> => {
  checkStores(parts);
  const { options, kind } = parts;
  const named = (suffix: string, otherwise: string) => (options.name === undefined ? otherwise : options.name + suffix);
  const isNamed = options.name !== undefined;
  const thisSide = partitionedForJoin(context, left, {
    name: named('-left', left.traits.name),
    isNamed,
    key: slotOf(options.key, left.traits.key),
    value: slotOf(options.value, left.traits.value),
  });
  const otherSide = partitionedForJoin(context, right, {
    name: named('-right', right.traits.name),
    isNamed,
    key: slotOf(options.key, right.traits.key),
    value: slotOf(options.otherValue, right.traits.value),
  });
  const origin = copartition(context, thisSide, otherSide);
  const names = joinNames(context, kind, options);
  const stores = joinStores(parts, names, { left: thisSide, right: otherSide });
  if (options.storeName === undefined) {
    for (const store of [stores.own, stores.other, stores.outer]) {
      if (store !== null) context.plan.unnamed.addStore(store.name, { logging: options.logging });
    }
  }
  const thisWindow = addWindowed(context, thisSide, { name: names.thisWindowed, store: stores.own });
  const otherWindow = addWindowed(context, otherSide, { name: names.otherWindowed, store: stores.other });
  const writers = joinWriters(parts, names, stores);
  const traits = { nullKeyRelaxed: kind !== 'inner' };
  const node = new StreamJoinNode({ name: names.merge, thisWindow, otherWindow, ...writers }, traits);
  context.plan.add(node, [thisSide.node, otherSide.node]);
  return context.stream<K, VR>({
    name: names.merge,
    node,
    key: thisSide.key,
    value: defaultValue,
    origin,
    repartitionRequired: false,
  });
};

const addWindowed = (
  context: DslContext,
  side: StreamTraits<unknown, unknown>,
  { name, store }: { readonly name: string; readonly store: StoreBuilder },
): GraphNode => {
  const node = new GraphNode(name, (graph, parents) =>
    writeProcessor(graph, { name, operator: joinWindow(store.name), parents, stores: [store] }),
  );
  context.plan.add(node, [side.node]);
  return node;
};

const joinWriters = <K, V, VO>(
  { kind, joiner, windows }: StreamStreamJoinParts<K, V, VO>,
  names: ReturnType<typeof joinNames>,
  { own, other, outer }: JoinStores,
): Pick<StreamJoinParts, 'write' | 'writeSelfJoin'> => {
  const outerStores = outer === null ? [] : [outer];
  const { thisJoin, otherJoin, merge, thisWindowed, otherWindowed } = names;
  const shared = { windows, joiner, outerStore: outer?.name ?? null, timeName: merge };
  const thisOperator = streamStreamJoin({ ...shared, side: 'left', isOuter: kind !== 'inner', otherStore: other.name });
  const otherOperator = streamStreamJoin({ ...shared, side: 'right', isOuter: kind === 'outer', otherStore: own.name });
  return {
    write: (graph) => {
      const thisParts = { parents: [thisWindowed], stores: [other, ...outerStores] };
      const otherParts = { parents: [otherWindowed], stores: [own, ...outerStores] };
      writeProcessor(graph, { name: thisJoin, operator: thisOperator, ...thisParts });
      writeProcessor(graph, { name: otherJoin, operator: otherOperator, ...otherParts });
      writeProcessor(graph, { name: merge, operator: passThrough(), parents: [thisJoin, otherJoin] });
    },
    writeSelfJoin: (graph) => {
      const operator = streamSelfJoin({ windows, joiner, store: own.name, timeName: merge });
      writeProcessor(graph, { name: merge, operator, parents: [thisWindowed], stores: [own] });
    },
  };
};
