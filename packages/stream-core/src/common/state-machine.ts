import { assert } from './assert.ts';

/** For every state, the states that may follow it. */
export type TransitionTable<S extends string> = Readonly<Record<S, readonly S[]>>;

/** A state with a table of legal transitions. An illegal one is a bug and throws an AssertionError. */
export class StateMachine<S extends string> {
  readonly #table: TransitionTable<S>;
  readonly #listeners: ((next: S, previous: S) => void)[] = [];
  #state: S;

  constructor(initial: S, table: TransitionTable<S>) {
    this.#state = initial;
    this.#table = table;
  }

  get state(): S {
    return this.#state;
  }

  /** Called after every change, in the order of registration. */
  onChange(listener: (next: S, previous: S) => void): void {
    this.#listeners.push(listener);
  }

  canBecome(next: S): boolean {
    return this.#table[this.#state].includes(next);
  }

  /** Changes the state; the same state again is no change and tells nobody. */
  become(next: S): void {
    const previous = this.#state;
    if (previous === next) return;
    assert(this.canBecome(next), `${previous} cannot become ${next}`);
    this.#state = next;
    for (const listener of this.#listeners) listener(next, previous);
  }
}
