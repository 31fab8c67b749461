import type { OperatorSupplier } from '../../processor/operator.ts';
import type { ValueJoiner } from '../functions.ts';
import type { TableView } from './table-operator.ts';

/**
 * Joins each record with the current value of its key in a table, or with the one that was valid at the time of the
 * record if the table is versioned.
 *
 * @see `KStreamKTableJoinProcessor`
 */
export const streamTableJoin =
  <K, V, VO, VR>(
    table: TableView<K, VO>,
    joiner: ValueJoiner<K, V, VO | null, VR>,
    isLeft: boolean,
  ): OperatorSupplier<K, V, K, VR> =>
  (context) => {
    const getter = table.open(context);
    const isVersioned = getter.getAsOf !== undefined;
    // A left join keeps records without a key: there is nothing to find for them.
    const find = (key: K, timestamp: number) => {
      if (key === null) return null;
      return isVersioned ? (getter.getAsOf?.(key, timestamp) ?? null) : getter.get(key);
    };
    return {
      process: (key, value, timestamp) => {
        if (value === null) {
          context.drop('null_value');
        } else if (key === null && !isLeft) {
          context.drop('null_key');
        } else {
          const found = find(key, timestamp);
          if (isLeft || found !== null) context.forward(key, joiner(value, found?.value ?? null, key), timestamp);
        }
      },
    };
  };
