import type { OperatorSupplier } from '../../processor/operator.ts';
import type { KeyValueMapper } from '../functions.ts';

/** Makes any number of records of each. @see `KStreamFlatMap` */
export const flatMap =
  <K, V, KR, VR>(mapper: KeyValueMapper<K, V, Iterable<readonly [KR, VR]>>): OperatorSupplier<K, V, KR, VR> =>
  (context) => ({
    process: (key, value, timestamp) => {
      for (const pair of mapper(key, value)) context.forward(pair[0], pair[1], timestamp);
    },
  });
