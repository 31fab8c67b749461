/** Something that is ordered by the timestamp of its first record. */
export interface Stamped {
  readonly headTimestamp: number;
}

/**
 * The non-empty queues of a task by the timestamp of their first record. Ties are broken as `java.util.PriorityQueue`
 * breaks them, so that records of equal time are taken in the order in which Kafka Streams takes them.
 */
export class QueueHeap<Q extends Stamped> {
  readonly #heap: Q[] = [];

  get size(): number {
    return this.#heap.length;
  }

  offer(queue: Q): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(queue);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = heap[parent] as Q;
      if (queue.headTimestamp >= above.headTimestamp) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = queue;
  }

  /** Takes out the queue with the smallest timestamp; null when there is none. */
  poll(): Q | null {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return null;
    if (heap.length > 0) this.#siftDown(last);
    return first;
  }

  clear(): void {
    this.#heap.length = 0;
  }

  #siftDown(queue: Q): void {
    const heap = this.#heap;
    const half = heap.length >>> 1;
    let at = 0;
    while (at < half) {
      let child = 2 * at + 1;
      const right = heap[child + 1];
      if (right !== undefined && (heap[child] as Q).headTimestamp > right.headTimestamp) child++;
      const below = heap[child] as Q;
      if (queue.headTimestamp <= below.headTimestamp) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = queue;
  }
}
