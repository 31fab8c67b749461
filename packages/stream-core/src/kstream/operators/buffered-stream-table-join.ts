import { withRecordContext } from '../../common/record-context.ts';
import type { OperatorSupplier } from '../../processor/operator.ts';
import type { JoinBuffer } from '../../state/join-buffer.ts';
import type { ValueJoiner } from '../functions.ts';
import { streamTableJoin } from './stream-table-join.ts';
import type { TableView } from './table-operator.ts';

export interface BufferedJoinOptions<K, V, VO, VR> {
  readonly table: TableView<K, VO>;
  readonly joiner: ValueJoiner<K, V, VO | null, VR>;
  readonly isLeft: boolean;
  /** The buffer. */
  readonly store: string;
  readonly graceMs: number;
}

/**
 * Joins each record with the version of its key that was valid at its time, once the stream is `grace` past it: the
 * table may still have got late updates until then. A record that is later than that is joined at once.
 *
 * @see KIP-923, `KStreamKTableJoinProcessor`
 */
export const bufferedStreamTableJoin =
  <K, V, VO, VR>({
    table,
    joiner,
    isLeft,
    store,
    graceMs,
  }: BufferedJoinOptions<K, V, VO, VR>): OperatorSupplier<K, V, K, VR> =>
  (context) => {
    const buffer = context.store<JoinBuffer<K, V>>(store);
    const time = context.operatorTime(store);
    const join = streamTableJoin(table, joiner, isLeft)(context);
    const evict = (): void =>
      buffer.evictUpTo(time.ms - graceMs, ({ key, value, context: own }) =>
        withRecordContext(context.record, own, () => join.process(key, value, own.timestamp)),
      );
    return {
      process: (key, value, timestamp) => {
        if (value === null) {
          context.drop('null_value');
        } else if (key === null) {
          if (isLeft) throw new TypeError(`${context.nodeName}: a join with a grace period needs records with a key`);
          context.drop('null_key');
        } else if (timestamp < time.ms - graceMs) {
          join.process(key, value, timestamp);
        } else {
          time.advance(timestamp);
          buffer.put(key, value, context.record.current);
          evict();
        }
      },
      advanceTime: (timestamp) => {
        time.advance(timestamp);
        evict();
      },
    };
  };
