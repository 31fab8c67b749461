import type { OperatorSupplier } from '../../processor/operator.ts';
import { keepsKey } from '../../processor/operator.ts';
import type { ValueMapper } from '../functions.ts';

/** Makes any number of values of each. @see `KStreamFlatMapValues` */
export const flatMapValues = <K, V, VR>(mapper: ValueMapper<K, V, Iterable<VR>>): OperatorSupplier<K, V, K, VR> =>
  keepsKey((context) => ({
    process: (key, value, timestamp) => {
      for (const next of mapper(value, key)) context.forward(key, next, timestamp);
    },
  }));
