import type { Windowed } from '../common/window.ts';
import type { SerdeSlot } from '../serdes/serde-slot.ts';
import { defaultValue, mapSlot } from '../serdes/serde-slot.ts';
import { serdes } from '../serdes/serdes.ts';
import { timeWindowedSerde } from '../serdes/windowed.ts';
import type { Aggregator, Initializer, KTable, Reducer, TimeWindowedKStream } from './api.ts';
import type { DslContext, StreamTraits } from './dsl-context.ts';
import type { GroupAggregate } from './group-aggregate.ts';
import { aggregateNames } from './group-aggregate.ts';
import { tableSerdes, windowTableStore } from './materialize.ts';
import type { Aggregation } from './operators/stream-aggregate.ts';
import { aggregation, counting, reduction } from './operators/stream-aggregate.ts';
import { WindowAggregate } from './operators/window-aggregate.ts';
import type { MaterializedAs } from './options/materialized.ts';
import type { TimeWindows } from './windows/windows.ts';

interface WindowedParts<K, V> {
  readonly windows: TimeWindows;
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

  constructor(context: DslContext, traits: StreamTraits<K, V>, parts: WindowedParts<K, V>) {
    this.#context = context;
    this.#traits = traits;
    this.#parts = parts;
  }

  count(options: MaterializedAs<K, number> = {}): KTable<Windowed<K>, number> {
    const value = () => serdes.long();
    return this.#build({ how: counting<K, V>(), value, prefix: 'KSTREAM-AGGREGATE-', isStreamCount: true }, options);
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
    const names = aggregateNames(this.#context, options, parts);
    const inner = tableSerdes(options.materialized, { key: this.#traits.key, value: parts.value });
    const store = windowTableStore(names.store, options.materialized, { serdes: inner, windows });
    const key = mapSlot(inner.key, (serde) => timeWindowedSerde(serde, windows.sizeMs));
    const operator = new WindowAggregate(store, windows, parts.how);
    return aggregate.build<Windowed<K>, VA>({ names, operator, serdes: { key, value: inner.value } });
  }
}
