import type { OperatorSupplier } from '../../../processor/operator.ts';
import type { TimestampedKeyValueStore } from '../../../state/key-value-store.ts';
import { combinedKey } from './combined-key.ts';
import type { SubscriptionWrapper } from './subscription-wrapper.ts';
import { subscriptionInstructions, writeSubscription } from './subscription-wrapper.ts';

/** Subscriptions by foreign and primary key, in the bytes in which they are sent. */
export type SubscriptionStore = TimestampedKeyValueStore<Uint8Array, Uint8Array>;

/**
 * Keeps the subscriptions to foreign keys, so that later changes of a foreign value find those who refer to it. Uses the
 * serdes `foreignKey` and `primaryKey`.
 *
 * @see `SubscriptionReceiveProcessorSupplier`
 */
export const subscriptionReceive =
  <K, KO>(store: string): OperatorSupplier<KO | null, SubscriptionWrapper<K>, KO | null, SubscriptionWrapper<K>> =>
  (context) => {
    const subscriptions = context.store<SubscriptionStore>(store);
    const { serde: foreignSerde, topic: foreignTopic } = context.serde<KO>('foreignKey');
    const { serde: primarySerde, topic: primaryTopic } = context.serde<K>('primaryKey');
    const keep = (foreignKey: KO, subscription: SubscriptionWrapper<K>, timestamp: number): void => {
      const { headers } = context.record.current;
      const primaryKey = primarySerde.serialize(subscription.primaryKey, primaryTopic, headers);
      const key = combinedKey(foreignSerde.serialize(foreignKey, foreignTopic, headers), primaryKey);
      if (isDeletion(subscription)) subscriptions.delete(key);
      else subscriptions.put(key, { value: writeSubscription({ ...subscription, primaryKey }), timestamp });
    };
    return {
      process: (foreignKey, subscription, timestamp) => {
        const { instruction } = subscription;
        if (foreignKey !== null) {
          keep(foreignKey, subscription, timestamp);
        } else if (instruction !== subscriptionInstructions.propagateNullIfNoFkValAvailable) {
          context.drop('null_key');
          return;
        }
        context.forward(foreignKey, subscription, timestamp);
      },
    };
  };

const isDeletion = ({ instruction }: SubscriptionWrapper<unknown>): boolean =>
  instruction === subscriptionInstructions.deleteKeyAndPropagate ||
  instruction === subscriptionInstructions.deleteKeyNoPropagate;
