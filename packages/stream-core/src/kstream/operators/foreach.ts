import type { OperatorSupplier } from '../../processor/operator.ts';
import type { ForeachAction } from '../functions.ts';

/** Does something with each record, which ends there. @see `KStreamForeach` */
export const foreach =
  <K, V>(action: ForeachAction<K, V>): OperatorSupplier<K, V, K, V> =>
  () => ({ process: (key, value) => action(key, value) });
