import type { Windowed } from '../common/window.ts';
import { defaultValue } from '../serdes/serde-slot.ts';
import type {
  CogroupedKStream,
  KGroupedStream,
  KTable,
  SessionWindowedCogroupedKStream,
  TimeWindowedCogroupedKStream,
} from './api.ts';
import { CogroupAggregate, cogroupStorePrefix } from './cogroup-aggregate.ts';
import type { DslContext, GroupedStreamFacade } from './dsl-context.ts';
import { storeNameOr } from './dsl-context.ts';
import type { Aggregator, Initializer, Merger } from './functions.ts';
import type { TableSerdes } from './materialize.ts';
import { tableSerdes, tableStore } from './materialize.ts';
import { sessionAggregation } from './operators/session-aggregate.ts';
import { StreamAggregate } from './operators/stream-aggregate.ts';
import type { MaterializedAs } from './options/materialized.ts';
import type { FixedWindows } from './windowed-table.ts';
import {
  openForMs,
  sessionAggregate,
  sessionTableSerdes,
  sessionTableStore,
  windowAggregate,
  windowTableSerdes,
  windowTableStore,
} from './windowed-table.ts';
import type { SessionWindows } from './windows/session-windows.ts';

/** Cogrouped tables have no other strategy. */
const emit = 'onWindowUpdate';

export class CogroupedKStreamImpl<K, VA> implements CogroupedKStream<K, VA> {
  readonly #context: DslContext;
  readonly #aggregate: CogroupAggregate<K, VA>;

  constructor(context: DslContext) {
    this.#context = context;
    this.#aggregate = new CogroupAggregate(context);
  }

  cogroup<V>(grouped: KGroupedStream<K, V>, aggregator: Aggregator<K, V, VA>): this {
    this.#aggregate.add(grouped as GroupedStreamFacade<K, unknown>, aggregator as Aggregator<K, unknown, VA>);
    return this;
  }

  aggregate(initializer: Initializer<VA>, options: MaterializedAs<K, VA> = {}): KTable<K, VA> {
    const { storeName, serdes } = this.#store(options);
    const store = tableStore(storeName, options.materialized, serdes);
    const operatorOf = (how: ConstructorParameters<typeof StreamAggregate<K, unknown, VA>>[1]) =>
      new StreamAggregate<K, unknown, VA>(store, how);
    return this.#aggregate.build<K>({ options, storeName, serdes, initializer, operatorOf });
  }

  windowedBy(windows: FixedWindows): TimeWindowedCogroupedKStream<K, VA>;
  windowedBy(windows: SessionWindows): SessionWindowedCogroupedKStream<K, VA>;
  windowedBy(
    windows: FixedWindows | SessionWindows,
  ): TimeWindowedCogroupedKStream<K, VA> | SessionWindowedCogroupedKStream<K, VA> {
    if (windows.kind !== 'session') {
      const windowed: TimeWindowedCogroupedKStream<K, VA> = {
        aggregate: (initializer, options) => this.#windowed(windows, initializer, options),
      };
      return windowed;
    }
    const sessions: SessionWindowedCogroupedKStream<K, VA> = {
      aggregate: (initializer, merger, options = {}) => this.#sessions({ windows, merger, initializer }, options),
    };
    return sessions;
  }

  #windowed(
    windows: FixedWindows,
    initializer: Initializer<VA>,
    options: MaterializedAs<K, VA> = {},
  ): KTable<Windowed<K>, VA> {
    const { storeName, serdes: inner } = this.#store(options);
    const { materialized } = options;
    const store = windowTableStore({ name: storeName, materialized, serdes: inner, windows, emit });
    const serdes = windowTableSerdes(inner, windows);
    return this.#aggregate.build<Windowed<K>>({
      options,
      storeName,
      serdes,
      initializer,
      graceMs: openForMs(windows),
      operatorOf: (how, timeName) => windowAggregate(store, how, { windows, emit, timeName }),
    });
  }

  #sessions(
    parts: {
      readonly windows: SessionWindows;
      readonly merger: Merger<K, VA>;
      readonly initializer: Initializer<VA>;
    },
    options: MaterializedAs<K, VA>,
  ): KTable<Windowed<K>, VA> {
    const { windows, merger, initializer } = parts;
    const { storeName, serdes: inner } = this.#store(options);
    const { materialized } = options;
    const store = sessionTableStore({ name: storeName, materialized, serdes: inner, windows, emit });
    return this.#aggregate.build<Windowed<K>>({
      options,
      storeName,
      serdes: sessionTableSerdes(inner),
      initializer,
      graceMs: openForMs(windows),
      operatorOf: (how, timeName) =>
        sessionAggregate(store, sessionAggregation(how, merger), { windows, emit, timeName }),
    });
  }

  #store(options: MaterializedAs<K, VA>): { readonly storeName: string; readonly serdes: TableSerdes<K, VA> } {
    const carried = { key: this.#aggregate.key, value: defaultValue<VA> };
    const storeName = storeNameOr(this.#context, options.materialized, cogroupStorePrefix);
    return { storeName, serdes: tableSerdes(options.materialized, carried) };
  }
}
