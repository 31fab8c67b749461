import type { OperatorSupplier } from '../../processor/operator.ts';
import { keepsKey } from '../../processor/operator.ts';
import type { ForeachAction } from '../functions.ts';

/** Does something with each record and lets it pass. @see `KStreamPeek` */
export const peek = <K, V>(action: ForeachAction<K, V>): OperatorSupplier<K, V, K, V> =>
  keepsKey((context) => ({
    process: (key, value, timestamp) => {
      action(key, value);
      context.forward(key, value, timestamp);
    },
  }));
