import type { OperatorSupplier } from '../../processor/operator.ts';
import type { KeyValueMapper } from '../functions.ts';

/** Makes a new key and value of each record. @see `KStreamMap` */
export const map =
  <K, V, KR, VR>(mapper: KeyValueMapper<K, V, readonly [KR, VR]>): OperatorSupplier<K, V, KR, VR> =>
  (context) => ({
    process: (key, value, timestamp) => {
      const pair: readonly [KR, VR] | null | undefined = mapper(key, value);
      if (pair === null || pair === undefined) {
        throw new TypeError(`${context.nodeName}: the mapper of a map must return a pair`);
      }
      context.forward(pair[0], pair[1], timestamp);
    },
  });
