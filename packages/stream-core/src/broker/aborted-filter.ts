import { BinaryHeap } from '../common/binary-heap.ts';
import type { RecordBatch } from './record-batch.ts';
import { isAbortMarker } from './transaction-marker.ts';

/** A transaction that was aborted, as fetch responses list them. */
export interface AbortedRange {
  readonly producerId: number;
  /** The offset of its first record in the partition. */
  readonly firstOffset: number;
}

/** What a batch is to a read-committed reader. */
export type BatchKind = 'data' | 'control' | 'aborted';

/**
 * Tells aborted data from committed data while batches pass in offset order; Java's `CompletedFetch`. The broker lists
 * aborted transactions by their end, so a heap orders them by their beginning. An aborted transaction counts from its
 * first offset on, whether or not its marker is ever seen; a seen marker ends it, so that a later transaction of the
 * same producer is judged by its own entry.
 */
export class AbortedFilter {
  readonly #upcoming = new BinaryHeap<AbortedRange>((left, right) => left.firstOffset < right.firstOffset);
  readonly #aborting = new Set<number>();

  constructor(aborted: readonly AbortedRange[]) {
    for (const transaction of aborted) this.#upcoming.push(transaction);
  }

  /** Batches must be passed in offset order, none left out. */
  kindOf(batch: RecordBatch): BatchKind {
    const { producerId } = batch;
    if (producerId >= 0) this.#advanceTo(batch.lastOffset);
    if (batch.isControl) {
      if (this.#aborting.has(producerId) && isAbortMarker(batch)) this.#aborting.delete(producerId);
      return 'control';
    }
    return batch.isTransactional && this.#aborting.has(producerId) ? 'aborted' : 'data';
  }

  #advanceTo(lastOffset: number): void {
    for (let next = this.#upcoming.peek(); next !== null; next = this.#upcoming.peek()) {
      if (next.firstOffset > lastOffset) break;
      this.#upcoming.pop();
      this.#aborting.add(next.producerId);
    }
  }
}
