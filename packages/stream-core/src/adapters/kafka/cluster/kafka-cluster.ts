import { sleep } from '../../../common/clock.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { Answer, CallOptions, Cluster, CoordinatorKind, PartitionLeader } from '../cluster.ts';
import type { Api, ResponseOf } from '../protocol/api.ts';
import { refusal } from '../protocol/error-codes.ts';
import { findCoordinatorApi } from '../protocol/find-coordinator-api.ts';
import { metadataApi } from '../protocol/metadata-api.ts';
import { backoffMs } from '../retry-backoff.ts';
import type { BrokerNode, Transport } from '../transport.ts';
import { anyNode } from '../transport.ts';
import type { RetrySettings } from './retry.ts';
import { retrying } from './retry.ts';
import { TopicCache } from './topic-cache.ts';
import type { TopicAnswer } from './topic-lookups.ts';
import { TopicLookups, topicAnswer, unknownTopic } from './topic-lookups.ts';

export interface KafkaClusterOptions extends RetrySettings {
  readonly transport: Transport;
  readonly requestTimeoutMs: number;
  /** What is known of a topic for longer is asked for again before it is believed. */
  readonly metadataMaxAgeMs: number;
}

/** The lane of the questions about the cluster itself. */
const lane = 'control';

/**
 * A topic that was just created is not known to every broker at once. For so long a broker that does not know it is asked
 * again.
 */
const unknownGraceMs = 1_000;

/** What a client knows of its cluster, and the only one of its parts that asks for it. */
export class KafkaCluster implements Cluster {
  readonly #options: KafkaClusterOptions;
  readonly #topics = new TopicCache();
  readonly #lookups: TopicLookups;
  readonly #coordinators = new Map<string, Promise<number>>();

  constructor(options: KafkaClusterOptions) {
    this.#options = options;
    this.#lookups = new TopicLookups((topics) => this.#askForTopics(topics));
  }

  async partitionCount(topic: string): Promise<number | null> {
    const known = this.#fresh(topic);
    if (known !== null) return known.partitions;
    await this.#lookUp(topic);
    return this.#topics.find(topic)?.partitions ?? null;
  }

  async topicId(topic: string): Promise<string> {
    const found = this.#topics.find(topic);
    if (found !== null) return found.id;
    await this.#until(topic, () => this.#topics.find(topic) !== null);
    const { id } = this.#topics.find(topic) ?? { id: null };
    if (id === null) throw unknownTopic(topic);
    return id;
  }

  topicName(topicId: string): string | null {
    return this.#topics.nameOf(topicId);
  }

