import type { OperatorSupplier } from '../../processor/operator.ts';
import type { WindowStore } from '../../state/window-store.ts';
import type { JoinWindows } from '../windows/windows.ts';
import { joinWindowSizeMs } from '../windows/windows.ts';

export interface StreamSelfJoinOptions {
  readonly windows: JoinWindows;
  readonly joiner: (left: unknown, right: unknown, key: unknown) => unknown;
  /** The window store of the stream. */
  readonly store: string;
  /** The name under which the operator keeps its time. */
  readonly timeName: string;
}

/**
 * Joins the records of a stream with each other, and each with itself, from one window store. The results come in the
 * order in which a join over two stores gives them.
 *
 * @see KIP-862, `KStreamKStreamSelfJoin`
 */
export const streamSelfJoin =
  ({ windows, joiner, store, timeName }: StreamSelfJoinOptions): OperatorSupplier<unknown, unknown, unknown, unknown> =>
  (context) => {
    const window = context.store<WindowStore<unknown, unknown>>(store);
    const time = context.operatorTime(timeName);
    const { beforeMs, afterMs } = windows;
    const retentionMs = joinWindowSizeMs(windows) + windows.graceMs;
    const around = (key: unknown, timestamp: number, [back, ahead]: readonly [number, number]) =>
      window.fetch(key, Math.max(0, timestamp - back), Math.max(0, timestamp + ahead));
    const join = (key: unknown, value: unknown, timestamp: number): void => {
      const ownResult = joiner(value, value, key);
      // Too late to be found by anybody, the record does not find itself either.
      let isOwnDue = timestamp > time.advance(timestamp) - retentionMs + 1;
      for (const { start, value: other } of around(key, timestamp, [beforeMs, afterMs])) {
        context.forward(key, joiner(value, other, key), Math.max(timestamp, start));
      }
      for (const { start, value: other } of around(key, timestamp, [afterMs, beforeMs])) {
        if (isOwnDue && start > timestamp) {
          isOwnDue = false;
          context.forward(key, ownResult, timestamp);
        }
        context.forward(key, joiner(other, value, key), Math.max(timestamp, start));
      }
      if (isOwnDue) context.forward(key, ownResult, timestamp);
    };
    return {
      process: (key, value, timestamp) => {
        if (key === null || value === null) context.drop(key === null ? 'null_key' : 'null_value');
        else join(key, value, timestamp);
      },
      advanceTime: (timestamp) => {
        time.advance(timestamp);
      },
    };
  };
