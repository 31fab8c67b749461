import type { Operator, OperatorContext, OperatorSupplier } from '../../processor/operator.ts';
import type { StoreBuilder } from '../../state/state-store.ts';
import type { ValueAndTimestamp } from '../../state/value-and-timestamp.ts';
import type { Change } from './change.ts';
import type { TableGetter, TableOperator, TableView } from './table-operator.ts';
import { storeView } from './table-store.ts';
import { tableWriter } from './table-writer.ts';

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
  /** Whether the parent is a versioned table (KIP-914). @default no */
  readonly isVersioned?: () => boolean;
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
      : this.#storing(context, store.name, mapper(context));
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
        const get = (key: K) => own.lookUp(key, parentGetter.get(key));
        const { getAsOf } = parentGetter;
        if (getAsOf === undefined) return { get };
        return { get, getAsOf: (key, timestamp) => own.lookUp(key, getAsOf(key, timestamp)) };
      },
    };
  }

  enableSendingOldValues(force: boolean): boolean {
    if (this.#options.store !== null || this.#options.parent.enableSendingOldValues(force)) this.#sendOldValues = true;
    return this.#sendOldValues;
  }

  #computing(context: OperatorContext<K, Change<VR>>, mapper: EntryMapper<K, V, VR>): Operator<K, Change<V>> {
    const sendOldValues = this.#sendOldValues;
    const skipsAbsent = this.#skipsAbsent();
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
    storeName: string,
    mapper: EntryMapper<K, V, VR>,
  ): Operator<K, Change<V>> {
    const sendOldValues = this.#sendOldValues;
    const skipsAbsent = this.#skipsAbsent();
    const store = tableWriter<K, VR>(context, storeName, sendOldValues);
    return {
      process: (key, change, timestamp) => {
        const newValue = mapper.map(key, change.newValue);
        const oldValue = sendOldValues ? (store.get(key)?.value ?? null) : null;
        if (skipsAbsent && sendOldValues && oldValue === null && newValue === null) return;
        store.write(key, { newValue, oldValue, isLatest: true }, timestamp);
      },
      close: () => mapper.close?.(),
    };
  }

  /** A deletion that came late is news to a versioned table, though there is nothing now. */
  #skipsAbsent(): boolean {
    return this.#options.skipsAbsent && this.#options.isVersioned?.() !== true;
  }
}
