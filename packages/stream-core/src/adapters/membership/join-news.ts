/** Wakes those who wait for what comes of a join. */
export class JoinNews {
  #next: PromiseWithResolvers<void> = Promise.withResolvers();

  /** Resolves with the next news. */
  next(): Promise<void> {
    return this.#next.promise;
  }

  tell(): void {
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  }
}
