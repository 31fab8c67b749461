import type { GraphNodeTraits } from './graph-node.ts';

/** Remembers for an operator whether the table in front of it is versioned, which shows when the plan is written. */
export class VersionedInput {
  readonly #parents = new Set<string>();

  /** For the node of the operator. */
  readonly traits: GraphNodeTraits = { onVersionedInput: (parent) => this.#parents.add(parent) };

  /** Whether the parent of that name is versioned; without a name, the only parent. */
  readonly isVersioned = (parent?: string): boolean =>
    parent === undefined ? this.#parents.size > 0 : this.#parents.has(parent);
}
