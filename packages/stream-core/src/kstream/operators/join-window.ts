import type { OperatorSupplier } from '../../processor/operator.ts';
import type { WindowStore } from '../../state/window-store.ts';

/**
 * Keeps the records of one side of a stream-stream join for the other side to find. A record is joined first and kept
 * then.
 *
 * @see `KStreamJoinWindow`
 */
export const joinWindow =
  <K, V>(store: string): OperatorSupplier<K, V, K, V> =>
  (context) => {
    const window = context.store<WindowStore<K, V>>(store);
    return {
      process: (key, value, timestamp) => {
        context.forward(key, value, timestamp);
        if (key !== null) window.put(key, value, timestamp);
      },
    };
  };
