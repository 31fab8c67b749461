import type { FetchedPartition } from '../broker/fetcher.ts';
import type { GroupConsumer, RebalanceListener } from '../broker/group-consumer.ts';
import { yieldToEventLoop } from '../common/clock.ts';
import { StateMachine } from '../common/state-machine.ts';
import type { StreamsError } from '../errors/streams-error.ts';
import { RecordCache } from '../state/record-cache.ts';
import { StreamsAssignor } from './assignment/streams-assignor.ts';
import { ChangelogReader } from './changelog-reader.ts';
import { Committer } from './committer.ts';
import { InputFlow } from './input-flow.ts';
import { InputPositions } from './input-positions.ts';
import { InternalTopics } from './internal-topics.ts';
import { MatchedSubscription } from './matched-subscription.ts';
import { OutputSchedule } from './output-schedule.ts';
import { OutputTopics } from './output-topics.ts';
import type { LagOf } from './partition-group.ts';
import { prepareFetched } from './prepare-fetched.ts';
import { processSlice } from './process-slice.ts';
import { ProducerRenewal } from './producer-renewal.ts';
import { RepartitionPurge } from './repartition-purge.ts';
import type { StreamTask } from './stream-task.ts';
import type { StreamThreadOptions } from './stream-thread-options.ts';
import type { StreamThreadState } from './stream-thread-state.ts';
import { streamThreadTransitions } from './stream-thread-state.ts';
import { StreamsProducer } from './streams-producer.ts';
import { TaskManager } from './task-manager.ts';
import { ThreadClients } from './thread-clients.ts';

const restorePollMs = 10;

/**
 * One loop that runs at its own pace: it polls, prepares, enqueues, processes a bounded slice, looks at its inbox,
 * commits, and begins again. Fetching and committing overlap with processing; everything else happens in turn.
 *
 * @see `org.apache.kafka.streams.processor.internals.StreamThread`
 */
export class StreamThread {
  readonly #options: StreamThreadOptions;
  readonly #state = new StateMachine<StreamThreadState>('created', streamThreadTransitions);
  readonly #clients: ThreadClients;
  readonly #consumer: GroupConsumer;
  readonly #producer: StreamsProducer;
  readonly #positions: InputPositions;
  readonly #tasks: TaskManager;
  readonly #changelogs: ChangelogReader<StreamTask>;
  readonly #outputTopics: OutputTopics;
  readonly #committer: Committer;
  readonly #schedule: OutputSchedule;
  readonly #flow: InputFlow;
  readonly #purge: RepartitionPurge;
  readonly #renewal: ProducerRenewal;
  readonly #lagOf: LagOf;
  #assignmentError: StreamsError | null = null;
  #subscription: MatchedSubscription | null = null;
  readonly #stopped = Promise.withResolvers<false>();
  #isStopping = false;
  #hasProcessed = false;

