import type { Admin } from '../broker/admin.ts';
import type { TopicPartition } from '../common/topic-partition.ts';
import { topicPartitionKey } from '../common/topic-partition.ts';
import type { ResolvedStreamsConfig } from '../config/resolve-streams-config.ts';
import { errorMessage } from '../errors/streams-error.ts';
import type { TopologyPlan } from '../topology/plan.ts';
import type { TaskCommit } from './stream-task.ts';

export interface RepartitionPurgeOptions {
  readonly admin: Admin;
  readonly plan: TopologyPlan;
  readonly config: ResolvedStreamsConfig;
}

interface PurgeRequest {
  readonly partition: TopicPartition;
  readonly beforeOffset: number;
}

/**
 * Deletes from repartition topics what was processed for good: up to the committed offset, never further, since a
 * crash goes back to there (KAFKA-17635). It never holds processing up, and a failure is tried again later.
 */
export class RepartitionPurge {
  readonly #options: RepartitionPurgeOptions;
  readonly #committed = new Map<string, PurgeRequest>();
  /** What was deleted already; what failed is not in it, and so is tried again. */
  readonly #deleted = new Map<string, PurgeRequest>();
  #isBusy = false;
  #lastRunMs: number;

  constructor(options: RepartitionPurgeOptions) {
    this.#options = options;
    this.#lastRunMs = options.config.clock.now();
  }

  /** Notes what is committed. */
  committed(commits: readonly TaskCommit[]): void {
    for (const { topicPartition, offset } of commits.flatMap(({ offsets }) => offsets)) {
      if (!this.#options.plan.repartitionTopics.has(topicPartition.topic)) continue;
      this.#committed.set(topicPartitionKey(topicPartition), { partition: topicPartition, beforeOffset: offset });
    }
  }

  /** Begins to delete when it is time to, unless that is under way already. */
  maybeRun(now: number): void {
    const { admin, config } = this.#options;
    if (now - this.#lastRunMs < config.repartitionPurgeIntervalMs) return;
    this.#lastRunMs = now;
    const due = [...this.#committed].filter(
      ([key, { beforeOffset }]) => this.#deleted.get(key)?.beforeOffset !== beforeOffset,
    );
    if (this.#isBusy || due.length === 0) return;
    this.#isBusy = true;
    admin
      .deleteRecords(due.map(([, request]) => request))
      .then(() => {
        for (const [key, request] of due) this.#deleted.set(key, request);
      })
      .catch((error: unknown) => {
        config.logger.warn('repartition.purge_failed', { error: errorMessage(error) });
      })
      .finally(() => {
        this.#isBusy = false;
      });
  }
}
