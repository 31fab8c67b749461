import { sameBytes } from '../../../common/bytes.ts';
import { murmur3 } from '../../../common/murmur3.ts';
import type { OperatorSupplier } from '../../../processor/operator.ts';
import type { ValueJoiner } from '../../functions.ts';
import type { TableView } from '../table-operator.ts';
import type { SubscriptionResponseWrapper } from './subscription-response-wrapper.ts';

export interface ResponseJoinOptions<K, V, VO, VR> {
  readonly left: TableView<K, V>;
  readonly joiner: ValueJoiner<K, V, VO | null, VR>;
  readonly isLeft: boolean;
}

/**
 * Joins an answer with the left value, if that is still the one that asked: answers from two partitions may overtake
 * each other. Uses the serde `value`.
 *
 * @see `ResponseJoinProcessorSupplier`
 */
export const responseJoin =
  <K, V, VO, VR>({
    left,
    joiner,
    isLeft,
  }: ResponseJoinOptions<K, V, VO, VR>): OperatorSupplier<K, SubscriptionResponseWrapper<VO>, K, VR | null> =>
  (context) => {
    const leftValues = left.open(context);
    const { serde, topic } = context.serde<V>('value');
    return {
      process: (key, { hash, foreignValue }, timestamp) => {
        const current = leftValues.get(key);
        const { headers } = context.record.current;
        const currentHash = current === null ? null : murmur3(serde.serialize(current.value, topic, headers));
        if (!sameBytes(hash, currentHash)) {
          context.drop('stale_response');
          return;
        }
        const isJoined = current !== null && (isLeft || foreignValue !== null);
        context.forward(key, isJoined ? joiner(current.value, foreignValue, key) : null, timestamp);
      },
    };
  };
