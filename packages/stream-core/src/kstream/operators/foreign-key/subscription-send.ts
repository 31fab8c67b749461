import { sameBytes } from '../../../common/bytes.ts';
import { murmur3 } from '../../../common/murmur3.ts';
import type { Operator, OperatorContext, OperatorSupplier, TopicSerde } from '../../../processor/operator.ts';
import type { ForeignKeyExtractor } from '../../functions.ts';
import type { Change } from '../change.ts';
import type { SubscriptionInstruction, SubscriptionWrapper } from './subscription-wrapper.ts';
import { subscriptionInstructions, subscriptionVersion } from './subscription-wrapper.ts';

export interface SubscriptionSendOptions<K, V, KO> {
  readonly extractor: ForeignKeyExtractor<K, V, KO>;
  readonly isLeft: boolean;
  /** Whether the left table knows which of its updates are the latest: the others change nothing. */
  readonly isVersioned: () => boolean;
}

/**
 * Tells the side of the foreign key what became of a left entry: which foreign key it refers to now, and which it does
 * not refer to any more. Uses the serdes `foreignKey` and `value`.
 *
 * @see KIP-213, KAFKA-16394, `SubscriptionSendProcessorSupplier`
 */
export const subscriptionSend =
  <K, V, KO>(
    options: SubscriptionSendOptions<K, V, KO>,
  ): OperatorSupplier<K, Change<V>, KO | null, SubscriptionWrapper<K>> =>
  (context) =>
    new SubscriptionSend(options, context);

class SubscriptionSend<K, V, KO> implements Operator<K, Change<V>> {
  readonly #options: SubscriptionSendOptions<K, V, KO>;
  readonly #context: OperatorContext<KO | null, SubscriptionWrapper<K>>;
  readonly #foreignKey: TopicSerde<KO>;
  readonly #value: TopicSerde<V>;
  readonly #isVersioned: boolean;

  constructor(options: SubscriptionSendOptions<K, V, KO>, context: OperatorContext<KO | null, SubscriptionWrapper<K>>) {
    this.#options = options;
    this.#context = context;
    this.#foreignKey = context.serde('foreignKey');
    this.#value = context.serde('value');
    this.#isVersioned = options.isVersioned();
  }

  process(key: K, change: Change<V>, timestamp: number): void {
    if (this.#isVersioned && !change.isLatest) {
      this.#context.drop('late');
      return;
    }
    const { newValue, oldValue } = change;
    if (newValue === null && oldValue === null) return;
    const oldKey = oldValue === null ? null : this.#extract(oldValue, key);
    const newKey = newValue === null ? null : this.#extract(newValue, key);
    const hash = this.#hash(newValue);
    const send = (foreignKey: KO | null, instruction: SubscriptionInstruction): void => {
      const primaryPartition = this.#context.record.current.partition;
      const wrapper = { hash, instruction, primaryKey: key, version: subscriptionVersion, primaryPartition };
      this.#context.forward(foreignKey, wrapper, timestamp);
    };
    if (this.#options.isLeft) this.#sendLeft(oldKey, newKey, send);
    else this.#sendInner({ oldKey, newKey, isDeleted: newValue === null }, send);
  }

  #extract(value: V, key: K): KO | null {
    return this.#options.extractor(value, key);
  }

  /** A left join wants an answer in any case, also from nowhere. */
  #sendLeft(oldKey: KO | null, newKey: KO | null, send: Send<KO>): void {
    if (oldKey !== null && !this.#sameKey(oldKey, newKey)) send(oldKey, subscriptionInstructions.deleteKeyNoPropagate);
    send(newKey, subscriptionInstructions.propagateNullIfNoFkValAvailable);
  }

  #sendInner(
    {
      oldKey,
      newKey,
      isDeleted,
    }: { readonly oldKey: KO | null; readonly newKey: KO | null; readonly isDeleted: boolean },
    send: Send<KO>,
  ): void {
    if (newKey === null) {
      if (!isDeleted) this.#context.drop('null_key');
      if (oldKey !== null) send(oldKey, subscriptionInstructions.deleteKeyAndPropagate);
      return;
    }
    if (oldKey === null || this.#sameKey(oldKey, newKey)) {
      // What did not join before under this key does not have to be taken back.
      send(newKey, subscriptionInstructions.propagateOnlyIfFkValAvailable);
      return;
    }
    send(oldKey, subscriptionInstructions.deleteKeyNoPropagate);
    send(newKey, subscriptionInstructions.propagateNullIfNoFkValAvailable);
  }

  #sameKey(oldKey: KO, newKey: KO | null): boolean {
    return newKey !== null && sameBytes(this.#keyBytes(oldKey), this.#keyBytes(newKey));
  }

  #keyBytes(foreignKey: KO): Uint8Array {
    const { serde, topic } = this.#foreignKey;
    return serde.serialize(foreignKey, topic, this.#context.record.current.headers);
  }

  #hash(value: V | null): Buffer | null {
    const { serde, topic } = this.#value;
    return value === null ? null : murmur3(serde.serialize(value, topic, this.#context.record.current.headers));
  }
}

type Send<KO> = (foreignKey: KO | null, instruction: SubscriptionInstruction) => void;
