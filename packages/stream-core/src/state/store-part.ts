import type { StateStore } from './state-store.ts';

/** The part of a store that lies in one task, for who asks from outside. */
export interface StorePart {
  readonly store: StateStore;
  /** Reads it as the query wants to see it. What is returned must not be lazy. */
  readonly read: <T>(read: () => T) => T;
}
