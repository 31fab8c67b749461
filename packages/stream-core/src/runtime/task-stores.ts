import type { FetchedPartition } from '../broker/fetcher.ts';
import { assert } from '../common/assert.ts';
import type { RecordSlot } from '../common/record-context.ts';
import type { TaskId } from '../common/task-id.ts';
import { formatTaskId } from '../common/task-id.ts';
import type { SerdeDefaults } from '../serdes/serde-slot.ts';
import type { Changelog } from '../state/change-logging-rows.ts';
import { inMemoryEngine } from '../state/in-memory-state.ts';
import type { RecordCache } from '../state/record-cache.ts';
import type { OpenStore, StateStore } from '../state/state-store.ts';
import type { ViewMode } from '../state/state-view.ts';
import type { StorePart } from '../state/store-part.ts';
import { TaskState } from '../state/task-state.ts';
import type { PlannedStore } from '../topology/plan.ts';
import type { TaskDatabases } from './task-databases.ts';

/** How much was restored. */
export interface RestoredAmount {
  readonly records: number;
  readonly bytes: number;
}

export interface TaskStoresOptions {
  readonly taskId: TaskId;
  readonly stores: readonly PlannedStore[];
  readonly databases: TaskDatabases;
  readonly applicationId: string;
  readonly record: RecordSlot;
  /** Null: no record cache. */
  readonly cache: RecordCache | null;
  readonly defaults: SerdeDefaults;
  readonly isDslStorePersistent: boolean;
  /** The committed offsets of source topics: what a store is restored up to that is made of one. */
  readonly committed: ReadonlyMap<string, number>;
  /** Makes the log that a store writes to. */
  readonly changelogTo: (topic: string) => Changelog;
  /** Counts a write that was too old to keep. */
  readonly onExpired: (store: string) => void;
}

/** What a store is restored from. */
export interface StoreChangelog {
  readonly topic: string;
  readonly store: string;
  /** The offset to restore from; null for the beginning. */
  readonly offset: number | null;
  /** The offset to stop at, because the task itself processes what comes behind; null for the end of the topic. */
  readonly limit: number | null;
}

interface Entry {
  readonly planned: PlannedStore;
  readonly open: OpenStore;
  readonly state: TaskState;
}

/**
 * The stores of a task, over its database for those that persist and over memory for the others. All are committed,
 * restored and closed together.
 */
export class TaskStores {
  readonly #entries = new Map<string, Entry>();
  readonly #persistent: TaskState;
  readonly #inMemory: TaskState;
  readonly #committed: ReadonlyMap<string, number>;

  /** @throws StreamsError STATE_FAILED when the database cannot be opened */
  constructor(options: TaskStoresOptions) {
    const { taskId, databases, applicationId, stores } = options;
    const isPersistent = ({ builder }: PlannedStore): boolean => builder.persistent ?? options.isDslStorePersistent;
    const isWriteBehind = stores.filter(isPersistent).every(isRestorable);
    this.#committed = options.committed;
    const inMemory = (): TaskState =>
      TaskState.open(inMemoryEngine(), { applicationId, taskId: formatTaskId(taskId), writeBehind: null });
    // A task that keeps nothing has no database: opening one costs more than a short life of such a task.
    this.#persistent = stores.some(isPersistent) ? databases.open(taskId, isWriteBehind) : inMemory();
    this.#inMemory = inMemory();
    for (const planned of stores) this.#entries.set(planned.builder.name, this.#openStore(planned, options));
  }

  /** Bytes that wait for a commit. */
  get bufferedBytes(): number {
    return this.#persistent.bufferedBytes + this.#inMemory.bufferedBytes;
  }

  /** A store by name; null when the task has none. */
  get(name: string): StateStore | null {
    return this.#entries.get(name)?.open.store ?? null;
  }

  /** A store as somebody sees it who asks from outside; null when the task has none of that name. */
  part(name: string, mode: ViewMode): StorePart | null {
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    const { open, state } = entry;
    return { store: open.store, read: (read) => state.view.as(mode, read) };
  }

