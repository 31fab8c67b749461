import { toMs } from '../common/duration.ts';
import type { RecordMetadata } from '../common/stream-record.ts';
import { readOnlyStore } from '../state/read-only-store.ts';
import type { StateStore, StoreBuilder } from '../state/state-store.ts';
import type { OperatorContext } from './operator.ts';
import type { ProcessingContext } from './processor-context.ts';
import { refusePromise } from './refuse-promise.ts';

/** What user code may ask of the task, over the context that its operator has. */
export const processingContext = <KOut, VOut>(context: OperatorContext<KOut, VOut>): ProcessingContext => ({
  applicationId: context.applicationId,
  taskId: context.taskId,
  recordMetadata: (): RecordMetadata | null => {
    const { topic, partition, offset } = context.record.current;
    return topic === null ? null : { topic, partition, offset };
  },
  currentStreamTimeMs: () => context.streamTimeMs(),
  currentSystemTimeMs: () => context.systemTimeMs(),
  getStateStore: <S extends StateStore>(store: StoreBuilder<S> | string): S => {
    const name = typeof store === 'string' ? store : store.name;
    const found = context.store<S>(name);
    return context.isGlobalStore(name) ? readOnlyStore(found) : found;
  },
  schedule: (interval, type, punctuator) => {
    const intervalMs = toMs(interval, 'punctuation interval');
    if (intervalMs < 1) throw new RangeError(`a punctuation interval is at least 1 ms, not ${interval}`);
    return context.schedule(intervalMs, type, (timestamp) =>
      refusePromise(punctuator(timestamp), 'a punctuator', context.nodeName),
    );
  },
  commit: () => context.requestCommit(),
});
