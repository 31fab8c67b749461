import type { OperatorSupplier } from '../../processor/operator.ts';
import type { StoreBuilder } from '../../state/state-store.ts';
import type { Change } from './change.ts';
import type { TableOperator, TableView } from './table-operator.ts';
import { storeView } from './table-store.ts';
import { tableWriter } from './table-writer.ts';

/**
 * Makes a table of a stream of updates: the last one of a key wins, by offset and not by time. It keeps a store only
 * when it was given a name, or somebody downstream looks values up.
 *
 * @see `org.apache.kafka.streams.kstream.internals.KTableSource`
 */
export class TableSource<K, V> implements TableOperator<K, V> {
  readonly #store: StoreBuilder;
  #isMaterialized: boolean;
  #sendOldValues = false;

  /** @param isMaterialized whether the store is kept in any case */
  constructor(store: StoreBuilder, isMaterialized: boolean) {
    this.#store = store;
    // Only a store knows when its rows expire.
    this.#isMaterialized = isMaterialized || store.ttlMs !== undefined;
  }

  readonly operator: OperatorSupplier<K, V, K, Change<V>> = (context) => {
    if (!this.#isMaterialized) {
      return {
        process: (key, value, timestamp) => {
          if (key === null) context.drop('null_key');
          else context.forward(key, { newValue: value, oldValue: null, isLatest: true }, timestamp);
        },
      };
    }
    const store = tableWriter<K, V>(context, this.#store.name, this.#sendOldValues);
    return {
      process: (key, value, timestamp) => {
        if (key === null) {
          context.drop('null_key');
          return;
        }
        const oldValue = store.get(key)?.value ?? null;
        store.write(key, { newValue: value, oldValue, isLatest: true }, timestamp);
      },
    };
  };

  stores(): readonly StoreBuilder[] {
    return this.#isMaterialized ? [this.#store] : [];
  }

  view(): TableView<K, V> {
    this.#isMaterialized = true;
    return storeView(this.#store.name);
  }

  enableSendingOldValues(force: boolean): boolean {
    if (!force && !this.#isMaterialized) return false;
    this.#sendOldValues = true;
    this.#isMaterialized = true;
    return true;
  }
}
