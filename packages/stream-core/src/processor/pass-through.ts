import type { OperatorSupplier } from './operator.ts';

/** Lets every record pass: a place where streams meet or part. @see `PassThrough` */
export const passThrough =
  <K, V>(): OperatorSupplier<K, V, K, V> =>
  (context) => ({
    process: (key, value, timestamp) => context.forward(key, value, timestamp),
  });
