import type { TopicPartition } from '../../../common/topic-partition.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { PositionChange } from '../wire/protocol.ts';

export interface MirroredPartition {
  readonly topicPartition: TopicPartition;
  position: number | null;
  lag: number | null;
  isPaused: boolean;
  /** Changes with every seek: what was read at the server before it is not wanted any more. */
  version: number;
}

/** What the counterpart at the server knows of its partitions, for the calls that cannot wait. */
export class PartitionMirror {
  #assigned = new Map<string, MirroredPartition>();
  #version = 0;

  get partitions(): TopicPartition[] {
    return Array.from(this.#assigned.values(), ({ topicPartition }) => topicPartition);
  }

  get all(): readonly MirroredPartition[] {
    return [...this.#assigned.values()];
  }

  /** Replaces the set, what stays keeps its state. The version of what is new is returned, unless it is given. */
  assign(partitions: readonly TopicPartition[], version: number = ++this.#version): number {
    const next = new Map<string, MirroredPartition>();
    for (const topicPartition of partitions) {
      const key = topicPartitionKey(topicPartition);
      const fresh = { topicPartition, position: null, lag: null, isPaused: false, version };
      next.set(key, this.#assigned.get(key) ?? fresh);
    }
    this.#assigned = next;
    return version;
  }

  remove(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#assigned.delete(topicPartitionKey(partition));
  }

  /** @throws StreamsError STATE_TRANSITION_INVALID when the partition is not assigned */
  seek(partition: TopicPartition, offset: number): number {
    const assigned = this.#get(partition);
    assigned.position = offset;
    assigned.lag = null;
    assigned.version = ++this.#version;
    return assigned.version;
  }

  position(partition: TopicPartition): number | null {
    return this.#assigned.get(topicPartitionKey(partition))?.position ?? null;
  }

  lag(partition: TopicPartition): number | null {
    return this.#assigned.get(topicPartitionKey(partition))?.lag ?? null;
  }

  /** @throws StreamsError STATE_TRANSITION_INVALID when one of them is not assigned */
  setPaused(partitions: readonly TopicPartition[], isPaused: boolean): void {
    for (const assigned of partitions.map((partition) => this.#get(partition))) assigned.isPaused = isPaused;
  }

  isCurrent(partition: TopicPartition, version: number): boolean {
    return this.#assigned.get(topicPartitionKey(partition))?.version === version;
  }

  /** Takes over what a poll has moved, but for what was moved here meanwhile. */
  apply(changes: readonly PositionChange[]): void {
    for (const { partition, version, position, lag } of changes) {
      const assigned = this.#assigned.get(topicPartitionKey(partition));
      if (assigned?.version !== version) continue;
      assigned.position = position;
      assigned.lag = lag;
    }
  }

  #get(partition: TopicPartition): MirroredPartition {
    const key = topicPartitionKey(partition);
    const assigned = this.#assigned.get(key);
    if (assigned !== undefined) return assigned;
    throw new StreamsError('STATE_TRANSITION_INVALID', `${key} is not assigned to this reader`, {
      context: { topic: partition.topic, partition: partition.partition },
    });
  }
}
