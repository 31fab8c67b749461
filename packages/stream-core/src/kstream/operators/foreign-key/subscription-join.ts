import type { OperatorSupplier } from '../../../processor/operator.ts';
import type { TableView } from '../table-operator.ts';
import type { SubscriptionResponseWrapper } from './subscription-response-wrapper.ts';
import type { SubscriptionWrapper } from './subscription-wrapper.ts';
import { subscriptionInstructions } from './subscription-wrapper.ts';

/**
 * Answers a subscription with the foreign value of now, as its instruction says.
 *
 * @see `SubscriptionJoinProcessorSupplier`
 */
export const subscriptionJoin =
  <K, KO, VO>(
    foreign: TableView<KO, VO>,
  ): OperatorSupplier<KO | null, SubscriptionWrapper<K>, K, SubscriptionResponseWrapper<VO>> =>
  (context) => {
    const foreignValues = foreign.open(context);
    return {
      process: (foreignKey, { hash, instruction, primaryKey, primaryPartition }, timestamp) => {
        if (instruction === subscriptionInstructions.deleteKeyNoPropagate) return;
        const found = foreignKey === null ? null : foreignValues.get(foreignKey);
        if (found === null && instruction === subscriptionInstructions.propagateOnlyIfFkValAvailable) return;
        const isDeletion = instruction === subscriptionInstructions.deleteKeyAndPropagate;
        const foreignValue = isDeletion ? null : (found?.value ?? null);
        const later = Math.max(timestamp, found?.timestamp ?? timestamp);
        context.forward(primaryKey, { hash, foreignValue, primaryPartition }, later);
      },
    };
  };
