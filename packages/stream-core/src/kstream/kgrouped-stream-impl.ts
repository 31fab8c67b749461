import type { SerdeSlot } from '../serdes/serde-slot.ts';
import { defaultValue } from '../serdes/serde-slot.ts';
import { serdes } from '../serdes/serdes.ts';
import type { CogroupedKStream, KTable, SessionWindowedKStream, TimeWindowedKStream } from './api.ts';
import { CogroupedKStreamImpl } from './cogrouped-kstream-impl.ts';
import type { DslContext, GroupedStreamFacade, StreamTraits } from './dsl-context.ts';
import type { Aggregator, Initializer, Reducer } from './functions.ts';
import { aggregateNames, GroupAggregate } from './group-aggregate.ts';
import { isVersionedTable, sourceTableStore, tableSerdes } from './materialize.ts';
import type { Aggregation } from './operators/stream-aggregate.ts';
import { aggregation, counting, reduction, StreamAggregate } from './operators/stream-aggregate.ts';
import type { MaterializedAs } from './options/materialized.ts';
import { SessionWindowedKStreamImpl } from './session-windowed-kstream-impl.ts';
import { TimeWindowedKStreamImpl } from './time-windowed-kstream-impl.ts';
import type { FixedWindows } from './windowed-table.ts';
import type { SessionWindows } from './windows/session-windows.ts';

const countSerde: SerdeSlot<number> = () => serdes.long();

interface AggregateOptions<K, V, VA> {
  readonly how: Aggregation<K, V, VA>;
  readonly value: SerdeSlot<VA>;
  readonly prefix: string;
  readonly isStreamCount?: boolean;
}

export class KGroupedStreamImpl<K, V> implements GroupedStreamFacade<K, V> {
  readonly traits: StreamTraits<K, V>;
  readonly repartitionName: string | null;
  readonly #context: DslContext;
  readonly #aggregate: GroupAggregate<K, V>;

  constructor(context: DslContext, traits: StreamTraits<K, V>, repartitionName: string | null) {
    this.#context = context;
    this.traits = traits;
    this.repartitionName = repartitionName;
    this.#aggregate = new GroupAggregate(context, traits, repartitionName);
  }

  count(options: MaterializedAs<K, number> = {}): KTable<K, number> {
    const prefix = 'KSTREAM-AGGREGATE-';
    return this.#build({ how: counting<K, V>(), value: countSerde, prefix, isStreamCount: true }, options);
  }

  reduce(reducer: Reducer<V>, options: MaterializedAs<K, V> = {}): KTable<K, V> {
    return this.#build({ how: reduction<K, V>(reducer), value: this.traits.value, prefix: 'KSTREAM-REDUCE-' }, options);
  }

  aggregate<VA>(
    initializer: Initializer<VA>,
    aggregator: Aggregator<K, V, VA>,
    options: MaterializedAs<K, VA> = {},
  ): KTable<K, VA> {
    const how = aggregation(initializer, aggregator);
    return this.#build({ how, value: defaultValue<VA>, prefix: 'KSTREAM-AGGREGATE-' }, options);
  }

  cogroup<VA>(aggregator: Aggregator<K, V, VA>): CogroupedKStream<K, VA> {
    return new CogroupedKStreamImpl<K, VA>(this.#context).cogroup(this, aggregator);
  }

  windowedBy(windows: FixedWindows): TimeWindowedKStream<K, V>;
  windowedBy(windows: SessionWindows): SessionWindowedKStream<K, V>;
  windowedBy(windows: FixedWindows | SessionWindows): TimeWindowedKStream<K, V> | SessionWindowedKStream<K, V> {
    const aggregate = this.#aggregate;
    return windows.kind === 'session'
      ? new SessionWindowedKStreamImpl(this.#context, this.traits, { windows, aggregate })
      : new TimeWindowedKStreamImpl(this.#context, this.traits, { windows, aggregate });
  }

  #build<VA>(parts: AggregateOptions<K, V, VA>, options: MaterializedAs<K, VA>): KTable<K, VA> {
    const names = aggregateNames(this.#context, options, parts);
    const serdes = tableSerdes(options.materialized, { key: this.traits.key, value: parts.value });
    const store = sourceTableStore(names.store, options.materialized, serdes);
    const isVersioned = isVersionedTable(options.materialized);
    return this.#aggregate.build({ names, operator: new StreamAggregate(store, parts.how), serdes, isVersioned });
  }
}
