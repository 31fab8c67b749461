import type { OperatorSupplier } from '../../processor/operator.ts';
import type { StoreBuilder } from '../../state/state-store.ts';
import type { Aggregator, Initializer, Reducer } from '../functions.ts';
import type { Change } from './change.ts';
import type { TableOperator, TableView } from './table-operator.ts';
import { storeView } from './table-store.ts';
import { tableWriter } from './table-writer.ts';

/** How an aggregate begins and goes on. A reduction begins with nothing: its first value stands as it is. */
export interface Aggregation<K, V, VA> {
  readonly initializer: Initializer<VA | null>;
  readonly aggregator: (key: K, value: V, aggregate: VA | null) => VA | null;
}

/** An aggregation with a beginning. */
export const aggregation = <K, V, VA>(
  initializer: Initializer<VA>,
  aggregator: Aggregator<K, V, VA>,
): Aggregation<K, V, VA> => ({
  initializer,
  aggregator: (key, value, aggregate) => aggregator(key, value, aggregate as VA),
});

/** An aggregation that begins with its first value. */
export const reduction = <K, V>(reducer: Reducer<V>): Aggregation<K, V, V> => ({
  initializer: () => null,
  aggregator: (_key, value, aggregate) => (aggregate === null ? value : reducer(aggregate, value)),
});

/** How many there are. */
export const counting = <K, V>(): Aggregation<K, V, number> =>
  aggregation(
    () => 0,
    (_key, _value, count) => count + 1,
  );

/**
 * One aggregate a key of a stream. Its timestamp is the largest of what went into it.
 *
 * @see `KStreamAggregate`, `KStreamReduce`
 */
export class StreamAggregate<K, V, VA> implements TableOperator<K, VA, V> {
  readonly #store: StoreBuilder;
  readonly #aggregation: Aggregation<K, V, VA>;
  #sendOldValues = false;

  constructor(store: StoreBuilder, how: Aggregation<K, V, VA>) {
    this.#store = store;
    this.#aggregation = how;
  }

  readonly operator: OperatorSupplier<K, V, K, Change<VA>> = (context) => {
    const { initializer, aggregator } = this.#aggregation;
    const store = tableWriter<K, VA>(context, this.#store.name, this.#sendOldValues);
    return {
      process: (key, value, timestamp) => {
        if (key === null || value === null) {
          context.drop(key === null ? 'null_key' : 'null_value');
          return;
        }
        const found = store.get(key);
        const oldValue = found === null ? initializer() : found.value;
        const newTimestamp = found === null ? timestamp : Math.max(timestamp, found.timestamp);
        const newValue = aggregator(key, value, oldValue);
        store.write(key, { newValue, oldValue, isLatest: true }, newTimestamp);
      },
    };
  };

  stores(): readonly StoreBuilder[] {
    return [this.#store];
  }

  view(): TableView<K, VA> {
    return storeView(this.#store.name);
  }

  enableSendingOldValues(): boolean {
    this.#sendOldValues = true;
    return true;
  }
}
