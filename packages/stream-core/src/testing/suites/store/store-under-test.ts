import type { Headers } from '../../../common/headers.ts';
import { noHeaders } from '../../../common/headers.ts';
import { emptyRecordContext } from '../../../common/record-context.ts';
import { RecordCache } from '../../../state/record-cache.ts';
import type { StateEngine } from '../../../state/state-engine.ts';
import type { OpenStore, StateStore, StoreBuilder } from '../../../state/state-store.ts';
import type { WriteBehind } from '../../../state/task-state.ts';
import { TaskState } from '../../../state/task-state.ts';

/** Where the database of one task lies. */
export interface StoreSuiteContext {
  /** Opens the database, or makes it. After it was closed, opening it again shows what was committed. */
  openEngine(): StateEngine;
  /** Called at the end, when the database is closed. */
  close(): void | Promise<void>;
}

/** A record that a store logged. */
export interface LoggedRecord {
  readonly key: Buffer;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly headers: Headers;
}

export interface StoreUnderTestOptions {
  readonly writeBehind: WriteBehind | null;
  /** Whether the store is treated as one of a database, or of memory. */
  readonly isPersistent: boolean;
}

/** A store as a task has it, over a database that can be closed and opened again. */
export class StoreUnderTest<S extends StateStore> {
  /** Everything that was logged. */
  readonly logged: LoggedRecord[] = [];
  /** How many writes were too old. */
  dropped = 0;
  readonly #builder: StoreBuilder<S>;
  readonly #context: StoreSuiteContext;
  readonly #options: StoreUnderTestOptions;
  readonly #record = { current: emptyRecordContext(0) };
  #state: TaskState;
  #open: OpenStore<S>;

  constructor(builder: StoreBuilder<S>, context: StoreSuiteContext, options: StoreUnderTestOptions) {
    this.#builder = builder;
    this.#context = context;
    this.#options = options;
    [this.#state, this.#open] = this.#opened();
  }

  get store(): S {
    return this.#open.store;
  }

  /** Sets the timestamp of the record that is being processed. */
  at(timestamp: number): S {
    this.#record.current = { ...emptyRecordContext(timestamp), topic: 'in', partition: 0, offset: timestamp };
    return this.store;
  }

  /** First half of a commit: caches are written through and writes are fixed. */
  seal(): void {
    this.#open.flushCache();
    this.#state.seal();
  }

  /** Second half of a commit. */
  apply(): void {
    this.#state.applySealed(new Map());
  }

  commit(): void {
    this.seal();
    this.apply();
  }

  /** Closes without what was not committed, and opens again. */
  reopen(): void {
    this.#close();
    [this.#state, this.#open] = this.#opened();
  }

  /** Puts changelog records back and commits them. */
  restore(records: readonly LoggedRecord[]): void {
    for (const { key, value, timestamp } of records) {
      this.#open.restore(Buffer.from(key), value === null ? null : Buffer.from(value), timestamp);
    }
    this.commit();
  }

  async close(): Promise<void> {
    this.#close();
    await this.#context.close();
  }

  #close(): void {
    this.#open.clearCache();
    this.#state.close();
  }

  #opened(): [TaskState, OpenStore<S>] {
    const { isPersistent, writeBehind } = this.#options;
    const owner = { applicationId: 'app', taskId: '0_0' };
    const state = TaskState.open(this.#context.openEngine(), { ...owner, writeBehind });
    const { loggingEnabled, cachingEnabled } = this.#builder;
    const log = {
      append: (key: Buffer, value: Buffer | null, timestamp: number, headers: Headers = noHeaders) => {
        this.logged.push({ key, value, timestamp, headers });
      },
    };
    const open = this.#builder.build({
      record: this.#record,
      state,
      topic: 'app-store-changelog',
      isPersistent,
      changelog: loggingEnabled ? log : null,
      cache: cachingEnabled ? new RecordCache(1_000_000) : null,
      defaults: { key: null, value: null },
      onExpired: () => {
        this.dropped++;
      },
    });
    return [state, open];
  }
}

/** Opens a store over a database of its own, which is closed after the test. */
export type OpenUnderTest = <S extends StateStore>(
  builder: StoreBuilder<S>,
  options?: { readonly isPersistent?: boolean },
) => Promise<StoreUnderTest<S>>;
