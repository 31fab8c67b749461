import type { OperatorSupplier } from '../../processor/operator.ts';
import { keepsKey } from '../../processor/operator.ts';
import type { ValueMapper } from '../functions.ts';

/** Gives each record a new value. @see `KStreamMapValues` */
export const mapValues = <K, V, VR>(mapper: ValueMapper<K, V, VR>): OperatorSupplier<K, V, K, VR> =>
  keepsKey((context) => ({
    process: (key, value, timestamp) => context.forward(key, mapper(value, key), timestamp),
  }));
