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

/**
 * The parts of a store that are here. While one of them is being restored nobody can say what is not there, so none is
 * given.
 *
 * @throws StreamsError STORE_NOT_AVAILABLE
 * @see `org.apache.kafka.streams.processor.internals.StreamThreadStateStoreProvider`
 */
export const storeParts = (
  { running, restoring }: QueriedTasks,
  name: string,
  mode: ViewMode,
): readonly StorePart[] => {
  if (restoring.some((task) => task.store(name) !== null)) throw notAvailable(name, 'a part of it is being restored');
  const parts = running.map((task) => task.stores.part(name, mode)).filter((part) => part !== null);
  if (parts.length === 0) throw notAvailable(name, 'its partitions are on other instances');
  return parts;
};
