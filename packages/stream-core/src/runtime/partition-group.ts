import type { FetchedPartition } from '../broker/fetcher.ts';
import type { TopicPartition } from '../common/topic-partition.ts';
import { topicPartitionKey } from '../common/topic-partition.ts';
import { QueueHeap } from './queue-heap.ts';
import type { RecordQueue } from './record-queue.ts';

/** How far a partition is behind its end: null when that is not known. */
export type LagOf = (partition: TopicPartition) => number | null;

const idlingDisabled = -1;

/**
 * The queues of a task: gives out the record with the smallest timestamp, and knows when it is better to wait for a
 * partition that has none.
 *
 * @see KIP-353, KIP-695, `org.apache.kafka.streams.processor.internals.PartitionGroup`
 */
export class PartitionGroup {
  readonly #queues: RecordQueue[] = [];
  readonly #byPartition = new Map<string, RecordQueue>();
  readonly #heap = new QueueHeap<RecordQueue>();
  readonly #maxTaskIdleMs: number;
  readonly #idleDeadlines = new Map<RecordQueue, number>();
  /** The largest timestamp that was taken from any queue; -1 at the beginning. */
  streamTime = -1;

  constructor(maxTaskIdleMs: number) {
    this.#maxTaskIdleMs = maxTaskIdleMs;
  }

  get queues(): readonly RecordQueue[] {
    return this.#queues;
  }

  /** Adds the queue of a partition, which had come to `partitionTime` before. */
  addQueue(queue: RecordQueue, partitionTime: number): void {
    this.#queues.push(queue);
    this.#byPartition.set(topicPartitionKey(queue.topicPartition), queue);
    queue.partitionTime = partitionTime;
    if (partitionTime > this.streamTime) this.streamTime = partitionTime;
  }

  queueOf(partition: TopicPartition): RecordQueue | null {
    return this.#byPartition.get(topicPartitionKey(partition)) ?? null;
  }

  /** Adds what a fetch brought for one of the partitions. Returns whether there is a record to take of it. */
  add(fetched: FetchedPartition): boolean {
    const queue = this.queueOf(fetched.topicPartition);
    if (queue === null) return false;
    const wasEmpty = queue.isEmpty;
    queue.add(fetched);
    if (wasEmpty && !queue.isEmpty) this.#heap.offer(queue);
    return !queue.isEmpty;
  }

  /** Takes the next record; `release` must follow when it was processed. Null when there is none. */
  take(): RecordQueue | null {
    const queue = this.#heap.poll();
    if (queue === null) return null;
    queue.take();
    if (queue.headTimestamp > this.streamTime) this.streamTime = queue.headTimestamp;
    return queue;
  }

  /** Decodes the next record of a queue whose record was processed. */
  release(queue: RecordQueue): void {
    if (queue.advance()) this.#heap.offer(queue);
  }

  get hasRecords(): boolean {
    return this.#heap.size > 0;
  }

  /** The partitions that the task has nothing of. */
  *emptyPartitions(): Iterable<TopicPartition> {
    for (const queue of this.#queues) if (queue.isEmpty) yield queue.topicPartition;
  }

  /**
   * Whether a record may be taken now, or a partition without one is waited for: because its lag is not known yet,
   * because there is something to fetch, or because it is at its end for less than the idle time.
   */
  isReady(now: number, lagOf: LagOf): boolean {
    if (this.#heap.size === 0) return false;
    if (this.#maxTaskIdleMs === idlingDisabled || this.#heap.size === this.#queues.length) return true;
    return this.#queues.every((queue) => !this.#isAwaited(queue, now, lagOf));
  }

  clear(): void {
    this.#heap.clear();
    for (const queue of this.#queues) queue.clear();
  }

  #isAwaited(queue: RecordQueue, now: number, lagOf: LagOf): boolean {
    const lag = queue.isEmpty ? lagOf(queue.topicPartition) : null;
    if (!queue.isEmpty || lag !== 0) {
      this.#idleDeadlines.delete(queue);
      return queue.isEmpty;
    }
    let deadline = this.#idleDeadlines.get(queue);
    if (deadline === undefined) {
      deadline = now + this.#maxTaskIdleMs;
      this.#idleDeadlines.set(queue, deadline);
    }
    return now < deadline;
  }
}
