import type { OperatorContext, OperatorSupplier } from '../../processor/operator.ts';
import type { StoreBuilder } from '../../state/state-store.ts';
import type { ValueAndTimestamp } from '../../state/value-and-timestamp.ts';
import type { Change } from './change.ts';

/** Looks up the current value of a table, from an operator of a task. */
export interface TableGetter<K, V> {
  get(key: K): ValueAndTimestamp<V> | null;
  /** The value that was valid at a time; only where the table is versioned. */
  getAsOf?(key: K, timestamp: number): ValueAndTimestamp<V> | null;
}

/** How the current values of a table can be looked up: over its own store, or computed from those of its parents. */
export interface TableView<K, V> {
  /** The stores that a processor must be connected to. */
  readonly storeNames: readonly string[];
  open(context: OperatorContext<unknown, unknown>): TableGetter<K, V>;
}

/**
 * An operator whose result is a table. While the topology is built, what stands downstream may ask it for lookups and
 * for old values; either can make it keep a store that it did not have before.
 */
export interface TableOperator<K, V, VIn = V> {
  readonly operator: OperatorSupplier<K, VIn, K, Change<V>>;
  /** The stores that it keeps, as far as is known now. */
  stores(): readonly StoreBuilder[];
  view(): TableView<K, V>;
  /**
   * Asks for old values in the updates. False when they cannot be had without a store and `force` is false; with
   * `force`, a source takes on a store.
   */
  enableSendingOldValues(force: boolean): boolean;
}
