import type { Admin } from '../broker/admin.ts';
import type { Logger } from '../common/logger.ts';
import type { TopicPartition } from '../common/topic-partition.ts';
import { topicPartitionKey } from '../common/topic-partition.ts';
import { errorMessage } from '../errors/streams-error.ts';
import type { TopologyPlan } from '../topology/plan.ts';
import type { TaskCommit } from './stream-task.ts';

/**
 * Deletes from repartition topics what was processed for good: up to the committed offset, never further, since a
 * crash goes back to there (KAFKA-17635). It never holds processing up, and a failure is tried again later.
 */
export class RepartitionPurge {
  readonly #admin: Admin;
  readonly #plan: TopologyPlan;
  readonly #logger: Logger;
  readonly #committed = new Map<string, { readonly partition: TopicPartition; readonly beforeOffset: number }>();
  #isBusy = false;

  constructor(admin: Admin, plan: TopologyPlan, logger: Logger) {
    this.#admin = admin;
    this.#plan = plan;
    this.#logger = logger;
  }

  /** Notes what is committed. */
  committed(commits: readonly TaskCommit[]): void {
    for (const { topicPartition, offset } of commits.flatMap(({ offsets }) => offsets)) {
      if (!this.#plan.repartitionTopics.has(topicPartition.topic)) continue;
      this.#committed.set(topicPartitionKey(topicPartition), { partition: topicPartition, beforeOffset: offset });
    }
  }

  /** Begins to delete, unless that is under way already. */
  run(): void {
    if (this.#isBusy || this.#committed.size === 0) return;
    this.#isBusy = true;
    const requests = [...this.#committed.values()];
    this.#committed.clear();
    this.#admin
      .deleteRecords(requests)
      .catch((error: unknown) => {
        this.#logger.warn('repartition.purge_failed', { error: errorMessage(error) });
      })
      .finally(() => {
        this.#isBusy = false;
      });
  }
}
