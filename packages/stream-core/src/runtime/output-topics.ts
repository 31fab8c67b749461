import type { Admin } from '../broker/admin.ts';
import type { Logger } from '../common/logger.ts';
import { errorMessage, StreamsError } from '../errors/streams-error.ts';

/** How old what is known of a topic may be (`metadata.max.age.ms` of Kafka's clients). */
const maxAgeMs = 300_000;

interface OutputTopic {
  readonly partitions: number;
  readonly maxBatchBytes: number;
}

/** What has to be known of topics before anything is written to them. */
export class OutputTopics {
  readonly #admin: Admin;
  readonly #logger: Logger;
  readonly #topics = new Map<string, OutputTopic>();
  #isRefreshing = false;
  #refreshedMs = Number.NEGATIVE_INFINITY;

  constructor(admin: Admin, logger: Logger) {
    this.#admin = admin;
    this.#logger = logger;
  }

  /** How many partitions a topic has; null when it is not known. */
  partitions(topic: string): number | null {
    return this.#topics.get(topic)?.partitions ?? null;
  }

  /** How large a batch the topic accepts. */
  maxBatchBytes(topic: string): number {
    return this.#topics.get(topic)?.maxBatchBytes ?? Number.POSITIVE_INFINITY;
  }

  /** Asks for those of the topics that are not known yet. Those that do not exist stay unknown. */
  async find(topics: Iterable<string>): Promise<void> {
    const unknown = [...new Set(topics)].filter((topic) => !this.#topics.has(topic));
    if (unknown.length === 0) return;
    for (const { name, partitions } of (await this.#admin.describeTopics(unknown)).values()) {
      const configs = await this.#admin.topicConfigs(name);
      const maxBatchBytes = Number(configs['max.message.bytes'] ?? Number.POSITIVE_INFINITY);
      this.#topics.set(name, { partitions, maxBatchBytes });
    }
  }

  /** As `find`. @throws StreamsError UNKNOWN_TOPIC_OR_PARTITION for a topic that does not exist */
  async learn(topics: readonly string[]): Promise<void> {
    await this.find(topics);
    const topic = topics.find((name) => !this.#topics.has(name));
    if (topic === undefined) return;
    throw new StreamsError('UNKNOWN_TOPIC_OR_PARTITION', `The topic ${topic} does not exist; create it first`, {
      context: { topic },
    });
  }

  /** Looks at the topics again when what is known of them is old. */
  maybeRefresh(now: number): void {
    if (this.#refreshedMs === Number.NEGATIVE_INFINITY) this.#refreshedMs = now;
    if (now - this.#refreshedMs >= maxAgeMs) this.refresh(now);
  }

  /** Begins to look at the topics again, since they may have grown. Processing goes on meanwhile with what is known. */
  refresh(now: number): void {
    if (this.#isRefreshing || this.#topics.size === 0) return;
    this.#refreshedMs = now;
    this.#isRefreshing = true;
    this.#describe()
      .catch((error: unknown) => this.#logger.warn('output.refresh_failed', { error: errorMessage(error) }))
      .finally(() => {
        this.#isRefreshing = false;
      });
  }

  async #describe(): Promise<void> {
    for (const { name, partitions } of (await this.#admin.describeTopics([...this.#topics.keys()])).values()) {
      this.#topics.set(name, { partitions, maxBatchBytes: this.maxBatchBytes(name) });
    }
  }
}
