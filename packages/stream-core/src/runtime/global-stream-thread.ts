import type { BrokerClient } from '../broker/broker.ts';
import type { FetchedPartition, Fetcher } from '../broker/fetcher.ts';
import { yieldToEventLoop } from '../common/clock.ts';
import type { Position } from '../common/position.ts';
import type { TopicPartition } from '../common/topic-partition.ts';
import { topicPartitionKey } from '../common/topic-partition.ts';
import type { ResolvedStreamsConfig } from '../config/resolve-streams-config.ts';
import { StreamsError } from '../errors/streams-error.ts';
import type { StateDirectory } from '../state/state-engine.ts';
import type { StateStore } from '../state/state-store.ts';
import type { ViewMode } from '../state/state-view.ts';
import type { StorePart } from '../state/store-part.ts';
import type { SubtopologyPlan, TopologyPlan } from '../topology/plan.ts';
import { GlobalTask } from './global-task.ts';
import { prepareFetched } from './prepare-fetched.ts';
import { TaskDatabases } from './task-databases.ts';

const fetchMaxPartitionBytes = 1_048_576;

export interface GlobalStreamThreadOptions {
  readonly plan: TopologyPlan;
  readonly config: ResolvedStreamsConfig;
  readonly client: BrokerClient;
  /** Called when a global store cannot be kept up to date any more: what reads it has to end. */
  readonly onFailure: () => void;
}

/** A partition of a global topic: where it is read from, and where its log ended. */
interface Begin {
  readonly topicPartition: TopicPartition;
  readonly offset: number;
  readonly endOffset: number;
}

/**
 * Keeps the global stores of an instance up to date: all partitions of their topics, without a group. Before anything
 * else starts it has read them to where they ended.
 *
 * @see `org.apache.kafka.streams.processor.internals.GlobalStreamThread`
 */
export class GlobalStreamThread {
  readonly #options: GlobalStreamThreadOptions;
  readonly #tasks = new Map<string, GlobalTask>();
  #fetcher: Fetcher | null = null;
  #isStopping = false;

  constructor(options: GlobalStreamThreadOptions) {
    this.#options = options;
  }

  /** A global store; null when there is none of that name, or none yet. */
  readonly store = (name: string): StateStore | null => this.#taskOf(name)?.store ?? null;

  /** A global store as somebody sees it who asks from outside. */
  part(name: string, mode: ViewMode): StorePart | null {
    return this.#taskOf(name)?.stream.stores.part(name, mode) ?? null;
  }

  /** How far the topic of a global store was read. */
  position(name: string): Position {
    return this.#taskOf(name)?.position ?? {};
  }

  /**
   * Does something for as long as the global stores are kept up to date, beginning when they are.
   *
   * @returns what the work returned, or the error that kept the stores from being up to date
   */
  async around(directory: StateDirectory, work: () => Promise<unknown>): Promise<unknown> {
    if (this.#options.plan.globalStores.length === 0) return work();
    let failure: unknown = null;
    try {
      await this.#restore(directory);
      const following = this.#follow().catch((error: unknown) => {
        failure = error;
        this.#options.onFailure();
      });
      const result = this.#isStopping ? null : await work();
      this.stop();
      await following;
      return failure ?? result;
    } catch (error) {
      return error;
    } finally {
      for (const task of this.#tasks.values()) task.close();
      await this.#fetcher?.close();
    }
  }

  stop(): void {
    this.#isStopping = true;
    this.#fetcher?.wakeup();
  }

  #taskOf(store: string): GlobalTask | null {
    for (const task of this.#tasks.values()) if (task.plan.stores[0]?.builder.name === store) return task;
    return null;
  }

