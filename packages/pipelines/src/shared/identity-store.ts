import type { Serde, StoreBuilder, WindowStore } from '@millrace/stream-core';
import { stores } from '@millrace/stream-core';

// What comes out of order finds its value although the id is nearly forgotten.
const graceMs = 3_600_000;

/** A value with the time that it is kept under. */
export interface Identified<V> {
  readonly since: number;
  readonly value: V;
}

export interface IdentityStoreOptions<V> {
  readonly name: string;
  readonly key: Serde<string>;
  readonly value: Serde<V>;
  /** How long an id stands for the same thing, in ms of event time. */
  readonly identityMs: number;
}

/** Describes the store under an IdentityStore: whole segments of it are forgotten at once, nothing has to be deleted. */
export const identityStore = <V>(options: IdentityStoreOptions<V>): StoreBuilder<WindowStore<string, V>> => {
  const { name, key, value, identityMs } = options;
  return stores.windowStore({ name, key, value, retention: identityMs + graceMs, windowSize: 1 });
};

/** What is known under ids that stand for the same thing for a while, and may then be used again. */
export class IdentityStore<V> {
  readonly #store: WindowStore<string, V>;
  readonly #identityMs: number;

  constructor(store: WindowStore<string, V>, identityMs: number) {
    this.#store = store;
    this.#identityMs = identityMs;
  }

  /** What the id stands for at a time: the latest that is less than the identity time away. */
  find(id: string, at: number): Identified<V> | null {
    const nearest = this.#identityMs - 1;
    for (const { start, value } of this.#store.backwardFetch(id, at - nearest, at + nearest)) {
      return { since: start, value };
    }
    return null;
  }

  /** Keeps a value under an id from a time on; the same time again replaces it. */
  put(id: string, { since, value }: Identified<V>): void {
    this.#store.put(id, value, since);
  }
}
