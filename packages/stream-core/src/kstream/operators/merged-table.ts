import { passThrough } from '../../processor/pass-through.ts';
import type { TableOperator } from './table-operator.ts';

/**
 * The one table that several operators make in one store. Their updates pass through it.
 *
 * @see `org.apache.kafka.streams.kstream.internals.KTablePassThrough`
 */
export const mergedTable = <K, V>(operators: readonly TableOperator<K, V, never>[]): TableOperator<K, V, never> => {
  const [first] = operators as readonly [TableOperator<K, V, never>];
  return {
    operator: passThrough(),
    stores: () => first.stores(),
    view: () => first.view(),
    enableSendingOldValues: (force) => {
      for (const operator of operators) operator.enableSendingOldValues(force);
      return true;
    },
  };
};
