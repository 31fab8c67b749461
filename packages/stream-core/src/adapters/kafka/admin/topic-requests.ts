import type { NewTopic } from '../../../broker/admin.ts';
import { sleep } from '../../../common/clock.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { RetrySettings } from '../cluster/retry.ts';
import { retrying } from '../cluster/retry.ts';
import type { Cluster } from '../cluster.ts';
import { createTopicsApi } from '../protocol/create-topics-api.ts';
import { deleteTopicsApi } from '../protocol/delete-topics-api.ts';
import { isKafkaError, kafkaError, refusal } from '../protocol/error-codes.ts';
import { metadataApi } from '../protocol/metadata-api.ts';
import { backoffMs } from '../retry-backoff.ts';
import { anyNode } from '../transport.ts';

export interface TopicRequestsOptions extends RetrySettings {
  readonly cluster: Cluster;
  readonly requestTimeoutMs: number;
}

interface TopicResult {
  readonly name: string | null;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** A change of topics, which the controller makes one by one. */
interface TopicChange {
  /** Kafka's name of the request. */
  readonly name: string;
  readonly topics: readonly string[];
  /** The error of a topic that an earlier attempt has changed already, whose answer got lost. */
  readonly doneBefore: 'TOPIC_ALREADY_EXISTS' | 'UNKNOWN_TOPIC_OR_PARTITION';
  send(node: number, topics: ReadonlySet<string>): Promise<readonly TopicResult[]>;
}

/** What has become of each topic of a change, over all attempts. */
class ChangeProgress {
  readonly done: Set<string> = new Set();
  readonly failures: StreamsError[] = [];
  readonly #change: TopicChange;
  readonly #open: Set<string>;
  /** Topics of attempts that may have changed them although no answer came. */
  readonly #uncertain = new Set<string>();
  readonly #sent = new Set<string>();
  #transient: StreamsError | null = null;

  constructor(change: TopicChange) {
    this.#change = change;
    this.#open = new Set(change.topics);
  }

  /** The topics that the next attempt is about. */
  begin(): ReadonlySet<string> {
    for (const name of this.#sent) this.#uncertain.add(name);
    this.#transient = null;
    return new Set(this.#open);
  }

  /** From here on they may be changed, whatever answer comes. */
  sent(topics: ReadonlySet<string>): void {
    for (const name of topics) this.#sent.add(name);
  }

  answered({ name, errorCode, errorMessage }: TopicResult): void {
    if (name === null || !this.#open.has(name)) return;
    const isDone = errorCode === 0 || (this.#uncertain.has(name) && isKafkaError(errorCode, this.#change.doneBefore));
    if (isDone) {
      this.#open.delete(name);
      this.done.add(name);
      return;
    }
    const options = { brokerMessage: errorMessage, context: { topic: name } };
    const error = refusal(errorCode, `${this.#change.name} of ${name}`, options);
    if (isTransient(errorCode)) {
      this.#transient = error;
      return;
    }
    this.#open.delete(name);
    this.failures.push(error);
  }

  /** @throws StreamsError when a topic has to be asked for again */
  checkTransient(): void {
    if (this.#transient !== null) throw this.#transient;
  }
}

const lane = 'control';

/** Creates and deletes topics. */
export class TopicRequests {
  readonly #options: TopicRequestsOptions;

  constructor(options: TopicRequestsOptions) {
    this.#options = options;
  }

  /** Resolves when every topic that was created can be written to. */
  async create(topics: readonly NewTopic[]): Promise<void> {
    const { cluster, requestTimeoutMs } = this.#options;
    const { done, failures } = await this.#change({
      name: 'CreateTopics',
      topics: topics.map(({ name }) => name),
      doneBefore: 'TOPIC_ALREADY_EXISTS',
      send: async (node, open) => {
        const wanted = topics.filter(({ name }) => open.has(name)).map(newTopic);
        const request = { topics: wanted, timeoutMs: requestTimeoutMs };
        return (await cluster.call(node, createTopicsApi, request, { lane, timeoutMs: requestTimeoutMs * 2 })).response
          .topics;
      },
    });
    await this.#untilLed(topics.filter(({ name }) => done.has(name)));
    if (failures[0] !== undefined) throw failures[0];
  }

  async delete(names: readonly string[]): Promise<void> {
    const { cluster, requestTimeoutMs } = this.#options;
    const { failures } = await this.#change({
      name: 'DeleteTopics',
      topics: names,
      doneBefore: 'UNKNOWN_TOPIC_OR_PARTITION',
      send: async (node, open) => {
        const timeoutMs = requestTimeoutMs;
        const noId = '00000000-0000-0000-0000-000000000000';
        const request = (version: number) =>
          version < 6
            ? { topicNames: [...open], timeoutMs }
            : { topics: Array.from(open, (name) => ({ name, topicId: noId })), timeoutMs };
        const options = { lane, timeoutMs: requestTimeoutMs * 2 };
        return (await cluster.call(node, deleteTopicsApi, request, options)).response.responses;
      },
    });
    if (failures[0] !== undefined) throw failures[0];
  }

  /** Tries until each topic is changed or refused. */
  async #change(change: TopicChange): Promise<ChangeProgress> {
    const progress = new ChangeProgress(change);
    await retrying(this.#options, async () => {
      const asked = progress.begin();
      if (asked.size === 0) return;
      const node = await this.#options.cluster.controller();
      progress.sent(asked);
      for (const result of await change.send(node, asked)) progress.answered(result);
      progress.checkTransient();
    });
    return progress;
  }

  /** A topic is there before its partitions have leaders. */
  async #untilLed(topics: readonly NewTopic[]): Promise<void> {
    const { cluster, clock, retryTimeoutMs } = this.#options;
    const deadline = clock.monotonic() + retryTimeoutMs;
    const open = new Set(topics.map(({ name }) => name));
    for (let failures = 1; open.size > 0; failures++) {
      const request = { topics: Array.from(open, (name) => ({ name })), allowAutoTopicCreation: false };
      const { response } = await retrying(this.#options, () => cluster.call(anyNode, metadataApi, request, { lane }));
      for (const { name, errorCode, partitions } of response.topics) {
        const isLed = errorCode === 0 && partitions.every(({ leaderId }) => leaderId >= 0);
        if (isLed && name !== null) open.delete(name);
      }
      if (open.size === 0) return;
      const pauseMs = backoffMs(this.#options, failures, this.#options.chance);
      if (clock.monotonic() + pauseMs > deadline) {
        const missing = [...open].join(', ');
        const problem = `The topics ${missing} were created, but have no leaders. Check that the brokers are up.`;
        throw new StreamsError('BROKER_UNAVAILABLE', problem);
      }
      await sleep(clock, pauseMs);
    }
  }
}

/** What may be gone by itself; that a topic is unknown is an answer here. */
const isTransient = (errorCode: number): boolean =>
  kafkaError(errorCode).retriable && !isKafkaError(errorCode, 'UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID');

const newTopic = ({ name, partitions, replicationFactor, configs }: NewTopic) => ({
  name,
  numPartitions: partitions,
  replicationFactor,
  assignments: [],
  configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
});
