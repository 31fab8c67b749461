import type { OperatorSupplier } from '../../processor/operator.ts';
import type { Predicate } from '../functions.ts';

/** A child of a split: the records that satisfy the predicate and none before; null takes what is left. */
export interface BranchTarget<K, V> {
  readonly child: string;
  readonly predicate: Predicate<K, V> | null;
}

/** Hands each record to the first child whose predicate it satisfies. @see `KStreamBranch` */
export const branch =
  <K, V>(targets: readonly BranchTarget<K, V>[]): OperatorSupplier<K, V, K, V> =>
  (context) => ({
    process: (key, value, timestamp) => {
      for (const { child, predicate } of targets) {
        if (predicate !== null && !predicate(key, value)) continue;
        context.forwardTo(child, key, value, timestamp);
        return;
      }
    },
  });
