import type { OperatorSupplier } from '../processor/operator.ts';
import { passThrough } from '../processor/pass-through.ts';
import type { FixedKeyProcessorSupplier, ProcessorSupplier } from '../processor/processor.ts';
import { fixedKeyProcessorOperator, processorOperator } from '../processor/processor-operator.ts';
import type { StreamPartitioner } from '../processor/stream-partitioner.ts';
import type { TopicNameExtractor } from '../processor/topic-name-extractor.ts';
import type { SerdeSlot } from '../serdes/serde-slot.ts';
import { defaultKey, defaultValue, slotOf } from '../serdes/serde-slot.ts';
import type { BranchedKStream, KGroupedStream, KStream, KTable } from './api.ts';
import { BranchedKStreamImpl } from './branched-kstream-impl.ts';
import type { DslContext, StreamFacade, StreamTraits, TableFacade } from './dsl-context.ts';
import { mergeOrigins, nameOr, nextName } from './dsl-context.ts';
import type {
  ConnectedStores,
  ForeachAction,
  KeyValueMapper,
  Predicate,
  ValueJoiner,
  ValueMapper,
} from './functions.ts';
import type { GlobalKTable } from './global-ktable.ts';
import { GlobalKTableImpl } from './global-ktable-impl.ts';
import { joinGlobalTable } from './global-table.ts';
import type { GraphNodeTraits } from './graph/graph-node.ts';
import { GraphNode } from './graph/graph-node.ts';
import type { RepartitionNode } from './graph/repartition-node.ts';
import { writeProcessor } from './graph/write-nodes.ts';
import { filter } from './operators/filter.ts';
import { flatMap } from './operators/flat-map.ts';
import { flatMapValues } from './operators/flat-map-values.ts';
import { foreach } from './operators/foreach.ts';
import { map } from './operators/map.ts';
import { mapValues } from './operators/map-values.ts';
import { peek } from './operators/peek.ts';
import { selectKey } from './operators/select-key.ts';
import type { Grouped } from './options/grouped.ts';
import type { Joined, StreamJoined } from './options/joined.ts';
import type { MaterializedAs } from './options/materialized.ts';
import type { Named } from './options/named.ts';
import type { Produced } from './options/produced.ts';
import type { Repartitioned } from './options/repartitioned.ts';
import { behindRepartition, repartitionNode } from './repartition.ts';
import type { StreamJoinKind } from './stream-stream-join.ts';
import { joinStreams } from './stream-stream-join.ts';
import { joinTable } from './stream-table-join.ts';
import { toTable } from './to-table.ts';
import type { JoinWindows } from './windows/windows.ts';

/** What becomes of the stream's traits behind an operator. */
interface Step<KR, VR> {
  readonly key: SerdeSlot<KR>;
  readonly value: SerdeSlot<VR>;
  readonly changes?: GraphNodeTraits;
  /** Whether keys may change in a way that the optimiser does not look into. */
  readonly mayChangeKeys?: boolean;
}

export class KStreamImpl<K, V> implements StreamFacade<K, V> {
  readonly traits: StreamTraits<K, V>;
  repartitionNode: RepartitionNode | null = null;
  readonly #context: DslContext;

  constructor(context: DslContext, traits: StreamTraits<K, V>) {
    this.#context = context;
    this.traits = traits;
  }

  filter(predicate: Predicate<K, V>, options: Named = {}): KStream<K, V> {
    return this.#step(nameOr(this.#context, options.name, 'KSTREAM-FILTER-'), filter(predicate), this.traits);
  }

  filterNot(predicate: Predicate<K, V>, options: Named = {}): KStream<K, V> {
    return this.filter((key, value) => !predicate(key, value), options);
  }

  selectKey<KR>(mapper: KeyValueMapper<K, V, KR>, options: Named = {}): KStream<KR, V> {
    const name = nameOr(this.#context, options.name, 'KSTREAM-KEY-SELECT-');
    const step = { key: defaultKey<KR>, value: this.traits.value, changes: { keyChanging: true } };
    return this.#step(name, selectKey(mapper), step);
  }

  map<KR, VR>(mapper: KeyValueMapper<K, V, readonly [key: KR, value: VR]>, options: Named = {}): KStream<KR, VR> {
    const name = nameOr(this.#context, options.name, 'KSTREAM-MAP-');
    return this.#step(name, map(mapper), {
      key: defaultKey<KR>,
      value: defaultValue<VR>,
      changes: { keyChanging: true },
    });
  }