  constructor(options: StreamThreadOptions) {
    this.#options = options;
    const { config, plan, client } = options;
    const isExactlyOnce = config.processingGuarantee === 'exactly_once_v2';
    const { clock, logger, metrics } = config;
    this.#clients = new ThreadClients(options);
    this.#consumer = this.#clients.consumer;
    this.#lagOf = (partition) => this.#consumer.lag(partition);
    this.#outputTopics = new OutputTopics(client.admin, logger);
    this.#producer = new StreamsProducer({
      ...config,
      producer: this.#clients.producer,
      topics: this.#outputTopics,
      isTransactional: isExactlyOnce,
      plan,
      refusals: { config, logger, metrics },
    });
    this.#changelogs = new ChangelogReader({
      fetcher: this.#clients.changelogFetcher,
      admin: client.admin,
      logger,
      metrics,
      clock,
      onProgress: options.onRestore,
    });
    const cache = config.cacheMaxBytes === 0 ? null : new RecordCache(config.cacheMaxBytes);
    const parts = {
      ...options,
      admin: client.admin,
      consumer: this.#consumer,
      producer: this.#producer,
      outputTopics: this.#outputTopics,
      stopped: this.#stopped.promise,
    };
    this.#positions = new InputPositions(parts);
    this.#tasks = new TaskManager({ ...parts, changelogs: this.#changelogs, positions: this.#positions, cache });
    this.#purge = new RepartitionPurge(parts);
    const onCommitted = this.#purge.committed.bind(this.#purge);
    this.#committer = new Committer({ ...parts, isExactlyOnce, clock, metrics, onCommitted });
    this.#schedule = new OutputSchedule(config, this.#committer, this.#producer);
    this.#flow = new InputFlow(this.#consumer, config.inputBufferMaxBytes);
    const renewing = { committer: this.#committer, tasks: this.#tasks, flow: this.#flow, clients: this.#clients };
    this.#renewal = new ProducerRenewal({ ...parts, ...renewing, logger, onRenewed: () => this.#becomeRebalancing() });
    this.#state.onChange(options.onStateChange);
  }

  /** The tasks that are here. */
  get tasks(): Pick<TaskManager, 'running' | 'restoring'> {
    return this.#tasks;
  }

  /**
   * Runs until `stop`, and then commits, leaves the group and closes everything.
   *
   * @throws what the thread cannot go on with; then nothing of the last generation is committed, and everything is closed
   */
  async run(): Promise<void> {
    try {
      await this.#start();
      while (!this.#isStopping) await this.#runOnce();
      await this.#closeClean();
    } catch (error) {
      await this.#closeDirty();
      throw error;
    } finally {
      this.#state.become('dead');
    }
  }

  /** Asks the loop to end; `run` resolves when it has. */
  stop(): void {
    this.#isStopping = true;
    this.#stopped.resolve(false);
    if (this.#state.canBecome('pendingShutdown')) this.#state.become('pendingShutdown');
    this.#consumer.wakeup();
  }

  /** Makes the group rebalance, as when this instance has news for the leader. */
  requestRejoin(reason: string): void {
    this.#consumer.requestRejoin(reason);
    this.#consumer.wakeup();
  }

  async #start(): Promise<void> {
    if (this.#isStopping) return;
    this.#state.become('starting');
    const { config, plan, client } = this.#options;
    // It ends what a predecessor left open: only then are offsets and changelogs final. Who stops does not wait for it.
    if (!(await Promise.race([this.#producer.init().then(() => true), this.#stopped.promise]))) return;
    const protocol = new StreamsAssignor({
      ...this.#options,
      ...config,
      internalTopics: new InternalTopics({ ...config, admin: client.admin, plan }),
      ownTasks: () => this.#tasks.taskIds,
      onAssignmentError: (error) => {
        this.#assignmentError = error;
      },
    });
    const listener = this.#listener();
    this.#subscription = new MatchedSubscription({
      ...this.#options,
      ...config,
      admin: client.admin,
      onChange: (topics) => this.#consumer.subscribe({ topics, protocol, listener }),
    });
    await this.#subscription.begin(config.clock.now());
  }

  async #runOnce(): Promise<void> {
    const { clock } = this.#options.config;
    const fetched = await this.#poll();
    if (this.#assignmentError !== null) throw this.#assignmentError;
    await this.#enqueue(fetched);
    if (this.#tasks.isRestoring) await this.#restore();
    if (!this.#schedule.isRebalancing && !this.#tasks.isRestoring && this.#state.canBecome('running')) {
      this.#state.become('running');
    }
    this.#process();
    const now = clock.now();
    for (const task of this.#options.isPaused() ? [] : this.#tasks.running) task.runInbox(now, this.#lagOf);
    await this.#renewal.check();
    // A commit that was on its way may have failed since the check.
    await this.#renewal.attempt(() => this.#schedule.maybeCommit(this.#tasks.running, now));
    this.#schedule.flushLingering(now);
    await this.#schedule.waitForOutput(this.#tasks.running);
    this.#purge.maybeRun(now);
    this.#outputTopics.maybeRefresh(now);
    this.#subscription?.maybeRefresh(now);
    this.#tasks.maybeCleanUp();
    // Timers and sockets get their turn even if nothing here ever had to wait.
    await yieldToEventLoop();
  }

  async #poll(): Promise<readonly FetchedPartition[]> {
    try {
      return await this.#consumer.poll(this.#pollTimeoutMs());
    } catch (error) {
      if (await this.#positions.recover(error)) return [];
      throw error;
    }
  }

  async #enqueue(fetched: readonly FetchedPartition[]): Promise<void> {
    for (const partition of fetched) {
      const task = this.#tasks.taskOf(partition.topicPartition);
      if (task === null) continue;
      await prepareFetched(this.#options.plan, task.taskId.subtopology, partition);
      task.addRecords(partition);
    }
    if (fetched.length > 0) {
      const bytes = this.#flow.adjust(this.#tasks.running);
      this.#options.config.metrics.gauge('buffered-bytes', bytes);
    }
  }

  async #restore(): Promise<void> {
    // With nothing else to do the thread may wait for the changelogs.
    await this.#changelogs.poll(this.#hasProcessed ? 0 : Math.min(restorePollMs, this.#options.config.pollTimeoutMs));
    await this.#tasks.openRestored();
  }

  /** Input waits while the application is paused, and while no more output may wait for a commit. */
  get #isHeldUp(): boolean {
    return this.#options.isPaused() || this.#schedule.isHeldUp(this.#tasks.running);
  }

  #process(): void {
    const { clock, metrics } = this.#options.config;
    const processed = this.#isHeldUp ? 0 : processSlice(this.#tasks.running, clock, this.#lagOf);
    this.#hasProcessed = processed > 0;
    if (processed === 0) return;
    metrics.counter('process-total').add(processed);
    this.#flow.adjust(this.#tasks.running);
  }

  /** How long the next poll may wait for records: not at all while there is something to do. */
  #pollTimeoutMs(): number {
    const { pollTimeoutMs, clock } = this.#options.config;
    const tasks = this.#options.isPaused() ? [] : this.#tasks.running;
    const now = clock.now();
    const isReady = !this.#isHeldUp && tasks.some((task) => task.isReady(now, this.#lagOf));
    if (this.#tasks.isRestoring || isReady) return 0;
    return Math.max(0, Math.min(pollTimeoutMs, this.#schedule.nextWakeupMs(tasks) - now));
  }

  #becomeRebalancing(): void {
    if (this.#state.canBecome('rebalancing')) this.#state.become('rebalancing');
  }

  #listener(): RebalanceListener {
    return {
      onRebalanceStarted: async () => {
        await this.#renewal.attempt(() => this.#committer.commit(this.#tasks.running));
        this.#schedule.rebalanceStarted();
      },
      onPartitionsRevoked: async (partitions) => {
        await this.#committer.commit(this.#tasks.running);
        this.#tasks.close(partitions);
        this.#flow.forget(partitions);
      },
      onPartitionsLost: async () => {
        await this.#committer.abandon();
        this.#tasks.closeAll();
        await this.#producer.abort();
      },
      onPartitionsAssigned: async (partitions) => {
        this.#becomeRebalancing();
        await this.#tasks.assign(partitions);
        await this.#tasks.openRestored();
      },
      onRebalanceCompleted: async () => {
        this.#schedule.rebalanceCompleted();
        this.#outputTopics.refresh(this.#options.config.clock.now());
        this.#options.config.metrics.counter('rebalance-total').add(1);
      },
    };
  }

  async #closeClean(): Promise<void> {
    await this.#committer.commit(this.#tasks.running);
    this.#tasks.closeAll();
    await this.#clients.close();
  }

  /** Closes without a commit. Whatever fails here must not hide the error that led here. */
  async #closeDirty(): Promise<void> {
    if (this.#state.canBecome('pendingShutdown')) this.#state.become('pendingShutdown');
    const steps = [
      () => this.#committer.abandon(),
      () => this.#tasks.closeAll(),
      () => this.#producer.abort(),
      () => this.#clients.close(),
    ];
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        this.#options.config.logger.debug('thread.close_step_failed', { error: String(error) });
      }
    }
  }
}
