import type { OperatorSupplier } from '../../processor/operator.ts';
import type { StoreBuilder } from '../../state/state-store.ts';
import type { Change } from './change.ts';
import type { Aggregation } from './stream-aggregate.ts';
import type { TableOperator, TableView } from './table-operator.ts';
import { storeView } from './table-store.ts';
import { tableWriter } from './table-writer.ts';

/** How an aggregate over a table takes an entry in and out again. */
export interface TableAggregation<K, V, VA> extends Aggregation<K, V, VA> {
  readonly subtractor: (key: K, value: V, aggregate: VA) => VA | null;
}

/**
 * One aggregate a key over the entries of a grouped table: what an entry was is taken out before what it is now comes
 * in.
 *
 * @see `KTableAggregate`, `KTableReduce`
 */
export class TableAggregate<K, V, VA> implements TableOperator<K, VA, Change<V>> {
  readonly #store: StoreBuilder;
  readonly #aggregation: TableAggregation<K, V, VA>;
  #sendOldValues = false;

  constructor(store: StoreBuilder, how: TableAggregation<K, V, VA>) {
    this.#store = store;
    this.#aggregation = how;
  }

  readonly operator: OperatorSupplier<K, Change<V>, K, Change<VA>> = (context) => {
    const { initializer, aggregator, subtractor } = this.#aggregation;
    const store = tableWriter<K, VA>(context, this.#store.name, this.#sendOldValues);
    return {
      process: (key, change, timestamp) => {
        if (key === null) throw new TypeError(`the key of a grouped table in ${this.#store.name} must not be null`);
        const found = store.get(key);
        const oldValue: VA | null = found?.value ?? null;
        let newTimestamp = timestamp;
        let newValue: VA | null = oldValue;
        if (change.oldValue !== null && oldValue !== null && found !== null) {
          newValue = subtractor(key, change.oldValue, oldValue);
          newTimestamp = Math.max(timestamp, found.timestamp);
        }
        if (change.newValue !== null) {
          newValue = aggregator(key, change.newValue, newValue === null ? initializer() : newValue);
          if (found !== null) newTimestamp = Math.max(timestamp, found.timestamp);
        }
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
