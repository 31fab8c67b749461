import type { Fetcher } from '../broker/fetcher.ts';
import type { TopicPartition } from '../common/topic-partition.ts';
import type { StreamTask } from './stream-task.ts';

/**
 * Keeps what is buffered of the input within a budget: a partition with more than its share is not fetched until it has
 * less than half of it. A partition with nothing buffered is always fetched, because its task may wait for it.
 */
export class InputFlow {
  readonly #fetcher: Pick<Fetcher, 'pause' | 'resume'>;
  readonly #maxBytes: number;
  readonly #paused = new Set<TopicPartition>();

  constructor(fetcher: Pick<Fetcher, 'pause' | 'resume'>, maxBytes: number) {
    this.#fetcher = fetcher;
    this.#maxBytes = maxBytes;
  }

  /** Pauses and resumes partitions by what is buffered now. Returns the bytes in all. */
  adjust(tasks: readonly StreamTask[]): number {
    const queues = tasks.flatMap((task) => task.queues);
    const share = this.#maxBytes / Math.max(1, queues.length);
    let total = 0;
    const pause: TopicPartition[] = [];
    const resume: TopicPartition[] = [];
    for (const { topicPartition, bufferedBytes } of queues) {
      total += bufferedBytes;
      if (this.#paused.has(topicPartition)) {
        if (bufferedBytes < share / 2) resume.push(topicPartition);
      } else if (bufferedBytes > share) {
        pause.push(topicPartition);
      }
    }
    for (const partition of pause) this.#paused.add(partition);
    for (const partition of resume) this.#paused.delete(partition);
    if (pause.length > 0) this.#fetcher.pause(pause);
    if (resume.length > 0) this.#fetcher.resume(resume);
    return total;
  }

  /** Forgets partitions that are not read any more. */
  forget(partitions: readonly TopicPartition[]): void {
    const gone = new Set(partitions.map(({ topic, partition }) => `${topic}-${partition}`));
    for (const paused of this.#paused) if (gone.has(`${paused.topic}-${paused.partition}`)) this.#paused.delete(paused);
  }
}
