import type { Windowed } from '../common/window.ts';
import type { SerdeSlot } from '../serdes/serde-slot.ts';
import { defaultValue } from '../serdes/serde-slot.ts';
import { serdes } from '../serdes/serdes.ts';
import type { KTable, TimeWindowedKStream } from './api.ts';
import type { DslContext, StreamTraits } from './dsl-context.ts';
import type { Aggregator, Initializer, Reducer } from './functions.ts';
import type { GroupAggregate } from './group-aggregate.ts';
import { aggregateNames } from './group-aggregate.ts';
import { tableSerdes } from './materialize.ts';
import type { Aggregation } from './operators/stream-aggregate.ts';
import { aggregation, counting, reduction } from './operators/stream-aggregate.ts';
import type { MaterializedAs } from './options/materialized.ts';
import type { FixedWindows } from './windowed-table.ts';
import { openForMs, windowAggregate, windowTableSerdes, windowTableStore } from './windowed-table.ts';
import type { EmitStrategy } from './windows/emit-strategy.ts';

interface WindowedParts<K, V> {
  readonly windows: FixedWindows;
  readonly aggregate: GroupAggregate<K, V>;
}

interface AggregateOptions<K, V, VA> {
  readonly how: Aggregation<K, V, VA>;
  readonly value: SerdeSlot<VA>;
  readonly prefix: string;
  readonly isStreamCount?: boolean;
}

export class TimeWindowedKStreamImpl<K, V> implements TimeWindowedKStream<K, V> {
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
    const value = () => serdes.long();
    // The number that a count without a name uses up more is not used up by sliding windows, which came later.
    const isStreamCount = this.#parts.windows.kind !== 'sliding';
    return this.#build({ how: counting<K, V>(), value, prefix: 'KSTREAM-AGGREGATE-', isStreamCount }, options);
  }

  reduce(reducer: Reducer<V>, options: MaterializedAs<K, V> = {}): KTable<Windowed<K>, V> {
    return this.#build(
      { how: reduction<K, V>(reducer), value: this.#traits.value, prefix: 'KSTREAM-REDUCE-' },
      options,
    );
  }

  aggregate<VA>(
    initializer: Initializer<VA>,
    aggregator: Aggregator<K, V, VA>,
    options: MaterializedAs<K, VA> = {},
  ): KTable<Windowed<K>, VA> {
    const how = aggregation(initializer, aggregator);
    return this.#build({ how, value: defaultValue<VA>, prefix: 'KSTREAM-AGGREGATE-' }, options);
  }

  #build<VA>(parts: AggregateOptions<K, V, VA>, options: MaterializedAs<K, VA>): KTable<Windowed<K>, VA> {
    const { windows, aggregate } = this.#parts;
    const { materialized } = options;
    const emit = this.#emit;
    if (emit === 'onWindowClose' && windows.kind === 'unlimited') throw new RangeError(neverCloses);
    const names = aggregateNames(this.#context, options, parts);
    const serdesOfStore = tableSerdes(materialized, { key: this.#traits.key, value: parts.value });
    const store = windowTableStore({ name: names.store, materialized, serdes: serdesOfStore, windows, emit });
    const operator = windowAggregate(store, parts.how, { windows, emit });
    const serdes = windowTableSerdes(serdesOfStore, windows);
    return aggregate.build<Windowed<K>, VA>({ names, operator, serdes, graceMs: openForMs(windows) });
  }
}

const neverCloses = 'an unlimited window never closes: emit it on update, or use windows that end';
