import type { OperatorSupplier } from '../../processor/operator.ts';
import { keepsKey } from '../../processor/operator.ts';
import type { Predicate } from '../functions.ts';

/** Lets the records pass that satisfy `predicate`. @see `KStreamFilter` */
export const filter = <K, V>(predicate: Predicate<K, V>): OperatorSupplier<K, V, K, V> =>
  keepsKey((context) => ({
    process: (key, value, timestamp) => {
      if (predicate(key, value)) context.forward(key, value, timestamp);
    },
  }));
