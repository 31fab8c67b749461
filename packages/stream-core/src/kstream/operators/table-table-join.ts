import type { OperatorContext, OperatorSupplier } from '../../processor/operator.ts';
import type { StoreBuilder } from '../../state/state-store.ts';
import type { ValueAndTimestamp } from '../../state/value-and-timestamp.ts';
import type { ValueJoiner } from '../functions.ts';
import type { Change } from './change.ts';
import type { TableGetter, TableOperator, TableView } from './table-operator.ts';
import { stamped, storeView } from './table-store.ts';
import { tableWriter } from './table-writer.ts';

/** Which entries a join keeps: those of both tables, those of the left one, or those of either. */
export type TableJoinKind = 'inner' | 'left' | 'outer';

export interface TableTableJoinOptions<K, VL, VR, V> {
  readonly kind: TableJoinKind;
  readonly left: TableOperator<K, VL, never>;
  readonly right: TableOperator<K, VR, never>;
  readonly joiner: ValueJoiner<K, VL | null, VR | null, V>;
  /** The store of the result, or null when lookups go through to both tables. */
  readonly store: StoreBuilder | null;
  /** Whether the table on a side is versioned: its late updates do not join (KIP-914). */
  readonly isVersioned: (side: 'left' | 'right') => boolean;
}

/** Joins what is there of an entry; null where the join keeps none. Needs both sides where the kind does. */
type Combine<K, VOwn, VOther, V> = (own: VOwn | null, other: VOther | null, key: K) => V | null;

const later = (left: ValueAndTimestamp<unknown> | null, right: ValueAndTimestamp<unknown> | null): number =>
  Math.max(left?.timestamp ?? -1, right?.timestamp ?? -1);

/**
 * Two tables joined by key. Each side looks up the current value of the other; the result has the larger timestamp.
 *
 * @see `KTableKTableInnerJoin`, `KTableKTableLeftJoin`, `KTableKTableRightJoin`, `KTableKTableOuterJoin`
 */
export class TableTableJoin<K, VL, VR, V> implements TableOperator<K, V, Change<V>> {
  readonly #options: TableTableJoinOptions<K, VL, VR, V>;
  readonly #leftView: TableView<K, VL>;
  readonly #rightView: TableView<K, VR>;
  #sendOldValues = false;

  constructor(options: TableTableJoinOptions<K, VL, VR, V>) {
    this.#options = options;
    this.#leftView = options.left.view();
    this.#rightView = options.right.view();
    if (options.kind !== 'inner') options.left.enableSendingOldValues(true);
    if (options.kind === 'outer') options.right.enableSendingOldValues(true);
  }

  /** The stores that the left side looks into, and the right side. */
  get lookupStores(): { readonly left: readonly string[]; readonly right: readonly string[] } {
    return { left: this.#rightView.storeNames, right: this.#leftView.storeNames };
  }

  /** Takes the updates of the left table. */
  readonly leftOperator: OperatorSupplier<K, Change<VL>, K, Change<V>> = (context) => {
    const { kind, joiner } = this.#options;
    const other = this.#rightView.open(context);
    return this.#side<VL, VR>(context, {
      other,
      isVersioned: this.#options.isVersioned('left'),
      needsOther: kind === 'inner',
      // An entry of the other table alone is a result of an outer join only.
      combine: (own, found, key) =>
        own === null && (kind !== 'outer' || found === null) ? null : joiner(own, found, key),
    });
  };

  /** Takes the updates of the right table. */
  readonly rightOperator: OperatorSupplier<K, Change<VR>, K, Change<V>> = (context) => {
    const { kind, joiner } = this.#options;
    const other = this.#leftView.open(context);
    return this.#side<VR, VL>(context, {
      other,
      isVersioned: this.#options.isVersioned('right'),
      needsOther: kind !== 'outer',
      combine: (own, found, key) =>
        own === null && (kind === 'inner' || found === null) ? null : joiner(found, own, key),
    });
  };

  /** Takes the results of both sides and keeps them, if the join has a store. */
  readonly operator: OperatorSupplier<K, Change<V>, K, Change<V>> = (context) => {
    const { store: builder } = this.#options;
    const sendOldValues = this.#sendOldValues;
    if (builder === null) {
      return {
        process: (key, change, timestamp) =>
          context.forward(key, sendOldValues ? change : { ...change, oldValue: null }, timestamp),
      };
    }
    const store = tableWriter<K, V>(context, builder.name, sendOldValues);
    return { process: (key, change, timestamp) => store.write(key, change, timestamp) };
  };

  stores(): readonly StoreBuilder[] {
    return this.#options.store === null ? [] : [this.#options.store];
  }

  view(): TableView<K, V> {
    const { store, kind, joiner } = this.#options;
    if (store !== null) return storeView(store.name);
    return {
      storeNames: [...new Set([...this.#leftView.storeNames, ...this.#rightView.storeNames])],
      open: (context): TableGetter<K, V> => {
        const lefts = this.#leftView.open(context);
        const rights = this.#rightView.open(context);
        return {
          get: (key) => {
            const left = lefts.get(key);
            const right = rights.get(key);
            if (left === null && (kind !== 'outer' || right === null)) return null;
            if (right === null && kind === 'inner') return null;
            return stamped(joiner(left?.value ?? null, right?.value ?? null, key), later(left, right));
          },
        };
      },
    };
  }

  enableSendingOldValues(): boolean {
    this.#options.left.enableSendingOldValues(true);
    this.#options.right.enableSendingOldValues(true);
    this.#sendOldValues = true;
    return true;
  }

  #side<VOwn, VOther>(
    context: OperatorContext<K, Change<V>>,
    options: {
      readonly other: TableGetter<K, VOther>;
      readonly isVersioned: boolean;
      readonly needsOther: boolean;
      readonly combine: Combine<K, VOwn, VOther, V>;
    },
  ): { process(key: K, change: Change<VOwn>, timestamp: number): void } {
    const { other, isVersioned, needsOther, combine } = options;
    const sendOldValues = this.#sendOldValues;
    const join = (key: K, { newValue, oldValue, isLatest }: Change<VOwn>, timestamp: number): void => {
      const found = other.get(key);
      if (found === null && (needsOther || (newValue === null && oldValue === null))) return;
      const otherValue = found?.value ?? null;
      const newResult = combine(newValue, otherValue, key);
      const oldResult = sendOldValues ? combine(oldValue, otherValue, key) : null;
      const change = { newValue: newResult, oldValue: oldResult, isLatest };
      context.forward(key, change, Math.max(timestamp, found?.timestamp ?? -1));
    };
    return {
      process: (key, change, timestamp) => {
        if (key === null) context.drop('null_key');
        else if (isVersioned && !change.isLatest) context.drop('late');
        else join(key, change, timestamp);
      },
    };
  }
}
