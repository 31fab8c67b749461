import { inMemoryEngine } from '../src/state/in-memory-state.ts';
import type { Row } from '../src/state/row-store.ts';
import { TaskState } from '../src/state/task-state.ts';

export const bytes = (text: string): Buffer => Buffer.from(text);

/** Rows as `key=value`, for keys and values that are text. */
export const lines = (rows: Iterable<Row>): string[] => [...rows].map(({ key, value }) => `${key}=${value}`);

/** The state of a task whose database is in memory. */
export const openState = (): TaskState =>
  TaskState.open(inMemoryEngine(), { applicationId: 'app', taskId: '0_0', writeBehind: null });
