import { AbortedFilter } from '../../../broker/aborted-filter.ts';
import type { FetchedPartition, FetcherOptions } from '../../../broker/fetcher.ts';
import type { RecordBatch } from '../../../broker/record-batch.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { LogSlice, PartitionLog } from '../log/partition-log.ts';
import type { TopicRegistry } from '../topic-registry.ts';

interface AssignedPartition {
  readonly topicPartition: TopicPartition;
  position: number | null;
  lag: number | null;
  isPaused: boolean;
}

/** What the reader may see of a slice of the log. */
export const visibleBatches = ({ batches, aborted }: LogSlice): RecordBatch[] => {
  const filter = new AbortedFilter(aborted);
  return batches.filter((batch) => filter.kindOf(batch) === 'data');
};

export interface PartitionReaderOptions extends FetcherOptions {
  readonly topics: TopicRegistry;
  /** A group member reads on without a topic that was deleted: the next rebalance takes it away. */
  readonly ignoreMissing: boolean;
}

/** The partitions that a fetcher or group member reads: positions, pauses, lags, and the reading itself. */
export class PartitionReader {
  readonly #options: PartitionReaderOptions;
  #assigned = new Map<string, AssignedPartition>();

  constructor(options: PartitionReaderOptions) {
    this.#options = options;
  }

  get partitions(): TopicPartition[] {
    return Array.from(this.#assigned.values(), (assigned) => assigned.topicPartition);
  }

  has(partition: TopicPartition): boolean {
    return this.#assigned.has(topicPartitionKey(partition));
  }

  /** Replaces the set; what stays keeps its state. */
  assign(partitions: readonly TopicPartition[]): void {
    const next = new Map<string, AssignedPartition>();
    for (const topicPartition of partitions) {
      const key = topicPartitionKey(topicPartition);
      const fresh = { topicPartition, position: null, lag: null, isPaused: false };
      next.set(key, this.#assigned.get(key) ?? fresh);
    }
    this.#assigned = next;
  }

  remove(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#assigned.delete(topicPartitionKey(partition));
  }

  seek(partition: TopicPartition, offset: number): void {
    const assigned = this.#get(partition);
    assigned.position = offset;
    assigned.lag = null;
  }

  position(partition: TopicPartition): number | null {
    return this.#assigned.get(topicPartitionKey(partition))?.position ?? null;
  }

  lag(partition: TopicPartition): number | null {
    return this.#assigned.get(topicPartitionKey(partition))?.lag ?? null;
  }

  setPaused(partitions: readonly TopicPartition[], isPaused: boolean): void {
    for (const assigned of partitions.map((partition) => this.#get(partition))) assigned.isPaused = isPaused;
  }

  /**
   * Reads every partition that has a position and is not paused, without moving anything.
   *
   * @throws StreamsError OFFSET_OUT_OF_RANGE, UNKNOWN_TOPIC_OR_PARTITION
   */
  read(): FetchedPartition[] {
    const fetched: FetchedPartition[] = [];
    for (const { topicPartition, position, isPaused } of this.#assigned.values()) {
      if (position === null || isPaused) continue;
      const log = this.#log(topicPartition);
      if (log !== null) fetched.push(this.#readFrom(log, position));
    }
    return fetched;
  }

  /**
   * Moves the positions behind what was read, and gives what brought something new. What was paused, taken away or
   * sought elsewhere since it was read counts as never read.
   */
  accept(fetched: readonly FetchedPartition[]): FetchedPartition[] {
    return fetched.filter(({ topicPartition, position, nextPosition, endOffset }) => {
      const assigned = this.#assigned.get(topicPartitionKey(topicPartition));
      if (assigned === undefined || assigned.isPaused || assigned.position !== position) return false;
      assigned.position = nextPosition;
      assigned.lag = Math.max(0, endOffset - nextPosition);
      return nextPosition > position;
    });
  }

  /** True when reading now would bring something new, or fail. */
  get hasNews(): boolean {
    const { isolationLevel } = this.#options;
    for (const { log, position } of this.#active()) {
      if (position < log.logStartOffset || position < log.endOffset(isolationLevel)) return true;
    }
    return false;
  }

  /** Calls `listener` whenever there may be news; the returned function ends that. */
  watch(listener: () => void): () => void {
    const committed = this.#options.isolationLevel === 'read_committed';
    const signals = Array.from(this.#active(), ({ log }) => (committed ? log.stableEndMoved : log.endMoved));
    for (const signal of signals) signal.add(listener);
    return () => {
      for (const signal of signals) signal.delete(listener);
    };
  }

  *#active(): Generator<{ log: PartitionLog; position: number }> {
    for (const { topicPartition, position, isPaused } of this.#assigned.values()) {
      const log = position === null || isPaused ? null : this.#options.topics.findLog(topicPartition);
      if (log !== null && position !== null) yield { log, position };
    }
  }

  #readFrom(log: PartitionLog, position: number): FetchedPartition {
    const { isolationLevel, maxPartitionBytes } = this.#options;
    const slice = log.read(position, isolationLevel, maxPartitionBytes);
    const { topicPartition } = log;
    const { nextPosition, endOffset } = slice;
    return { topicPartition, position, batches: visibleBatches(slice), nextPosition, endOffset };
  }

  #log(partition: TopicPartition): PartitionLog | null {
    const { topics, ignoreMissing } = this.#options;
    return ignoreMissing ? topics.findLog(partition) : topics.log(partition);
  }

  #get(partition: TopicPartition): AssignedPartition {
    const key = topicPartitionKey(partition);
    const assigned = this.#assigned.get(key);
    if (assigned === undefined) {
      throw new StreamsError('STATE_TRANSITION_INVALID', `${key} is not assigned to this reader`, {
        context: { topic: partition.topic, partition: partition.partition },
      });
    }
    return assigned;
  }
}
