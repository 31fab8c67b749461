import type { Admin } from '../broker/admin.ts';
import type { Logger } from '../common/logger.ts';
import { errorMessage, StreamsError } from '../errors/streams-error.ts';
import { hasPatterns, matchTopics } from '../topology/matched-topics.ts';
import type { TopologyPlan } from '../topology/plan.ts';

/** How often it is looked whether topics were created or deleted. */
const checkIntervalMs = 5_000;

export interface MatchedSubscriptionOptions {
  readonly plan: TopologyPlan;
  readonly admin: Admin;
  readonly logger: Logger;
  /** Told of all topics to read, when there are others than before. */
  readonly onChange: (topics: readonly string[]) => void;
}

/** The topics that a thread subscribes to: those that are named, and those that match a pattern at the time. */
export class MatchedSubscription {
  readonly #options: MatchedSubscriptionOptions;
  readonly #hasPatterns: boolean;
  #topics: readonly string[] = [];
  #checkedMs = Number.NEGATIVE_INFINITY;
  #isChecking = false;
  #failure: StreamsError | null = null;

  constructor(options: MatchedSubscriptionOptions) {
    this.#options = options;
    this.#hasPatterns = hasPatterns(options.plan);
  }

  /** Subscribes to what there is now. @throws TopologyError when a topic matches several patterns */
  async begin(now: number): Promise<void> {
    this.#checkedMs = now;
    this.#topics = await this.#find();
    this.#options.onChange(this.#topics);
  }

  /**
   * Looks from time to time whether other topics match. Processing goes on meanwhile.
   *
   * @throws TopologyError when a topic that was created matches several patterns
   */
  maybeRefresh(now: number): void {
    if (this.#failure !== null) throw this.#failure;
    if (!this.#hasPatterns || this.#isChecking || now - this.#checkedMs < checkIntervalMs) return;
    this.#checkedMs = now;
    this.#isChecking = true;
    this.#refresh()
      .catch((error: unknown) => {
        if (error instanceof StreamsError && !error.retriable) this.#failure = error;
        this.#options.logger.warn('subscription.refresh_failed', { error: errorMessage(error) });
      })
      .finally(() => {
        this.#isChecking = false;
      });
  }

  async #refresh(): Promise<void> {
    const topics = await this.#find();
    if (topics.join() === this.#topics.join()) return;
    this.#topics = topics;
    this.#options.logger.info('subscription.changed', { topics: topics.join(', ') });
    this.#options.onChange(topics);
  }

  async #find(): Promise<readonly string[]> {
    const { plan, admin } = this.#options;
    const { subtopologies } = this.#hasPatterns ? matchTopics(plan, await admin.listTopics()) : plan;
    return [...new Set(subtopologies.flatMap(({ sourceTopics }) => sourceTopics))];
  }
}
