import type { RecordSlot } from '../common/record-context.ts';
import type { Serde } from '../serdes/serde.ts';
import type { SerdeDefaults } from '../serdes/serde-slot.ts';
import type { Changelog } from './change-logging-rows.ts';
import type { RecordCache } from './record-cache.ts';
import type { TaskState } from './task-state.ts';

/**
 * What a store holds: values by key, by key and window, by key and session, or versions of values by key; or the rows of
 * an outer join, of a join that waits, or of suppress, which only those read.
 */
export type StoreKind =
  | 'keyValue'
  | 'window'
  | 'session'
  | 'versionedKeyValue'
  | 'outerJoin'
  | 'joinBuffer'
  | 'timeOrderedBuffer';

/** A state store, by any interface. */
export interface StateStore {
  readonly name: string;
  readonly kind: StoreKind;
  /** Whether the values of the store are pairs of value and timestamp. */
  readonly isTimestamped: boolean;
}

/** What a store gets from its task. */
export interface StoreContext {
  readonly record: RecordSlot;
  readonly state: TaskState;
  /** The topic name that serdes are told: the changelog's, also for a store that is not logged. */
  readonly topic: string;
  /** Whether the store lives in the state engine of the application, rather than in memory. */
  readonly isPersistent: boolean;
  /** Null for a store that is not logged. */
  readonly changelog: Changelog | null;
  /** Null where the record cache is off. */
  readonly cache: RecordCache | null;
  readonly defaults: SerdeDefaults;
  /** Counts a write that was too old to keep. */
  readonly onExpired: () => void;
}

/** A store of a task as the task handles it: what the store's own interface does not show. */
export interface OpenStore<S extends StateStore = StateStore> {
  readonly store: S;
  /** Writes the record cache through, which may forward. */
  flushCache(): void;
  /** Forgets what is in the record cache. */
  clearCache(): void;
  /** Puts back one changelog record; nothing is logged or forwarded. Their bytes must not change any more. */
  restore(key: Buffer, value: Buffer | null, timestamp: number): void;
}

/** The cleanup of a changelog topic: kept by key alone, perhaps only after a time, or also deleted by time, or that alone. */
export type ChangelogCleanup =
  | { readonly policy: 'compact'; readonly minCompactionLagMs?: number }
  | { readonly policy: 'compact,delete' | 'delete'; readonly retentionMs: number };

/** The description of a store: data that a topology carries, and from which every task makes a store of its own. */
export interface StoreBuilder<S extends StateStore = StateStore> {
  readonly name: string;
  /** Whether the rows live in the state engine of the application, or in memory; null: as the configuration says. */
  readonly persistent: boolean | null;
  /** Whether every write goes to a changelog topic, from which the store can be restored. */
  readonly loggingEnabled: boolean;
  /** Whether writes go through the record cache. */
  readonly cachingEnabled: boolean;
  readonly cleanup: ChangelogCleanup;
  /** How long a versioned store keeps old versions; undefined for others. */
  readonly historyRetentionMs?: number;
  /** How long a row of a table lives behind its timestamp; undefined: for ever. */
  readonly ttlMs?: number;
  /** Topic settings of the changelog that override the usual ones. */
  readonly changelogConfig: Readonly<Record<string, string>>;
  /** Its serdes by what they are for, such as `key` and `value`; null where the defaults have none either. */
  serdes(defaults: SerdeDefaults): Readonly<Record<string, Serde<unknown> | null>>;
  build(context: StoreContext): OpenStore<S>;
}
