import type { OffsetAndMetadata, OffsetCommit } from '../../../broker/group-consumer.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import { Signal } from '../signal.ts';

interface StoredOffset {
  readonly commit: OffsetCommit;
  /** Its place in the order of all commits of the group, counted when it was written. */
  readonly order: number;
}

/** The committed offsets of one group, and those that wait for their transaction. */
export class GroupOffsets {
  /** Fired when a transaction with offsets of this group ended. */
  readonly stabilised: Signal = new Signal();
  readonly #committed = new Map<string, StoredOffset>();
  readonly #pending = new Map<number, Map<string, StoredOffset>>();
  #nextOrder = 0;

  get isEmpty(): boolean {
    return this.#committed.size === 0 && this.#pending.size === 0;
  }

  commit(offsets: readonly OffsetCommit[]): void {
    const order = this.#nextOrder++;
    for (const commit of offsets) this.#committed.set(topicPartitionKey(commit.topicPartition), { commit, order });
  }

  /** Keeps offsets until the transaction of that producer ends. */
  addPending(producerId: number, offsets: readonly OffsetCommit[]): void {
    const order = this.#nextOrder++;
    let pending = this.#pending.get(producerId);
    if (pending === undefined) {
      pending = new Map();
      this.#pending.set(producerId, pending);
    }
    for (const commit of offsets) pending.set(topicPartitionKey(commit.topicPartition), { commit, order });
  }

  /** Ends the transaction of a producer. A plain commit that came after the transactional one stays in force. */
  complete(producerId: number, committed: boolean): void {
    const pending = this.#pending.get(producerId);
    if (pending === undefined) return;
    this.#pending.delete(producerId);
    if (committed) {
      for (const [key, stored] of pending) {
        const current = this.#committed.get(key);
        if (current === undefined || current.order < stored.order) this.#committed.set(key, stored);
      }
    }
    this.stabilised.fire();
  }

  /** False while a transaction that holds an offset of the partition is open. */
  isStable(topicPartition: TopicPartition): boolean {
    const key = topicPartitionKey(topicPartition);
    for (const pending of this.#pending.values()) {
      if (pending.has(key)) return false;
    }
    return true;
  }

  committed(topicPartition: TopicPartition): OffsetAndMetadata | null {
    const stored = this.#committed.get(topicPartitionKey(topicPartition));
    if (stored === undefined) return null;
    const { offset, leaderEpoch, metadata } = stored.commit;
    return { offset, leaderEpoch, metadata };
  }

  /** Everything that is committed, open transactions left aside. */
  all(): OffsetCommit[] {
    return Array.from(this.#committed.values(), (stored) => stored.commit);
  }

  /** Forgets a partition, as when its topic is deleted. */
  drop(topicPartition: TopicPartition): void {
    const key = topicPartitionKey(topicPartition);
    this.#committed.delete(key);
    for (const pending of this.#pending.values()) pending.delete(key);
  }
}