  async #restore(directory: StateDirectory): Promise<void> {
    const { plan, config, client } = this.#options;
    const isExactlyOnce = config.processingGuarantee === 'exactly_once_v2';
    const isolationLevel = isExactlyOnce ? ('read_committed' as const) : ('read_uncommitted' as const);
    const fetcher = client.fetcher({ isolationLevel, maxPartitionBytes: fetchMaxPartitionBytes });
    this.#fetcher = fetcher;
    const now = () => config.clock.monotonic();
    const databases = new TaskDatabases({ ...config, directory, isDurable: config.state.durable, now });
    databases.expect(plan.globalStores.length);
    const begins: Begin[] = [];
    for (const global of plan.globalStores) begins.push(...(await this.#open(global, databases)));
    fetcher.assign(begins.map(({ topicPartition }) => topicPartition));
    for (const { topicPartition, offset } of begins) fetcher.seek(topicPartition, offset);
    const isBehind = ({ topicPartition, endOffset }: Begin) => (fetcher.position(topicPartition) ?? 0) < endOffset;
    while (!this.#isStopping && begins.some(isBehind)) await this.#poll(fetcher);
  }

  async #follow(): Promise<void> {
    while (!this.#isStopping && this.#fetcher !== null) await this.#poll(this.#fetcher);
  }

  async #poll(fetcher: Fetcher): Promise<void> {
    const { config } = this.#options;
    for (const fetched of await fetcher.poll(config.pollTimeoutMs)) {
      if (this.#isStopping) return;
      await this.#update(fetched);
      await yieldToEventLoop();
    }
  }

  async #update(fetched: FetchedPartition): Promise<void> {
    const task = this.#tasks.get(fetched.topicPartition.topic);
    if (task === undefined) return;
    const subtopologies = this.#options.plan.globalStores;
    await prepareFetched({ subtopologies }, task.plan.id, fetched);
    task.update(fetched);
  }

  /** Opens a store where it was, or from the beginning if its topic does not have that place any more. */
  async #open(plan: SubtopologyPlan, databases: TaskDatabases): Promise<readonly Begin[]> {
    const topic = plan.sourceTopics[0] ?? '';
    const ranges = await this.#ranges(topic);
    let task = this.#task(plan, databases);
    const misplaced = ranges.find(({ topicPartition, offset, endOffset }) => {
      const held = task.offset(topicPartition.partition);
      return held !== null && (held < offset || held > endOffset);
    });
    if (misplaced !== undefined) {
      const { taskId } = task.stream;
      const where = topicPartitionKey(misplaced.topicPartition);
      task.close();
      databases.closed(taskId);
      databases.rebuild(taskId, new Error(`${where} does not have the offset any more that the global store came to`));
      task = this.#task(plan, databases);
    }
    this.#tasks.set(topic, task);
    const begins = ranges.map((range) => ({
      ...range,
      offset: task.offset(range.topicPartition.partition) ?? range.offset,
    }));
    task.open(begins);
    return begins;
  }

  #task(plan: SubtopologyPlan, databases: TaskDatabases): GlobalTask {
    const { config } = this.#options;
    const { clock, logger, metrics } = config;
    const taskId = { subtopology: plan.id, partition: 0 };
    return new GlobalTask({ taskId, plan, config, databases, now: () => clock.now(), logger, metrics });
  }

  /** The partitions of a topic with where they begin and end. */
  async #ranges(topic: string): Promise<readonly Begin[]> {
    const { admin } = this.#options.client;
    const found = (await admin.describeTopics([topic])).get(topic);
    if (found === undefined) {
      const message = `The topic of a global store does not exist: ${topic}; create it before the application starts`;
      throw new StreamsError('SOURCE_TOPIC_MISSING', message, { context: { topic } });
    }
    const partitions = Array.from({ length: found.partitions }, (_, partition) => ({ topic, partition }));
    const list = (spec: 'earliest' | 'latest') =>
      admin.listOffsets(
        partitions.map((partition) => ({ partition, spec })),
        'read_uncommitted',
      );
    const [starts, ends] = [await list('earliest'), await list('latest')];
    return partitions.map((topicPartition, index) => ({
      topicPartition,
      offset: starts[index] ?? 0,
      endOffset: ends[index] ?? 0,
    }));
  }
}
