import type { Admin } from '../broker/admin.ts';
import { StreamsError } from '../errors/streams-error.ts';
import type { GlobalStreamThread } from '../runtime/global-stream-thread.ts';
import type { TopologyPlan } from '../topology/plan.ts';
import type { LagInfo } from './local-lags.ts';
import { localLags } from './local-lags.ts';
import type { QueryableStoreType } from './local-store.ts';
import type { StoreQueryOptions } from './query-options.ts';
import type { QueriedPart, StateQueryRequest } from './run-state-query.ts';
import { runGlobalStateQuery, runStateQuery } from './run-state-query.ts';
import type { StateQueryResult } from './state-query-result.ts';
import type { QueriedTasks } from './store-parts.ts';
import { storeParts } from './store-parts.ts';
import type { StreamsMetadataState } from './streams-metadata.ts';
import type { ThreadMetadata } from './thread-metadata.ts';
import { threadMetadata } from './thread-metadata.ts';

export interface LocalQueriesOptions {
  readonly clientId: string;
  readonly plan: TopologyPlan;
  readonly global: GlobalStreamThread;
  readonly admin: Admin;
  readonly metadata: StreamsMetadataState;
  /** The tasks that are here; null while the instance does not run. */
  readonly tasks: () => QueriedTasks | null;
  /** The state of the instance, for messages. */
  readonly state: () => string;
}

/** What an instance answers about the stores that it has. */
export class LocalQueries {
  readonly #options: LocalQueriesOptions;

  constructor(options: LocalQueriesOptions) {
    this.#options = options;
  }

  /** Which instance has what. */
  get metadata(): StreamsMetadataState {
    return this.#options.metadata;
  }

  /** See QueryableInstance.metadataForLocalThreads. */
  threads(): readonly ThreadMetadata[] {
    const tasks = this.#options.tasks();
    return tasks === null ? [] : [threadMetadata(this.#options.clientId, tasks)];
  }

  /** See QueryableInstance.store. */
  store<H>(name: string, type: QueryableStoreType<H>, options: StoreQueryOptions): H {
    const { isolation = 'read_committed', ...parts } = options;
    this.#checkExists(name);
    return type(name, () => {
      const tasks = this.#tasks(name);
      const part = this.#options.global.part(name, isolation);
      return part === null ? storeParts(tasks, name, { ...parts, mode: isolation }) : [part];
    });
  }

  /** See QueryableInstance.query. */
  query<R>(request: StateQueryRequest<R>): StateQueryResult<R> {
    const { store, isolation = 'read_committed' } = request;
    this.#checkExists(store);
    const { running, restoring } = this.#tasks(store);
    const { global } = this.#options;
    const globalPart = global.part(store, isolation);
    if (globalPart !== null) return runGlobalStateQuery(request, globalPart, global.position(store));
    const parts: QueriedPart[] = [];
    for (const task of [...running, ...restoring]) {
      const part = task.stores.part(store, isolation);
      if (part === null) continue;
      const { partition } = task.taskId;
      const isActive = running.includes(task);
      parts.push({ part, partition, isActive, position: task.position(store, isolation) });
    }
    return runStateQuery(request, parts);
  }

  /** See QueryableInstance.allLocalStorePartitionLags. */
  async lags(): Promise<ReadonlyMap<string, ReadonlyMap<number, LagInfo>>> {
    return localLags(this.#options.tasks() ?? { running: [], restoring: [] }, this.#options.admin);
  }

  #tasks(store: string): QueriedTasks {
    const tasks = this.#options.tasks();
    if (tasks !== null) return tasks;
    const message = `Store ${store} can be read while the instance runs; it is ${this.#options.state()}`;
    throw new StreamsError('STORE_NOT_AVAILABLE', message, { context: { store } });
  }

  #checkExists(name: string): void {
    const { plan } = this.#options;
    const all = [...plan.subtopologies, ...plan.globalStores];
    const known = all.flatMap(({ stores }) => stores.map(({ builder }) => builder.name));
    if (known.includes(name)) return;
    const message = `The topology has no store ${name}; it has ${known.length === 0 ? 'none' : known.join(', ')}`;
    throw new StreamsError('STORE_NOT_FOUND', message, { context: { store: name } });
  }
}
