/** Unites names into groups (quick-union with path halving). */
export class NodeGroups {
  readonly #parents = new Map<string, string>();

  add(name: string): void {
    this.#parents.set(name, name);
  }

  unite(name: string, others: readonly string[]): void {
    for (const other of others) {
      const left = this.rootOf(name);
      const right = this.rootOf(other);
      if (left !== right) this.#parents.set(left, right);
    }
  }

  /** The same name for all names of a group. */
  rootOf(name: string): string {
    let current = name;
    for (;;) {
      const parent = this.#parents.get(current) ?? current;
      if (parent === current) return current;
      const grandparent = this.#parents.get(parent) ?? parent;
      this.#parents.set(current, grandparent);
      current = grandparent;
    }
  }
}
