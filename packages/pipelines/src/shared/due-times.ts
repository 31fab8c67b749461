interface Due<T> {
  readonly at: number;
  readonly what: T;
}

/**
 * What is due when, earliest first. It is an index over a state store, made again from the store whenever a task begins,
 * and so it may hold what is not true any more: whoever takes something out asks the store.
 */
export class DueTimes<T> {
  readonly #heap: Due<T>[] = [];

  get size(): number {
    return this.#heap.length;
  }

  add(at: number, what: T): void {
    const heap = this.#heap;
    let index = heap.push({ at, what }) - 1;
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      if (this.#at(parent) <= this.#at(index)) return;
      this.#swap(parent, index);
      index = parent;
    }
  }

  /** Takes out what is due by `now`, one by one; what is added meanwhile comes too if it is due. */
  *take(now: number): Generator<T, void, undefined> {
    while (this.#at(0) <= now) {
      const first = this.#heap[0] as Due<T>;
      this.#removeFirst();
      yield first.what;
    }
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return;
    heap[0] = last;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const child = this.#at(left + 1) < this.#at(left) ? left + 1 : left;
      if (this.#at(child) >= this.#at(index)) return;
      this.#swap(child, index);
      index = child;
    }
  }

  /** When the entry is due; infinity where there is none. */
  #at(index: number): number {
    return this.#heap[index]?.at ?? Number.POSITIVE_INFINITY;
  }

  #swap(left: number, right: number): void {
    const heap = this.#heap;
    const moved = heap[left] as Due<T>;
    heap[left] = heap[right] as Due<T>;
    heap[right] = moved;
  }
}
