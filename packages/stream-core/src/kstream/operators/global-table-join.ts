import type { OperatorSupplier } from '../../processor/operator.ts';
import type { KeyValueMapper, ValueJoiner } from '../functions.ts';
import type { TableView } from './table-operator.ts';

export interface GlobalTableJoinOptions<K, V, GK, GV, VR> {
  readonly table: TableView<GK, GV>;
  readonly keySelector: KeyValueMapper<K, V, GK | null>;
  readonly joiner: ValueJoiner<K, V, GV | null, VR>;
  readonly isLeft: boolean;
}

/**
 * Joins each record with the current value of a key of a global table, which the record names. Null names none.
 *
 * @see `KStreamGlobalKTableJoin`, `KStreamKTableJoinProcessor`
 */
export const globalTableJoin =
  <K, V, GK, GV, VR>({
    table,
    keySelector,
    joiner,
    isLeft,
  }: GlobalTableJoinOptions<K, V, GK, GV, VR>): OperatorSupplier<K, V, K, VR> =>
  (context) => {
    const values = table.open(context);
    return {
      process: (key, value, timestamp) => {
        if (value === null) {
          context.drop('null_value');
          return;
        }
        const selected = keySelector(key, value);
        if (selected === null && !isLeft) {
          context.drop('null_key');
          return;
        }
        const found = selected === null ? null : values.get(selected);
        if (isLeft || found !== null) context.forward(key, joiner(value, found?.value ?? null, key), timestamp);
      },
    };
  };