  async leader(topicPartition: TopicPartition): Promise<PartitionLeader | null> {
    const { topic, partition } = topicPartition;
    const known = this.#topics.leader(topicPartition);
    if (known !== null) return known;
    await this.#until(topic, () => this.#topics.has(topicPartition));
    if (!this.#topics.has(topicPartition)) throw unknownTopic(topic, partition);
    return this.#topics.leader(topicPartition);
  }

  knownLeader(partition: TopicPartition): PartitionLeader | null {
    return this.#topics.leader(partition);
  }

  learnLeader(partition: TopicPartition, leader: PartitionLeader): void {
    this.#topics.learnLeader(partition, leader);
  }

  forgetLeader(partition: TopicPartition): void {
    this.#topics.forgetLeader(partition);
  }

  coordinator(kind: CoordinatorKind, key: string): Promise<number> {
    const cacheKey = `${kind} ${key}`;
    const known = this.#coordinators.get(cacheKey);
    if (known !== undefined) return known;
    const found = retrying(this.#options, () => this.#findCoordinator(kind, key));
    this.#coordinators.set(cacheKey, found);
    found.catch(() => {
      if (this.#coordinators.get(cacheKey) === found) this.#coordinators.delete(cacheKey);
    });
    return found;
  }

  forgetCoordinator(kind: CoordinatorKind, key: string): void {
    this.#coordinators.delete(`${kind} ${key}`);
  }

  /** Brokers without ZooKeeper hand such requests on, so that any of them may be named here. */
  async controller(): Promise<number> {
    return retrying(this.#options, async () => {
      const { controllerId } = await this.#metadata([]);
      if (controllerId >= 0) return controllerId;
      throw new StreamsError('BROKER_UNAVAILABLE', 'The cluster has no controller. Check that its brokers are up.');
    });
  }

  async call<Request, Response>(
    node: number,
    api: Api<Request, Response>,
    request: Request | ((version: number) => Request),
    { lane: requestLane, timeoutMs = this.#options.requestTimeoutMs, maxVersion }: CallOptions,
  ): Promise<Answer<Response>> {
    const { transport } = this.#options;
    const newest = await transport.version(node, api);
    const version = Math.min(newest, maxVersion ?? newest);
    // A request is plain data, so a function can only be one that makes it.
    const made = typeof request === 'function' ? (request as (version: number) => Request)(version) : request;
    const response = await transport.request(node, api, version, made, { timeoutMs, lane: requestLane });
    return { response, version };
  }

  async feature(name: string): Promise<number> {
    const features = await retrying(this.#options, () => this.#options.transport.features(anyNode));
    return features.get(name) ?? 0;
  }

  #fresh(topic: string): { readonly partitions: number } | null {
    const known = this.#topics.find(topic);
    const { clock, metadataMaxAgeMs } = this.#options;
    return known !== null && clock.monotonic() - known.updatedAt < metadataMaxAgeMs ? known : null;
  }

  /** Asks for a topic until the condition holds, which it may not in the end. */
  async #until(topic: string, condition: () => boolean): Promise<void> {
    const { clock } = this.#options;
    const deadline = clock.monotonic() + unknownGraceMs;
    for (let failures = 1; ; failures++) {
      await this.#lookUp(topic);
      const pauseMs = backoffMs(this.#options, failures, this.#options.chance);
      if (condition() || clock.monotonic() + pauseMs > deadline) return;
      await sleep(clock, pauseMs);
    }
  }

  /** Asks once, and puts what was answered into the cache. */
  async #lookUp(topic: string): Promise<void> {
    const answer = await this.#lookups.lookUp(topic);
    if (answer.kind === 'failed') throw answer.error;
  }

  /** One request, sent again while no broker answers, and for the topics whose answer is to be asked for again. */
  async #askForTopics(topics: readonly string[]): Promise<ReadonlyMap<string, TopicAnswer>> {
    const answers = new Map<string, TopicAnswer>();
    await retrying(this.#options, async () => {
      const open = topics.filter((topic) => !answers.has(topic));
      const response = await this.#metadata(open);
      const byName = new Map(response.topics.map((topic) => [topic.name, topic]));
      for (const name of open) {
        const answer = topicAnswer(name, byName.get(name));
        if (answer !== null) answers.set(name, answer);
        if (answer?.kind === 'found') this.#topics.update(name, answer.topic, this.#options.clock.monotonic());
        if (answer?.kind === 'unknown') this.#topics.forgetTopic(name);
      }
      const left = topics.filter((topic) => !answers.has(topic));
      if (left.length === 0) return;
      const problem = `The cluster does not say yet where the topics are: ${left.join(', ')}.`;
      throw new StreamsError('BROKER_UNAVAILABLE', `${problem} Check that its brokers are up.`);
    });
    return answers;
  }

  async #metadata(topics: readonly string[]): Promise<ResponseOf<typeof metadataApi>> {
    const request = { topics: topics.map((name) => ({ name })), allowAutoTopicCreation: false };
    const { response } = await this.call(anyNode, metadataApi, request, { lane });
    if (response.errorCode !== 0) throw refusal(response.errorCode, 'Metadata');
    this.#learn(response.brokers);
    return response;
  }

  #learn(nodes: readonly BrokerNode[]): void {
    this.#options.transport.learn(nodes.map(({ nodeId, host, port }) => ({ nodeId, host, port })));
  }

  async #findCoordinator(kind: CoordinatorKind, key: string): Promise<number> {
    const keyType = kind === 'group' ? 0 : 1;
    const { response } = await this.call(
      anyNode,
      findCoordinatorApi,
      (version) => (version < 4 ? { key, keyType } : { keyType, coordinatorKeys: [key] }),
      { lane },
    );
    const coordinator = response.coordinators[0] ?? response;
    const { errorCode, errorMessage, nodeId } = coordinator;
    if (errorCode !== 0)
      throw refusal(errorCode, `FindCoordinator of the ${kind} ${key}`, { brokerMessage: errorMessage });
    this.#learn([coordinator]);
    return nodeId;
  }
}
