import type { FetchedPartition } from '../broker/fetcher.ts';
import { RecordBatchBuilder } from '../broker/record-batch-builder.ts';
import type { Duration } from '../common/duration.ts';
import { toMs } from '../common/duration.ts';
import { noHeaders } from '../common/headers.ts';
import type { Logger } from '../common/logger.ts';
import { silentLogger } from '../common/logger.ts';
import { resolveProcessingConfig } from '../config/resolve-streams-config.ts';
import type { ProcessingConfig } from '../config/streams-config.ts';
import { logAndContinue } from '../errors/exception-handlers.ts';
import { StreamsError } from '../errors/streams-error.ts';
import type { MetricValue } from '../metrics/metrics.ts';
import { MetricsRegistry } from '../metrics/metrics.ts';
import { GlobalTask } from '../runtime/global-task.ts';
import { StreamTask } from '../runtime/stream-task.ts';
import { TaskDatabases } from '../runtime/task-databases.ts';
import type { Serde } from '../serdes/serde.ts';
import { inMemoryState } from '../state/in-memory-state.ts';
import { RecordCache } from '../state/record-cache.ts';
import type { StateBackend, StateDirectory } from '../state/state-engine.ts';
import type { StateStore } from '../state/state-store.ts';
import { matchTopics } from '../topology/matched-topics.ts';
import type { SubtopologyPlan, TopologyPlan } from '../topology/plan.ts';
import { createPlan, mergeSubtopologies, prepareWrites } from '../topology/plan.ts';
import { readsTopic, selectionText } from '../topology/topic-pattern.ts';
import type { Topology } from '../topology/topology.ts';
import { CapturingCollector } from './capturing-collector.ts';
import type { ProducedRecord } from './produced-record.ts';
import type { RawInput, TestInputTopicOptions } from './test-input-topic.ts';
import { TestInputTopic } from './test-input-topic.ts';
import { TestOutputTopic } from './test-output-topic.ts';

/** Where every topic begins here. */
const begin = { offset: 0, leaderEpoch: -1, metadata: '' };
const driverTaskId = { subtopology: 0, partition: 0 };

/** Global stores have databases beside that of the one task. */
const globalPartition = 1;

/** How a topology is driven. */
export interface TestDriverConfig extends Partial<ProcessingConfig> {
  /** Where the wall clock of the driver stands at first, epoch ms. @default 0 */
  readonly initialWallClockMs?: number;
  /** @default inMemoryState() */
  readonly state?: StateBackend;
  /** @default silent */
  readonly logger?: Logger;
}

/**
 * Runs a topology without a broker, record by record, on the runtime's own task: one task over all sub-topologies, one
 * partition a topic, a commit after every record. What is written to a topic that the topology also reads comes back at
 * once. Time stands still unless it is moved.
 *
 * Results of `emission: 'throttled'` are not held back here, as in Kafka Streams' own driver.
 *
 * @see `org.apache.kafka.streams.TopologyTestDriver`
 */
export class TopologyTestDriver {
  readonly #task: StreamTask;
  readonly #directory: StateDirectory;
  readonly #plan: SubtopologyPlan;
  readonly #matching: TopologyPlan;
  readonly #globals: readonly GlobalTask[];
  readonly #collector = new CapturingCollector();
  readonly #metrics = new MetricsRegistry();
  readonly #offsets = new Map<string, number>();
  readonly #outputs = new Map<string, ProducedRecord[]>();
  #produced: ProducedRecord[] = [];
  #nowMs: number;
  #isClosed = false;

  /** @throws TopologyError, ConfigError, and whatever the `init` of a processor throws */
  constructor(topology: Topology, config: TestDriverConfig = {}) {
    const resolved = resolveProcessingConfig({ applicationId: 'test', ...config });
    const plan = createPlan(topology, { applicationId: resolved.applicationId, defaults: resolved.serdeDefaults });
    this.#plan = mergeSubtopologies(plan);
    this.#matching = plan;
    this.#nowMs = config.initialWallClockMs ?? 0;
    if (prepareWrites(this.#plan) !== undefined) throw mustBePrepared('its sinks and stores');
    const { sourceTopics } = this.#plan;
    const backend = config.state ?? inMemoryState();
    this.#directory = backend.acquire(resolved.applicationId);
    const now = () => this.#nowMs;
    const watching = { logger: config.logger ?? silentLogger, metrics: this.#metrics };
    const databases = new TaskDatabases({
      ...resolved,
      ...watching,
      directory: this.#directory,
      isDurable: backend.durable,
      now,
    });
    // A global store passes over what it cannot read, whatever the handler of the topology says.
    const globalConfig = { ...resolved, deserializationExceptionHandler: logAndContinue };
    this.#globals = plan.globalStores.map(
      (global) =>
        new GlobalTask({
          taskId: { subtopology: global.id, partition: globalPartition },
          plan: global,
          config: globalConfig,
          databases,
          now,
          ...watching,
        }),
    );
    this.#task = new StreamTask({
      taskId: driverTaskId,
      plan: this.#plan,
      config: { ...resolved, emitIntervalMs: 0 },
      collector: this.#collector,
      databases,
      globalStore: (name) => this.#globalStore(name),
      cache: resolved.cacheMaxBytes === 0 ? null : new RecordCache(resolved.cacheMaxBytes),
      now,
      ...watching,
    });
    for (const global of this.#globals) {
      const topicPartition = { topic: global.topic, partition: 0 };
      global.open([{ topicPartition, offset: global.offset(0) ?? 0 }]);
    }
    this.#task.open(sourceTopics.map((topic) => ({ topicPartition: { topic, partition: 0 }, ...begin })));
  }

