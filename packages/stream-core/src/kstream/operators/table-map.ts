import type { Operator, OperatorContext, OperatorSupplier } from '../../processor/operator.ts';
import type { StoreBuilder } from '../../state/state-store.ts';
import type { ValueAndTimestamp } from '../../state/value-and-timestamp.ts';
import type { Change } from './change.ts';
import type { TableGetter, TableOperator, TableView } from './table-operator.ts';
import type { TableStore } from './table-store.ts';
import { stamped, storeView, tableForwarder } from './table-store.ts';

/** What an entry of the parent table becomes; null: no entry. Called for both sides of every update. */
export interface EntryMapper<K, V, VR> {
  /** Of an update's side, which may be null already. */
  map(key: K, value: V | null): VR | null;
  /** Of a value that is looked up: null stands for a key that the parent does not have. */
  lookUp(key: K, found: ValueAndTimestamp<V> | null): ValueAndTimestamp<VR> | null;
  close?(): void;
}

export interface TableMapOptions<K, V, VR> {
  readonly parent: TableOperator<K, V, never>;
  /** Makes the mapper of a task. */
  readonly mapper: (context: OperatorContext<unknown, unknown>) => EntryMapper<K, V, VR>;
  /** The store of the result, or null when lookups go through to the parent. */
  readonly store: StoreBuilder | null;
  /** Says nothing of an entry that was not there and is not there now, where old values are known. */
  readonly skipsAbsent: boolean;
}

/**
 * A table in which every entry of another one has become something else, or nothing: filter, mapValues,
 * transformValues.
 *
 * @see `KTableFilter`, `KTableMapValues`, `KTableTransformValues`
 */
export class TableMap<K, V, VR> implements TableOperator<K, VR, Change<V>> {
  readonly #options: TableMapOptions<K, V, VR>;
  #sendOldValues = false;

  constructor(options: TableMapOptions<K, V, VR>) {
    this.#options = options;
    if (options.skipsAbsent) this.#sendOldValues = options.parent.enableSendingOldValues(false);
  }

  readonly operator: OperatorSupplier<K, Change<V>, K, Change<VR>> = (context) => {
    const { store, mapper } = this.#options;
    return store === null
      ? this.#computing(context, mapper(context))
      : this.#storing(context, { store: context.store(store.name), mapper: mapper(context) });
  };

  stores(): readonly StoreBuilder[] {
    return this.#options.store === null ? [] : [this.#options.store];
  }

  view(): TableView<K, VR> {
    const { store, parent, mapper } = this.#options;
    if (store !== null) return storeView(store.name);
    const parentView = parent.view();
    return {
      storeNames: parentView.storeNames,
      open: (context): TableGetter<K, VR> => {
        const parentGetter = parentView.open(context);
        const own = mapper(context);
        return { get: (key) => own.lookUp(key, parentGetter.get(key)) };
      },
    };
  }

  enableSendingOldValues(force: boolean): boolean {
    if (this.#options.store !== null || this.#options.parent.enableSendingOldValues(force)) this.#sendOldValues = true;
    return this.#sendOldValues;
  }

  #computing(context: OperatorContext<K, Change<VR>>, mapper: EntryMapper<K, V, VR>): Operator<K, Change<V>> {
    const sendOldValues = this.#sendOldValues;
    const { skipsAbsent } = this.#options;
    return {
      process: (key, change, timestamp) => {
        const newValue = mapper.map(key, change.newValue);
        const oldValue = sendOldValues ? mapper.map(key, change.oldValue) : null;
        if (skipsAbsent && sendOldValues && oldValue === null && newValue === null) return;
        context.forward(key, { newValue, oldValue, isLatest: change.isLatest }, timestamp);
      },
      close: () => mapper.close?.(),
    };
  }

  #storing(
    context: OperatorContext<K, Change<VR>>,
    { store, mapper }: { readonly store: TableStore<K, VR>; readonly mapper: EntryMapper<K, V, VR> },
  ): Operator<K, Change<V>> {
    const sendOldValues = this.#sendOldValues;
    const { skipsAbsent } = this.#options;
    const forward = tableForwarder(store, context, sendOldValues);
    return {
      process: (key, change, timestamp) => {
        const newValue = mapper.map(key, change.newValue);
        const oldValue = sendOldValues ? (store.get(key)?.value ?? null) : null;
        if (skipsAbsent && sendOldValues && oldValue === null && newValue === null) return;
        store.put(key, stamped(newValue, timestamp));
        forward(key, { newValue, oldValue, isLatest: true }, timestamp);
      },
      close: () => mapper.close?.(),
    };
  }
}
