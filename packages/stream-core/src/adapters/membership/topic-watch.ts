import { StreamsError } from '../../errors/streams-error.ts';
import type { TopicCounts } from './topic-counts.ts';

/** Tells the leader of a group that a topic has another number of partitions than the one that it assigned by. */
export class TopicWatch {
  readonly #topicCounts: TopicCounts;
  readonly #onChange: (topic: string) => void;
  readonly #stopWatching: () => void;
  #assignedBy: ReadonlyMap<string, number> | null = null;

  constructor(topicCounts: TopicCounts, onChange: (topic: string) => void) {
    this.#topicCounts = topicCounts;
    this.#onChange = onChange;
    this.#stopWatching = topicCounts.watch(() => void this.#check());
  }

  /** Watches these topics from now on, and looks at once; null watches none. */
  compareWith(assignedBy: ReadonlyMap<string, number> | null): void {
    this.#assignedBy = assignedBy;
    void this.#check();
  }

  stop(): void {
    this.#assignedBy = null;
    this.#stopWatching();
  }

  async #check(): Promise<void> {
    const assignedBy = this.#assignedBy;
    if (assignedBy === null) return;
    try {
      const now = await this.#topicCounts.count(assignedBy.keys());
      // The next assignment has begun to count for itself.
      if (assignedBy !== this.#assignedBy) return;
      const changed = assignedBy.keys().find((topic) => now.get(topic) !== assignedBy.get(topic));
      if (changed !== undefined) this.#onChange(changed);
    } catch (error) {
      // Whoever cannot be asked now is asked again later.
      if (!(error instanceof StreamsError)) throw error;
    }
  }
}
