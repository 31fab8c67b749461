import type { OperatorSupplier } from '../../../processor/operator.ts';
import type { Change } from '../change.ts';
import { combinedKey, primaryKeyOf } from './combined-key.ts';
import type { SubscriptionStore } from './subscription-receive.ts';
import type { SubscriptionResponseWrapper } from './subscription-response-wrapper.ts';
import { readSubscription } from './subscription-wrapper.ts';

export interface ForeignTableJoinOptions {
  /** The subscription store. */
  readonly store: string;
  /** Whether the foreign table knows which of its updates are the latest: the others change nothing. */
  readonly isVersioned: () => boolean;
}

/**
 * Sends a new foreign value to all who refer to it. Uses the serdes `foreignKey` and `primaryKey`.
 *
 * @see `ForeignTableJoinProcessorSupplier`
 */
export const foreignTableJoin =
  <K, KO, VO>(options: ForeignTableJoinOptions): OperatorSupplier<KO, Change<VO>, K, SubscriptionResponseWrapper<VO>> =>
  (context) => {
    const subscriptions = context.store<SubscriptionStore>(options.store);
    const { serde: foreignSerde, topic: foreignTopic } = context.serde<KO>('foreignKey');
    const { serde: primarySerde, topic: primaryTopic } = context.serde<K>('primaryKey');
    const isVersioned = options.isVersioned();
    return {
      process: (key, { newValue, isLatest }, timestamp) => {
        if (key === null || (isVersioned && !isLatest)) {
          context.drop(key === null ? 'null_key' : 'late');
          return;
        }
        const { headers } = context.record.current;
        const prefix = combinedKey(foreignSerde.serialize(key, foreignTopic, headers), null);
        for (const entry of subscriptions.prefixScan(prefix)) {
          const { hash, primaryPartition } = readSubscription(entry.value.value);
          const primaryKey = primarySerde.deserialize(primaryKeyOf(entry.key), primaryTopic, headers);
          context.forward(primaryKey, { hash, foreignValue: newValue, primaryPartition }, timestamp);
        }
      },
    };
  };
