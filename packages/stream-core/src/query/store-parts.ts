import { StreamsError } from '../errors/streams-error.ts';
import type { StreamTask } from '../runtime/stream-task.ts';
import type { ViewMode } from '../state/state-view.ts';
import type { StorePart } from '../state/store-part.ts';

/** The tasks of an instance. */
export interface QueriedTasks {
  readonly running: readonly StreamTask[];
  readonly restoring: readonly StreamTask[];
}

const notAvailable = (store: string, reason: string): StreamsError =>
  new StreamsError('STORE_NOT_AVAILABLE', `Store ${store} cannot be read now: ${reason}`, { context: { store } });

/** What is looked for of a store. */
export interface StorePartsOptions {
  readonly mode: ViewMode;
  /** @default all that are here */
  readonly partition?: number | undefined;
  /** @default false */
  readonly enableStaleStores?: boolean | undefined;
}

/**
 * The parts of a store that are here. While one of them is being restored nobody can say what is not there, so none is
 * given, unless stale ones will do.
 *
 * @throws StreamsError STORE_NOT_AVAILABLE
 * @see `org.apache.kafka.streams.processor.internals.StreamThreadStateStoreProvider`
 */
export const storeParts = (
  { running, restoring }: QueriedTasks,
  name: string,
  { mode, partition, enableStaleStores = false }: StorePartsOptions,
): readonly StorePart[] => {
  const isWanted = ({ taskId }: StreamTask): boolean => partition === undefined || taskId.partition === partition;
  const isRestored = restoring.some((task) => isWanted(task) && task.store(name) !== null);
  if (isRestored && !enableStaleStores) throw notAvailable(name, 'a part of it is being restored');
  const tasks = [...running, ...(enableStaleStores ? restoring : [])].filter(isWanted);
  const parts = tasks.map((task) => task.stores.part(name, mode)).filter((part) => part !== null);
  if (parts.length > 0) return parts;
  const what = partition === undefined ? 'its partitions are on other instances' : `partition ${partition} is not here`;
  throw notAvailable(name, what);
};
