import { emptyRecordContext } from '../src/common/record-context.ts';
import { inMemoryEngine } from '../src/state/in-memory-state.ts';
import type { Row } from '../src/state/row-store.ts';
import type { StoreContext } from '../src/state/state-store.ts';
import { TaskState } from '../src/state/task-state.ts';

export const bytes = (text: string): Buffer => Buffer.from(text);

/** Rows as `key=value`, for keys and values that are text. */
export const lines = (rows: Iterable<Row>): string[] => [...rows].map(({ key, value }) => `${key}=${value}`);

/** The state of a task whose database is in memory. */
export const openState = (): TaskState =>
  TaskState.open(inMemoryEngine(), { applicationId: 'app', taskId: '0_0', writeBehind: null });

interface Logged {
  readonly key: Buffer;
  readonly value: Buffer | null;
  readonly timestamp: number;
}

/** What a store gets of its task, with a changelog that is kept in `logged`. */
export const storeContext = (
  options: Partial<StoreContext> = {},
): StoreContext & { readonly logged: Logged[]; readonly expired: { count: number } } => {
  const logged: Logged[] = [];
  const expired = { count: 0 };
  return {
    record: { current: emptyRecordContext(0) },
    state: openState(),
    topic: 'app-store-changelog',
    isPersistent: true,
    changelog: { append: (key, value, timestamp) => logged.push({ key, value, timestamp }) },
    cache: null,
    defaults: { key: null, value: null },
    onExpired: () => {
      expired.count++;
    },
    ...options,
    logged,
    expired,
  };
};
