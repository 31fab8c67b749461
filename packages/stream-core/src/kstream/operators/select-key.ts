import type { OperatorSupplier } from '../../processor/operator.ts';
import type { KeyValueMapper } from '../functions.ts';

/** Gives each record a new key. */
export const selectKey =
  <K, V, KR>(mapper: KeyValueMapper<K, V, KR>): OperatorSupplier<K, V, KR, V> =>
  (context) => ({
    process: (key, value, timestamp) => context.forward(mapper(key, value), value, timestamp),
  });
