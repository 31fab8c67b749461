import type { Windowed } from '../common/window.ts';
import type { SerdeSlot } from '../serdes/serde-slot.ts';
import { defaultValue } from '../serdes/serde-slot.ts';
import { serdes } from '../serdes/serdes.ts';
import type { KTable, SessionWindowedKStream } from './api.ts';
import type { DslContext, StreamTraits } from './dsl-context.ts';
import type { Aggregator, Initializer, Merger, Reducer } from './functions.ts';
import type { GroupAggregate } from './group-aggregate.ts';
import { aggregateNames } from './group-aggregate.ts';
import { tableSerdes } from './materialize.ts';
import type { SessionAggregation } from './operators/session-aggregate.ts';
import { sessionAggregation } from './operators/session-aggregate.ts';
import { aggregation, counting, reduction } from './operators/stream-aggregate.ts';
import type { MaterializedAs } from './options/materialized.ts';
import { openForMs, sessionAggregate, sessionTableSerdes, sessionTableStore } from './windowed-table.ts';
import type { EmitStrategy } from './windows/emit-strategy.ts';
import type { SessionWindows } from './windows/session-windows.ts';

interface WindowedParts<K, V> {
  readonly windows: SessionWindows;
  readonly aggregate: GroupAggregate<K, V>;
}

interface AggregateOptions<K, V, VA> {
  readonly how: SessionAggregation<K, V, VA>;
  readonly value: SerdeSlot<VA>;
  readonly prefix: string;
  readonly isStreamCount?: boolean;
}

export class SessionWindowedKStreamImpl<K, V> implements SessionWindowedKStream<K, V> {
  readonly #context: DslContext;
  readonly #traits: StreamTraits<K, V>;
  readonly #parts: WindowedParts<K, V>;
  #emit: EmitStrategy = 'onWindowUpdate';

  constructor(context: DslContext, traits: StreamTraits<K, V>, parts: WindowedParts<K, V>) {
    this.#context = context;
    this.#traits = traits;
    this.#parts = parts;
  }

  emitStrategy(strategy: EmitStrategy): this {
    this.#emit = strategy;
    return this;
  }

  count(options: MaterializedAs<K, number> = {}): KTable<Windowed<K>, number> {
    const how = { ...counting<K, V>(), merger: (_key: K, left: number | null, right: number) => (left ?? 0) + right };
    const value = () => serdes.long();
    return this.#build({ how, value, prefix: 'KSTREAM-AGGREGATE-', isStreamCount: true }, options);
  }

  reduce(reducer: Reducer<V>, options: MaterializedAs<K, V> = {}): KTable<Windowed<K>, V> {
    const how = reduction<K, V>(reducer);
    // Where there is nothing yet, the other value stands as it is, as a first record does.
    const merger = (key: K, left: V | null, right: V): V | null => how.aggregator(key, right, left);
    return this.#build({ how: { ...how, merger }, value: this.#traits.value, prefix: 'KSTREAM-REDUCE-' }, options);
  }

  aggregate<VA>(
    initializer: Initializer<VA>,
    aggregator: Aggregator<K, V, VA>,
    merger: Merger<K, VA>,
    options: MaterializedAs<K, VA> = {},
  ): KTable<Windowed<K>, VA> {
    const how = sessionAggregation(aggregation(initializer, aggregator), merger);
    return this.#build({ how, value: defaultValue<VA>, prefix: 'KSTREAM-AGGREGATE-' }, options);
  }

  #build<VA>(parts: AggregateOptions<K, V, VA>, options: MaterializedAs<K, VA>): KTable<Windowed<K>, VA> {
    const { windows, aggregate } = this.#parts;
    const { materialized } = options;
    const emit = this.#emit;
    const names = aggregateNames(this.#context, options, parts);
    const serdesOfStore = tableSerdes(materialized, { key: this.#traits.key, value: parts.value });
    const store = sessionTableStore({ name: names.store, materialized, serdes: serdesOfStore, windows, emit });
    const operator = sessionAggregate(store, parts.how, { windows, emit });
    const serdes = sessionTableSerdes(serdesOfStore);
    return aggregate.build<Windowed<K>, VA>({ names, operator, serdes, graceMs: openForMs(windows) });
  }
}
