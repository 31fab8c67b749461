import type { GlobalKTable } from './global-ktable.ts';
import type { TableView } from './operators/table-operator.ts';

/** A global table as the operators that join it see it. */
export class GlobalKTableImpl<K, V> implements GlobalKTable<K, V> {
  readonly queryableStoreName: string;
  readonly view: TableView<K, V>;

  constructor(store: string, view: TableView<K, V>) {
    this.queryableStoreName = store;
    // No processor has to be connected to a global store.
    this.view = { ...view, storeNames: [] };
  }
}
