/** Wakes whoever waits. A listener stays until it is taken away. */
export class Signal {
  readonly #listeners = new Set<() => void>();

  add(listener: () => void): void {
    this.#listeners.add(listener);
  }

  delete(listener: () => void): void {
    this.#listeners.delete(listener);
  }

  fire(): void {
    for (const listener of this.#listeners) listener();
  }
}