  mapValues<VR>(mapper: ValueMapper<K, V, VR>, options: Named = {}): KStream<K, VR> {
    const name = nameOr(this.#context, options.name, 'KSTREAM-MAPVALUES-');
    const step = { key: this.traits.key, value: defaultValue<VR>, changes: { valueChanging: true } };
    return this.#step(name, mapValues(mapper), step);
  }

  flatMap<KR, VR>(
    mapper: KeyValueMapper<K, V, Iterable<readonly [key: KR, value: VR]>>,
    options: Named = {},
  ): KStream<KR, VR> {
    const name = nameOr(this.#context, options.name, 'KSTREAM-FLATMAP-');
    const step = { key: defaultKey<KR>, value: defaultValue<VR>, changes: { keyChanging: true } };
    return this.#step(name, flatMap(mapper), step);
  }

  flatMapValues<VR>(mapper: ValueMapper<K, V, Iterable<VR>>, options: Named = {}): KStream<K, VR> {
    const name = nameOr(this.#context, options.name, 'KSTREAM-FLATMAPVALUES-');
    const step = { key: this.traits.key, value: defaultValue<VR>, changes: { valueChanging: true } };
    return this.#step(name, flatMapValues(mapper), step);
  }

  foreach(action: ForeachAction<K, V>, options: Named = {}): void {
    this.#step(nameOr(this.#context, options.name, 'KSTREAM-FOREACH-'), foreach(action), this.traits);
  }

  peek(action: ForeachAction<K, V>, options: Named = {}): KStream<K, V> {
    return this.#step(nameOr(this.#context, options.name, 'KSTREAM-PEEK-'), peek(action), this.traits);
  }

  split(options: Named = {}): BranchedKStream<K, V> {
    return new BranchedKStreamImpl(this.#context, this.traits, options);
  }

  merge(other: KStream<K, V>, options: Named = {}): KStream<K, V> {
    const name = nameOr(this.#context, options.name, 'KSTREAM-MERGE-');
    const { traits } = other as StreamFacade<K, V>;
    const node = new GraphNode(
      name,
      (graph, parents) => writeProcessor(graph, { name, operator: passThrough<K, V>(), parents }),
      { merge: true },
    );
    this.#context.plan.add(node, [this.traits.node, traits.node]);
    return this.#context.stream<K, V>({
      name,
      node,
      key: this.traits.key,
      value: this.traits.value,
      origin: mergeOrigins(this.traits.origin, traits.origin),
      repartitionRequired: this.traits.repartitionRequired || traits.repartitionRequired,
    });
  }

  repartition(options: Repartitioned<K, V> = {}): KStream<K, V> {
    const { partitions = null, partitioner = null } = options;
    const name = options.name ?? nextName(this.#context, 'KSTREAM-REPARTITION-');
    const serdes = { key: slotOf(options.key, this.traits.key), value: slotOf(options.value, this.traits.value) };
    const { idleTimeoutMs } = this.traits.origin;
    const node = repartitionNode(this.#context, {
      name,
      isNamed: options.name !== undefined,
      ...serdes,
      partitions,
      partitioner,
      idleTimeoutMs,
      isExplicit: true,
    });
    this.#context.plan.add(node, [this.traits.node]);
    return this.#context.stream(behindRepartition(node, serdes));
  }

  to(topic: string | TopicNameExtractor<K, V>, options: Produced<K, V> = {}): void {
    const name = nameOr(this.#context, options.name, 'KSTREAM-SINK-');
    const node = new GraphNode(name, (graph, parents) =>
      graph.addSink({
        name,
        topic: topic as string | TopicNameExtractor<unknown, unknown>,
        key: slotOf(options.key, this.traits.key) as SerdeSlot<unknown>,
        value: slotOf(options.value, this.traits.value) as SerdeSlot<unknown>,
        partitioner: (options.partitioner ?? null) as StreamPartitioner<unknown, unknown> | null,
        parents,
      }),
    );
    this.#context.plan.add(node, [this.traits.node]);
  }

  toTable(options: MaterializedAs<K, V> = {}): KTable<K, V> {
    return toTable(this.#context, this.traits, options);
  }

  groupByKey(options: Grouped<K, V> = {}): KGroupedStream<K, V> {
    const key = slotOf(options.key, this.traits.key);
    const value = slotOf(options.value, this.traits.value);
    return this.#context.groupedStream({ ...this.traits, key, value }, options.name ?? null);
  }

  groupBy<KR>(mapper: KeyValueMapper<K, V, KR>, options: Grouped<KR, V> = {}): KGroupedStream<KR, V> {
    const named = options.name === undefined ? {} : { name: options.name };
    const { traits } = this.selectKey(mapper, named) as StreamFacade<KR, V>;
    const key = slotOf(options.key, traits.key);
    const value = slotOf(options.value, traits.value);
    return this.#context.groupedStream({ ...traits, key, value }, options.name ?? null);
  }

  join<KO, VO, VR>(
    other: JoinPartner<K, KO, VO>,
    first: ValueJoiner<K, V, VO, VR> | KeyValueMapper<K, V, KO | null>,
    second?: JoinWindows | Joined<K, V> | ValueJoiner<K, V, VO, VR>,
    third?: StreamJoined<K, V, VO> | Named,
  ): KStream<K, VR> {
    return this.#join('inner', other, { first, second, third } as JoinArguments);
  }

  leftJoin<KO, VO, VR>(
    other: JoinPartner<K, KO, VO>,
    first: ValueJoiner<K, V, VO | null, VR> | KeyValueMapper<K, V, KO | null>,
    second?: JoinWindows | Joined<K, V> | ValueJoiner<K, V, VO | null, VR>,
    third?: StreamJoined<K, V, VO> | Named,
  ): KStream<K, VR> {
    return this.#join('left', other, { first, second, third } as JoinArguments);
  }

  outerJoin<VO, VR>(
    other: KStream<K, VO>,
    joiner: ValueJoiner<K, V | null, VO | null, VR>,
    windows: JoinWindows,
    options?: StreamJoined<K, V, VO>,
  ): KStream<K, VR> {
    return this.#join('outer', other, { first: joiner, second: windows, third: options } as JoinArguments);
  }

  process<KR = K, VR = V>(supplier: ProcessorSupplier<K, V, KR, VR>, options: ConnectedStores = {}): KStream<KR, VR> {
    const name = options.name ?? nextName(this.#context, 'KSTREAM-PROCESSOR-');
    const changes = this.#context.optimizerKnowsProcessors ? { keyChanging: true, valueChanging: true } : {};
    const step = { key: defaultKey<KR>, value: defaultValue<VR>, changes, mayChangeKeys: true };
    return this.#step(name, processorOperator(supplier), step, options.stores);
  }

  processValues<VR = V>(supplier: FixedKeyProcessorSupplier<K, V, VR>, options: ConnectedStores = {}): KStream<K, VR> {
    const name = options.name ?? nextName(this.#context, 'KSTREAM-PROCESSVALUES-');
    const changes = { valueChanging: this.#context.optimizerKnowsProcessors };
    const step = { key: this.traits.key, value: defaultValue<VR>, changes };
    return this.#step(name, fixedKeyProcessorOperator(supplier), step, options.stores);
  }

  #step<KR, VR>(
    name: string,
    operator: OperatorSupplier<K, V, KR, VR>,
    step: Step<KR, VR>,
    stores: ConnectedStores['stores'] = [],
  ): KStream<KR, VR> {
    const { changes = {}, mayChangeKeys = changes.keyChanging === true } = step;
    const own = stores.filter((store) => typeof store !== 'string');
    const uses = stores.filter((store) => typeof store === 'string');
    const node = new GraphNode(
      name,
      (graph, parents) => writeProcessor(graph, { name, operator, parents, stores: own, uses }),
      changes,
    );
    this.#context.plan.add(node, [this.traits.node]);
    return this.#context.stream<KR, VR>({
      name,
      node,
      key: step.key,
      value: step.value,
      origin: this.traits.origin,
      repartitionRequired: this.traits.repartitionRequired || mayChangeKeys,
    });
  }

  #join<KO, VO, VR>(kind: StreamJoinKind, other: JoinPartner<K, KO, VO>, parts: JoinArguments): KStream<K, VR> {
    const { first, second, third = {} } = parts;
    const isLeft = kind === 'left';
    if (other instanceof GlobalKTableImpl) {
      const how = { keySelector: first as KeyValueMapper<K, V, KO | null>, joiner: second as ErasedJoiner, isLeft };
      return joinGlobalTable(this.#context, this.traits, other, { ...how, options: third }) as KStream<K, VR>;
    }
    const joiner = first as ErasedJoiner;
    if (typeof second === 'object' && 'kind' in second) {
      const how = { kind, joiner, windows: second, options: third as StreamJoined<K, V, VO> };
      return joinStreams<K, V, VO, VR>(this.#context, this, other as StreamFacade<K, VO>, how);
    }
    const options = (second ?? {}) as Joined<K, V>;
    return joinTable<K, V, VO, VR>(this.#context, this, other as TableFacade<K, VO>, { joiner, isLeft, options });
  }
}

type ErasedJoiner = (left: unknown, right: unknown, key: unknown) => unknown;

type JoinPartner<K, KO, VO> = KStream<K, VO> | KTable<K, VO> | GlobalKTable<KO, VO>;

/** Behind the partner: joiner, windows or options, options; or key selector, joiner and options for a global table. */
interface JoinArguments {
  readonly first: ErasedJoiner | KeyValueMapper<unknown, unknown, unknown>;
  readonly second: JoinWindows | Joined<unknown, unknown> | ErasedJoiner | undefined;
  readonly third: StreamJoined<unknown, unknown, unknown> | Named | undefined;
}