  /** The changelogs of the stores that have one: a topic of their own, or the source topic that they are made of. */
  changelogs(): StoreChangelog[] {
    return [...this.#entries.values()]
      .filter(({ planned }) => isRestorable(planned))
      .map(({ planned: { builder, changelogTopic: topic, isSourceChangelog }, state }) => ({
        topic,
        store: builder.name,
        offset: state.changelogOffset(topic),
        limit: isSourceChangelog ? (this.#committed.get(topic) ?? 0) : null,
      }));
  }

  /** What was kept beside the rows of a store; null when nothing was. Its name begins with that of the store. */
  note(store: string, name: string): Buffer | null {
    return this.#entries.get(store)?.state.note(name) ?? null;
  }

  /** Keeps something beside the rows of a store: asked for at every commit, and written with its rows. */
  keepNote(store: string, name: string, snapshot: () => Buffer): void {
    this.#entries.get(store)?.state.keepNote(name, snapshot);
  }

  /** Lets the serdes of a store fetch what they need to read these records later. */
  async prepareRestore(store: string, fetched: FetchedPartition): Promise<void> {
    const planned = this.#entries.get(store)?.planned;
    const serdes = planned?.serdes.filter(({ prepare }) => prepare !== undefined) ?? [];
    if (planned === undefined || serdes.length === 0) return;
    const values: Buffer[] = [];
    readRecords(fetched, (key, value) => values.push(...(value === null ? [key] : [key, value])));
    for (const serde of serdes) await serde.prepare?.(values, planned.changelogTopic);
  }

  /** Puts changelog records back into their store, together with the offset behind them. */
  restore(store: string, fetched: FetchedPartition): RestoredAmount {
    const entry = this.#entries.get(store);
    assert(entry !== undefined, `there is no store ${store} to restore`);
    const amount = readRecords(fetched, entry.open.restore);
    entry.state.seal();
    entry.state.applySealed(new Map([[entry.planned.changelogTopic, fetched.nextPosition]]));
    return amount;
  }

  /** Writes the record caches through, store by store, which may forward. */
  flushCaches(): void {
    for (const { open } of this.#entries.values()) open.flushCache();
  }

  /** Closes the current generation of writes for a commit. */
  seal(): void {
    this.#persistent.seal();
    this.#inMemory.seal();
  }

  /**
   * Puts the sealed writes into the databases.
   *
   * @param written by changelog topic, the offset behind the last record of the generation
   * @param read by source topic, the offset up to which it was read; it counts for a store that is made of the topic,
   *   whoever writes there
   */
  applySealed(written: ReadonlyMap<string, number>, read: ReadonlyMap<string, number> = new Map()): void {
    const offsets = new Map(written);
    for (const { planned } of this.#entries.values()) {
      const offset = planned.isSourceChangelog ? read.get(planned.changelogTopic) : undefined;
      if (offset !== undefined) offsets.set(planned.changelogTopic, offset);
    }
    this.#persistent.applySealed(this.#offsetsOf(this.#persistent, offsets));
    this.#inMemory.applySealed(this.#offsetsOf(this.#inMemory, offsets));
  }

  /** Closes without what was not committed. */
  close(): void {
    for (const { open } of this.#entries.values()) open.clearCache();
    this.#persistent.close();
    this.#inMemory.close();
  }

  #openStore(planned: PlannedStore, options: TaskStoresOptions): Entry {
    const { record, cache, defaults, isDslStorePersistent, changelogTo, onExpired } = options;
    const { builder, changelogTopic } = planned;
    const isPersistent = builder.persistent ?? isDslStorePersistent;
    const state = isPersistent ? this.#persistent : this.#inMemory;
    const open = builder.build({
      record,
      state,
      isPersistent,
      topic: changelogTopic,
      changelog: builder.loggingEnabled ? changelogTo(changelogTopic) : null,
      cache: builder.cachingEnabled ? cache : null,
      defaults,
      onExpired: () => onExpired(builder.name),
    });
    return { planned, open, state };
  }

  #offsetsOf(state: TaskState, offsets: ReadonlyMap<string, number>): Map<string, number> {
    const own = new Map<string, number>();
    for (const { planned, state: of } of this.#entries.values()) {
      const offset = offsets.get(planned.changelogTopic);
      if (of === state && offset !== undefined) own.set(planned.changelogTopic, offset);
    }
    return own;
  }
}

const isRestorable = ({ builder, isSourceChangelog }: PlannedStore): boolean =>
  builder.loggingEnabled || isSourceChangelog;

const readRecords = (
  fetched: FetchedPartition,
  onRecord: (key: Buffer, value: Buffer | null, timestamp: number) => void,
): RestoredAmount => {
  let [records, bytes] = [0, 0];
  for (const batch of fetched.batches) {
    const cursor = batch.cursor(fetched.position);
    while (cursor.next()) {
      const key = cursor.key();
      if (key === null) continue;
      const value = cursor.value();
      onRecord(key, value, cursor.timestamp);
      records++;
      bytes += key.length + (value?.length ?? 0);
    }
  }
  return { records, bytes };
};
