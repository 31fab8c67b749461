import type { TopicPartition } from '../../../common/topic-partition.ts';
import type { PartitionLeader } from '../cluster.ts';
import type { ResponseOf } from '../protocol/api.ts';
import type { metadataApi } from '../protocol/metadata-api.ts';

/** What a broker says about a topic. */
export type TopicMetadata = ResponseOf<typeof metadataApi>['topics'][number];

interface CachedPartition {
  leader: PartitionLeader | null;
  /** The newest epoch that was heard of: whoever names an older one knows less. */
  newestEpoch: number;
}

interface CachedTopic {
  readonly id: string;
  readonly partitions: Map<number, CachedPartition>;
  updatedAt: number;
}

/** Topics and leaders as far as they are known. A leader of an older epoch never replaces a newer one. */
export class TopicCache {
  readonly #topics = new Map<string, CachedTopic>();
  readonly #names = new Map<string, string>();

  find(topic: string): { readonly id: string; readonly partitions: number; readonly updatedAt: number } | null {
    const found = this.#topics.get(topic);
    return found === undefined ? null : { id: found.id, partitions: found.partitions.size, updatedAt: found.updatedAt };
  }

  /** Also of topics that were deleted meanwhile: answers that name them may still be on their way. */
  nameOf(topicId: string): string | null {
    return this.#names.get(topicId) ?? null;
  }

  has({ topic, partition }: TopicPartition): boolean {
    return this.#topics.get(topic)?.partitions.has(partition) === true;
  }

  leader({ topic, partition }: TopicPartition): PartitionLeader | null {
    return this.#topics.get(topic)?.partitions.get(partition)?.leader ?? null;
  }

  learnLeader({ topic, partition }: TopicPartition, leader: PartitionLeader): void {
    const cached = this.#topics.get(topic)?.partitions.get(partition);
    if (cached !== undefined) replaceLeader(cached, leader);
  }

  forgetLeader({ topic, partition }: TopicPartition): void {
    const cached = this.#topics.get(topic)?.partitions.get(partition);
    if (cached !== undefined) cached.leader = null;
  }

  forgetTopic(topic: string): void {
    this.#topics.delete(topic);
  }

  /** Takes over what a broker said. A topic with another id was created anew: nothing of the old one holds. */
  update(name: string, { topicId, partitions }: TopicMetadata, now: number): void {
    const known = this.#topics.get(name);
    const cached: CachedTopic = known?.id === topicId ? known : { id: topicId, partitions: new Map(), updatedAt: now };
    cached.updatedAt = now;
    for (const { partitionIndex, leaderId, leaderEpoch } of partitions) {
      const partition = cached.partitions.get(partitionIndex) ?? { leader: null, newestEpoch: -1 };
      cached.partitions.set(partitionIndex, partition);
      if (leaderId < 0) partition.leader = null;
      else replaceLeader(partition, { nodeId: leaderId, leaderEpoch });
    }
    this.#topics.set(name, cached);
    this.#names.set(topicId, name);
  }
}

const replaceLeader = (partition: CachedPartition, leader: PartitionLeader): void => {
  const { leaderEpoch } = leader;
  if (leaderEpoch >= 0 && leaderEpoch < partition.newestEpoch) return;
  partition.leader = leader;
  partition.newestEpoch = Math.max(partition.newestEpoch, leaderEpoch);
};
