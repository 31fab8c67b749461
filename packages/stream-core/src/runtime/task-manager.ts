import type { GroupConsumer, OffsetAndMetadata } from '../broker/group-consumer.ts';
import { assert } from '../common/assert.ts';
import type { TaskId } from '../common/task-id.ts';
import { formatTaskId } from '../common/task-id.ts';
import type { TopicPartition } from '../common/topic-partition.ts';
import { topicPartitionKey } from '../common/topic-partition.ts';
import type { ResolvedStreamsConfig } from '../config/resolve-streams-config.ts';
import { StreamsError } from '../errors/streams-error.ts';
import type { RecordCache } from '../state/record-cache.ts';
import type { StateDirectory } from '../state/state-engine.ts';
import type { StateStore } from '../state/state-store.ts';
import { sourceReading } from '../topology/matched-topics.ts';
import type { SubtopologyPlan, TopologyPlan } from '../topology/plan.ts';
import { prepareWrites } from '../topology/plan.ts';
import type { ChangelogReader } from './changelog-reader.ts';
import type { InputPositions } from './input-positions.ts';
import type { OutputTopics } from './output-topics.ts';
import { stableOffsets } from './stable-offsets.ts';
import { StreamTask } from './stream-task.ts';
import type { StreamsProducer } from './streams-producer.ts';
import { TaskDatabases } from './task-databases.ts';

export interface TaskManagerOptions {
  readonly plan: TopologyPlan;
  readonly config: ResolvedStreamsConfig;
  readonly consumer: GroupConsumer;
  readonly producer: StreamsProducer;
  readonly outputTopics: OutputTopics;
  readonly changelogs: ChangelogReader<StreamTask>;
  readonly positions: InputPositions;
  readonly cache: RecordCache | null;
  readonly directory: StateDirectory;
  /** Resolves when the thread has to stop. */
  readonly stopped: Promise<unknown>;
  /** The stores that every instance holds all of. */
  readonly globalStore: (name: string) => StateStore | null;
}

interface Assigned {
  readonly task: StreamTask;
  readonly partitions: readonly TopicPartition[];
  readonly committed: readonly (OffsetAndMetadata | null)[];
}

/** Partitions that belong to one task. */
interface TaskPartitions {
  readonly name: string;
  readonly taskId: TaskId;
  readonly plan: SubtopologyPlan;
  readonly partitions: TopicPartition[];
}

const unknownTopic = (topic: string): never => {
  throw new StreamsError(
    'TOPOLOGY_MISMATCH',
    `This instance was assigned ${topic}, which its topology does not read: the instances of the application run ` +
      'different topologies; stop those with the old one before the new one starts, or give it another applicationId',
    { context: { topic } },
  );
};

/** The tasks of a stream thread: made when partitions are assigned, open when restored, closed when revoked. */
export class TaskManager {
  readonly #options: TaskManagerOptions;
  readonly #databases: TaskDatabases;
  readonly #restoring = new Map<string, Assigned>();
  readonly #running = new Map<string, StreamTask>();
  readonly #byPartition = new Map<string, StreamTask>();

