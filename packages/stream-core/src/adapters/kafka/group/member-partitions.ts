import type { Fetcher } from '../../../broker/fetcher.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import type { OwnedPartitions } from '../../membership/owned-partitions.ts';

/** What a member owns is what its fetcher reads. */
export class MemberPartitions implements OwnedPartitions {
  readonly #fetcher: Fetcher;
  #isClosed = false;
  #partitions: ReadonlyMap<string, TopicPartition> = new Map();

  constructor(fetcher: Fetcher) {
    this.#fetcher = fetcher;
  }

  get partitions(): readonly TopicPartition[] {
    return [...this.#partitions.values()];
  }

  has(partition: TopicPartition): boolean {
    return this.#partitions.has(topicPartitionKey(partition));
  }

  assign(partitions: readonly TopicPartition[]): void {
    this.#partitions = new Map(partitions.map((partition) => [topicPartitionKey(partition), partition]));
    if (!this.#isClosed) this.#fetcher.assign(partitions);
  }

  /** The fetcher is closed: a rebalance that is in the middle of its callbacks may end without it. */
  close(): void {
    this.#isClosed = true;
  }

  remove(partitions: readonly TopicPartition[]): void {
    const removed = new Set(partitions.map(topicPartitionKey));
    this.assign(this.partitions.filter((partition) => !removed.has(topicPartitionKey(partition))));
  }
}