  /** A topic to pipe records into. */
  createInputTopic<K, V>(topic: string, options: TestInputTopicOptions<K, V>): TestInputTopic<K, V> {
    return new TestInputTopic(topic, options, { nowMs: this.#nowMs, pipe: (input) => this.pipe(input) });
  }

  /** A topic to read the output of. What was written before is there too. */
  createOutputTopic<K, V>(
    topic: string,
    serdes: { readonly key: Serde<K>; readonly value: Serde<V> },
  ): TestOutputTopic<K, V> {
    return new TestOutputTopic(topic, serdes, this.#output(topic));
  }

  /**
   * Pipes a record in bytes and runs everything that it causes.
   *
   * @throws StreamsError UNKNOWN_TOPIC_OR_PARTITION for a topic that the topology does not read; what a handler let through
   */
  pipe(input: RawInput): void {
    if (!this.#isRead(input.topic)) {
      const known = [
        ...this.#plan.nodes.flatMap((node) => (node.kind === 'source' ? [selectionText(node)] : [])),
        ...this.#globals.map(({ topic }) => topic),
      ];
      throw new StreamsError(
        'UNKNOWN_TOPIC_OR_PARTITION',
        `The topology reads no topic ${input.topic}; it reads ${known.join(', ')}`,
        {
          context: { topic: input.topic },
        },
      );
    }
    this.#enqueue(input);
    this.#run();
  }

  /** Moves the wall clock on, fires the punctuations that are due then, and runs everything that they cause. */
  advanceWallClockTime(duration: Duration): void {
    this.#nowMs += toMs(duration, 'advance');
    this.#task.runInbox(this.#nowMs, () => 0);
    this.#commit();
    this.#run();
  }

  /** Everything that was produced since the last call, to all topics, internal ones too, in order. */
  takeProduced(): readonly ProducedRecord[] {
    const taken = this.#produced;
    this.#produced = [];
    return taken;
  }

  /** A state store by name; null when there is none. Give its type: `getStateStore<KeyValueStore<string, number>>(...)`. */
  getStateStore<S extends StateStore>(name: string): S | null {
    return (this.#task.store(name) ?? this.#globalStore(name)) as S | null;
  }

  metrics(): readonly MetricValue[] {
    return this.#metrics.values();
  }

  /** The wall clock of the driver, epoch ms. */
  get wallClockMs(): number {
    return this.#nowMs;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#task.close();
    for (const global of this.#globals) global.close();
    this.#directory.close();
  }

  #globalStore(name: string): StateStore | null {
    const global = this.#globals.find(({ store }) => store?.name === name);
    return global?.store ?? null;
  }

  #run(): void {
    this.#capture();
    while (this.#task.process(this.#nowMs)) {
      this.#commit();
      this.#capture();
    }
  }

  /** Both halves of a commit at once: there is nobody to wait for. */
  #commit(): void {
    this.#task.settle(this.#task.prepareCommit(), new Map());
  }

  #capture(): void {
    for (const record of this.#collector.take()) {
      this.#produced.push(record);
      this.#output(record.topic).push(record);
      this.#enqueue(record);
    }
  }

  /** Puts a record into the queue of its topic, or at once into its global store; one that nobody reads goes nowhere. */
  #enqueue(record: RawInput): void {
    const { topic } = record;
    const global = this.#globals.find((each) => each.topic === topic);
    if (global !== undefined) global.update(this.#fetched(record, global.plan));
    else if (this.#isRead(topic)) this.#task.addRecords(this.#fetched(record, this.#plan));
  }

  /** Whether anything reads a topic. One that a pattern matches is added to the task when it is met. */
  #isRead(topic: string): boolean {
    if (this.#globals.some((global) => global.topic === topic)) return true;
    if (this.#task.queues.some(({ topicPartition }) => topicPartition.topic === topic)) return true;
    const merged = { ...this.#matching, subtopologies: [this.#plan] };
    const [subtopology] = matchTopics(merged, [topic]).subtopologies;
    if (subtopology?.sourceTopics.includes(topic) !== true) return false;
    this.#task.addPartitions([{ topicPartition: { topic, partition: 0 }, ...begin }]);
    return true;
  }

  #fetched({ topic, key, value, timestamp, headers = noHeaders }: RawInput, plan: SubtopologyPlan): FetchedPartition {
    const offset = this.#offsets.get(topic) ?? 0;
    this.#offsets.set(topic, offset + 1);
    const builder = new RecordBatchBuilder(128);
    builder.append(key, value, timestamp, headers);
    const batch = builder.build();
    batch.place(offset, 0);
    prepareRead(plan, { topic, key, value });
    const topicPartition = { topic, partition: 0 };
    return { topicPartition, position: offset, batches: [batch], nextPosition: offset + 1, endOffset: offset + 1 };
  }

  #output(topic: string): ProducedRecord[] {
    let queue = this.#outputs.get(topic);
    if (queue === undefined) {
      queue = [];
      this.#outputs.set(topic, queue);
    }
    return queue;
  }
}

const mustBePrepared = (what: string): StreamsError =>
  new StreamsError(
    'SCHEMA_UNKNOWN',
    `A serde has to fetch something for ${what}, which the test driver cannot wait for; ` +
      'use serdes whose schemas are at hand, such as those of inMemorySchemaSource()',
  );

const prepareRead = (plan: SubtopologyPlan, { topic, key, value }: Pick<RawInput, 'topic' | 'key' | 'value'>): void => {
  for (const node of plan.nodes) {
    if (node.kind !== 'source' || !readsTopic(node, topic)) continue;
    const forKey = key === null ? undefined : node.key.prepare?.([key], topic);
    const forValue = value === null ? undefined : node.value.prepare?.([value], topic);
    if (forKey !== undefined || forValue !== undefined) throw mustBePrepared(topic);
  }
};