  constructor(options: TaskManagerOptions) {
    const { config, directory } = options;
    this.#options = options;
    this.#databases = new TaskDatabases({
      ...config,
      directory,
      isDurable: config.state.durable,
      isForeign: ({ subtopology }) => options.plan.globalStores.some(({ id }) => id === subtopology),
      now: () => config.clock.monotonic(),
    });
  }

  /** The tasks that process. */
  get running(): readonly StreamTask[] {
    return [...this.#running.values()];
  }

  /** The tasks that do not process yet. */
  get restoring(): readonly StreamTask[] {
    return [...this.#restoring.values()].map(({ task }) => task);
  }

  /** The partitions of all tasks that are here. */
  get partitions(): readonly TopicPartition[] {
    return [...this.#running.keys(), ...this.#restoring.keys()].flatMap((name) => this.#partitionsOf(name));
  }

  get isRestoring(): boolean {
    return this.#restoring.size > 0;
  }

  /** All tasks that are here. */
  get taskIds(): readonly TaskId[] {
    return [...this.#running.values(), ...[...this.#restoring.values()].map(({ task }) => task)].map(
      ({ taskId }) => taskId,
    );
  }

  /** The task that reads a partition, if it processes already. */
  taskOf(partition: TopicPartition): StreamTask | null {
    return this.#byPartition.get(topicPartitionKey(partition)) ?? null;
  }

  /**
   * Makes the tasks of newly assigned partitions and begins to restore them. A task that is here already reads further
   * partitions from now on: one of its topics has grown.
   *
   * @throws StreamsError TOPOLOGY_MISMATCH
   */
  async assign(partitions: readonly TopicPartition[]): Promise<void> {
    const { changelogs } = this.#options;
    const groups = this.#byTask(partitions);
    const isHere = ({ name }: TaskPartitions): boolean => this.#running.has(name) || this.#restoring.has(name);
    for (const group of groups.filter(isHere)) await this.#grow(group);
    const fresh = groups.filter((group) => !isHere(group));
    const made: StreamTask[] = [];
    this.#databases.expect(this.#running.size + this.#restoring.size + fresh.length);
    // One request for all of them: the tasks that run wait meanwhile.
    const offsets = await this.#committed(fresh);
    if (offsets === null) return;
    for (const { taskId, plan, partitions: own } of fresh) {
      await this.#prepareOutput(plan);
      const committed = offsets.splice(0, own.length);
      const task = this.#task(taskId, plan, { partitions: own, committed });
      this.#restoring.set(task.name, { task, partitions: own, committed });
      made.push(task);
      this.#options.config.metrics.counter('task-created-total').add(1);
    }
    for (const { task, error } of await changelogs.add(made)) await this.#rebuild(task, error);
  }

  /** Opens the tasks whose stores are restored, and lets their partitions be fetched. Returns whether there were any. */
  async openRestored(): Promise<boolean> {
    let hasOpened = false;
    for (const [name, { task, partitions, committed }] of this.#restoring) {
      if (!this.#options.changelogs.isRestored(task)) continue;
      task.open(await this.#options.positions.start(partitions, committed));
      this.#restoring.delete(name);
      assert(!this.#running.has(name), `task ${name} is opened once`);
      this.#running.set(name, task);
      for (const partition of partitions) this.#byPartition.set(topicPartitionKey(partition), task);
      hasOpened = true;
    }
    return hasOpened;
  }

  /**
   * Closes the tasks of partitions that are not ours any more. What was not committed is gone.
   *
   * @throws StreamsError TASK_MIGRATED when a task has partitions left, as when a topic was made again with fewer: it has
   *   to begin anew with those
   */
  close(partitions: readonly TopicPartition[]): void {
    const gone = new Set(partitions.map(topicPartitionKey));
    const cut: string[] = [];
    for (const { name } of this.#byTask(partitions)) {
      if (this.#partitionsOf(name).some((partition) => !gone.has(topicPartitionKey(partition)))) cut.push(name);
      this.#closeTask(name);
    }
    if (cut.length === 0) return;
    throw new StreamsError('TASK_MIGRATED', `Tasks lost some of their partitions and begin anew: ${cut.join(', ')}`);
  }

  closeAll(): void {
    for (const name of [...this.#running.keys(), ...this.#restoring.keys()]) this.#closeTask(name);
  }

  #closeTask(name: string): void {
    const task = this.#running.get(name) ?? this.#restoring.get(name)?.task;
    if (task === undefined) return;
    this.#running.delete(name);
    if (this.#restoring.delete(name)) this.#options.changelogs.remove(task);
    for (const { topicPartition } of task.queues) this.#byPartition.delete(topicPartitionKey(topicPartition));
    this.#options.config.metrics.counter('task-closed-total').add(1);
    try {
      task.close();
    } catch (error) {
      this.#options.config.logger.error('task.close_failed', { task: name, error: String(error) });
    }
    this.#databases.closed(task.taskId);
  }

  #committed(groups: readonly TaskPartitions[]): Promise<(OffsetAndMetadata | null)[] | null> {
    const partitions = groups.flatMap((group) => group.partitions);
    return stableOffsets(partitions, { ...this.#options, ...this.#options.config });
  }

  /** Begins the task of a database anew that does not go with its changelogs. */
  async #rebuild(task: StreamTask, error: StreamsError): Promise<void> {
    const assigned = this.#restoring.get(task.name);
    const { config, changelogs } = this.#options;
    if (config.stateCorruption === 'fail') {
      throw new StreamsError('STATE_CORRUPTED', error.message, { context: error.context, cause: error });
    }
    changelogs.remove(task);
    task.close();
    this.#databases.closed(task.taskId);
    this.#databases.rebuild(task.taskId, error);
    const plan = this.#options.plan.subtopologies.find(({ id }) => id === task.taskId.subtopology);
    assert(plan !== undefined && assigned !== undefined, 'a task that is rebuilt was assigned');
    const made = this.#task(task.taskId, plan, assigned);
    this.#restoring.set(made.name, { ...assigned, task: made });
    await changelogs.add([made]);
  }

  /** Deletes the databases of tasks that have not been here for long. */
  maybeCleanUp(): void {
    this.#databases.maybeCleanUp();
  }

  /** Lets what a sub-topology writes with and to be known before it writes. */
  async #prepareOutput(plan: SubtopologyPlan): Promise<void> {
    await prepareWrites(plan);
    const stores = plan.stores.filter(({ builder }) => builder.loggingEnabled);
    const { deadLetterQueueTopicName: deadLetters } = this.#options.config;
    const changelogs = stores.map(({ changelogTopic }) => changelogTopic);
    const letters = deadLetters === null ? [] : [deadLetters];
    await this.#options.outputTopics.learn([...plan.sinkTopics, ...changelogs, ...letters]);
  }

  /** Gives further partitions to a task that is here. Its stores stay as they are: they belong to the partition number. */
  async #grow(group: TaskPartitions): Promise<void> {
    const { name, partitions } = group;
    const committed = await this.#committed([group]);
    if (committed === null) return;
    const restoring = this.#restoring.get(name);
    if (restoring !== undefined) {
      this.#restoring.set(name, {
        task: restoring.task,
        partitions: [...restoring.partitions, ...partitions],
        committed: [...restoring.committed, ...committed],
      });
      return;
    }
    const task = this.#running.get(name);
    assert(task !== undefined, 'a task that gets further partitions is here');
    task.addPartitions(await this.#options.positions.start(partitions, committed));
    for (const partition of partitions) this.#byPartition.set(topicPartitionKey(partition), task);
  }

  #partitionsOf(name: string): readonly TopicPartition[] {
    const running = this.#running.get(name)?.queues.map(({ topicPartition }) => topicPartition);
    return running ?? this.#restoring.get(name)?.partitions ?? [];
  }

  #byTask(partitions: readonly TopicPartition[]): readonly TaskPartitions[] {
    const groups = new Map<string, TaskPartitions>();
    for (const partition of partitions) {
      const { topic } = partition;
      const reads = (each: SubtopologyPlan): boolean => sourceReading(each, topic) !== null;
      const plan = this.#options.plan.subtopologies.find(reads) ?? unknownTopic(topic);
      const taskId = { subtopology: plan.id, partition: partition.partition };
      const name = formatTaskId(taskId);
      const group = groups.get(name);
      if (group === undefined) groups.set(name, { name, taskId, plan, partitions: [partition] });
      else group.partitions.push(partition);
    }
    return [...groups.values()];
  }

  #task(taskId: TaskId, plan: SubtopologyPlan, from: Omit<Assigned, 'task'>): StreamTask {
    const { config, producer, cache } = this.#options;
    const { logger, metrics, clock } = config;
    return new StreamTask({
      taskId,
      plan,
      config,
      collector: producer,
      databases: this.#databases,
      globalStore: this.#options.globalStore,
      committed: new Map(from.partitions.map(({ topic }, index) => [topic, from.committed[index]?.offset ?? 0])),
      cache,
      now: () => clock.now(),
      logger,
      metrics,
    });
  }
}
