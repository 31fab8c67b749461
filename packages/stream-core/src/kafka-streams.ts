import type { BrokerClient } from './broker/broker.ts';
import { StateMachine } from './common/state-machine.ts';
import type { ResolvedStreamsConfig } from './config/resolve-streams-config.ts';
import { resolveStreamsConfig } from './config/resolve-streams-config.ts';
import type { StreamsConfig } from './config/streams-config.ts';
import { StreamsError } from './errors/streams-error.ts';
import type { UncaughtExceptionHandler, UncaughtExceptionResponse } from './errors/uncaught-exception.ts';
import { InstanceLog } from './instance-log.ts';
import type { KafkaStreamsState } from './kafka-streams-state.ts';
import { kafkaStreamsTransitions } from './kafka-streams-state.ts';
import type { MetricValue } from './metrics/metrics.ts';
import { MetricsRegistry } from './metrics/metrics.ts';
import { LocalQueries } from './query/local-queries.ts';
import { QueryableInstance } from './query/queryable-instance.ts';
import { StreamsMetadataState } from './query/streams-metadata.ts';
import type { RestoreProgress } from './runtime/changelog-reader.ts';
import { GlobalStreamThread } from './runtime/global-stream-thread.ts';
import { StreamThread } from './runtime/stream-thread.ts';
import type { StreamThreadState } from './runtime/stream-thread-state.ts';
import { classifyThreadError } from './runtime/thread-errors.ts';
import type { StateDirectory } from './state/state-engine.ts';
import { ThreadRestarts } from './thread-restarts.ts';
import type { TopologyPlan } from './topology/plan.ts';
import { createPlan } from './topology/plan.ts';
import type { Topology } from './topology/topology.ts';

/** Everything that an application instance is made of. */
export interface KafkaStreamsOptions extends StreamsConfig {
  readonly topology: Topology;
  /** @default shutdownClient */
  readonly uncaughtExceptionHandler?: UncaughtExceptionHandler;
  /** Called after every change of state. What it throws is logged. */
  readonly stateListener?: (next: KafkaStreamsState, previous: KafkaStreamsState) => void;
  /** Called as stores are restored from their changelogs. What it throws is logged. */
  readonly restoreListener?: (progress: RestoreProgress) => void;
}

/**
 * An instance of a stream-processing application. Any number of instances with the same `applicationId` divide the work
 * among them.
 *
 * @see `org.apache.kafka.streams.KafkaStreams`
 */
export class KafkaStreams extends QueryableInstance {
  readonly #options: KafkaStreamsOptions;
  readonly #config: ResolvedStreamsConfig;
  readonly #plan: TopologyPlan;
  readonly #client: BrokerClient;
  readonly #state = new StateMachine<KafkaStreamsState>('CREATED', kafkaStreamsTransitions);
  readonly #newProcessId: string;
  readonly #restarts: ThreadRestarts;
  readonly #log: InstanceLog;
  readonly #global: GlobalStreamThread;
  protected readonly queries: LocalQueries;
  #thread: StreamThread | null = null;
  #ended: Promise<void> | null = null;
  #error: unknown = null;
  #isClosing = false;
  #isPaused = false;
  /** The error after which this instance asked all others to end; null while it has not. */
  #shutdownCause: unknown = null;

  /**
   * Checks configuration and topology. Nothing is connected before `start`.
   *
   * @throws ConfigError and TopologyError, each with every problem
   */
  constructor(options: KafkaStreamsOptions) {
    super();
    this.#options = options;
    this.#config = resolveStreamsConfig(options);
    const { applicationId, serdeDefaults, broker, clientId, clock, chance } = this.#config;
    this.#plan = createPlan(options.topology, { applicationId, defaults: serdeDefaults });
    this.#newProcessId = Math.floor(chance() * 0x1_0000_0000_0000)
      .toString(16)
      .padStart(12, '0');
    this.#client = broker.connect({ clientId, clock, chance });
    this.#restarts = new ThreadRestarts(clock);
    this.#log = new InstanceLog(this.#config.logger);
    const onFailure = () => this.#stopThreads();
    this.#global = new GlobalStreamThread({ plan: this.#plan, config: this.#config, client: this.#client, onFailure });
    this.queries = new LocalQueries({
      clientId,
      metadata: new StreamsMetadataState(this.#plan, this.#config.applicationServer),
      plan: this.#plan,
      global: this.#global,
      admin: this.#client.admin,
      state: () => this.state,
      tasks: () => (this.state === 'RUNNING' || this.state === 'REBALANCING' ? (this.#thread?.tasks ?? null) : null),
    });
    this.#state.onChange((next, previous) => this.#log.tell('state', () => options.stateListener?.(next, previous)));
  }

  get state(): KafkaStreamsState {
    return this.#state.state;
  }

  /** The error that brought the instance into the state ERROR; null otherwise. */
  get error(): unknown {
    return this.#error;
  }

  /**
   * Starts the instance, and resolves when it has its first assignment and runs.
   *
   * @throws StreamsError STATE_TRANSITION_INVALID when it was started before; STATE_LOCKED when another instance uses the
   *   state directory, and then it may be started again; what kept it from running
   */
  async start(): Promise<void> {
    if (this.#state.state !== 'CREATED') {
      throw new StreamsError(
        'STATE_TRANSITION_INVALID',
        `An instance is started once; this one is ${this.#state.state}`,
      );
    }
    const { state, applicationId } = this.#config;
    const directory = state.acquire(applicationId);
    const running = this.#becameRunning();
    // A listener may close the instance at once, and `close` waits for the end.
    this.#ended = Promise.resolve().then(() => this.#live(directory));
    this.#state.become('REBALANCING');
    await running;
  }

  /**
   * Stops to process records and to punctuate, also before `start`. The instance stays in its group, goes on to commit
   * what it has processed, and restores stores. Other instances are not told.
   *
   * @see KIP-834
   */
  pause(): void {
    this.#isPaused = true;
  }

  /** Goes on after `pause`, within the time of a poll. */
  resume(): void {
    this.#isPaused = false;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Commits, leaves the group and closes everything. Resolves when everything is closed. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#state.state === 'CREATED') {
      this.#state.become('PENDING_SHUTDOWN');
      this.#state.become('NOT_RUNNING');
      await this.#client.close();
      return;
    }
    if (this.#state.canBecome('PENDING_SHUTDOWN')) this.#state.become('PENDING_SHUTDOWN');
    this.#global.stop();
    this.#stopThreads();
    await this.#ended;
  }

  /** Resolves when the instance has ended, by `close` or by an error; `error` tells which. */
  async ended(): Promise<void> {
    await this.#ended;
  }

  /** All metrics; empty when another Metrics than a MetricsRegistry was configured. */
  metrics(): readonly MetricValue[] {
    const { metrics } = this.#config;
    return metrics instanceof MetricsRegistry ? metrics.values() : [];
  }

  #stopThreads(): void {
    this.#thread?.stop();
    this.#restarts.stop();
  }

  #becameRunning(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#state.onChange((next) => {
        if (next === 'RUNNING' || next === 'NOT_RUNNING') resolve();
        if (next === 'ERROR') reject(this.#error);
      });
    });
  }

  /** Everything between `start` and the end. Never rejects. */
  async #live(directory: StateDirectory): Promise<void> {
    // What is thrown here is a bug. It ends the instance too, and everybody must see it.
    const work = () => this.#superviseThread(directory);
    const error = await this.#global.around(directory, work).catch((bug: unknown) => bug);
    if (error !== null && this.#state.canBecome('PENDING_ERROR')) {
      this.#error = error;
      this.#state.become('PENDING_ERROR');
    } else if (this.#state.canBecome('PENDING_SHUTDOWN')) this.#state.become('PENDING_SHUTDOWN');
    await this.#log.closeQuietly('client', () => this.#client.close());
    await this.#log.closeQuietly('state', async () => directory.close());
    this.#state.become(this.#state.canBecome('ERROR') ? 'ERROR' : 'NOT_RUNNING');
  }

  /** Runs stream threads one after the other. Resolves with the error that ends the instance; null when it was closed. */
  async #superviseThread(directory: StateDirectory): Promise<unknown> {
    while (!this.#isClosing) {
      const error = await this.#runThread(directory);
      if (error === null) return null;
      const response = this.#respondTo(error);
      if (this.#isClosing) return null;
      if (response === 'replaceThread') await this.#restarts.pause();
      // The next thread joins at once, only to tell the leader, and ends with everybody else.
      else if (response === 'shutdownApplication' && this.#shutdownCause === null) this.#shutdownCause = error;
      else return this.#shutdownCause ?? error;
    }
    return null;
  }

  /** Logs an error that ended a thread, and answers it: by itself where it is worth to go on, or as the handler does. */
  #respondTo(error: unknown): UncaughtExceptionResponse {
    const failure = classifyThreadError(error);
    const isRetried = failure === 'migrated' || (failure === 'unavailable' && this.#restarts.mayRetry());
    this.#log.threadFailed(error, failure, this.#isClosing ? 'closes' : isRetried ? 'restarts' : 'ends');
    if (isRetried) return 'replaceThread';
    return failure === 'shutdownRequested' || this.#isClosing ? 'shutdownClient' : this.#askHandler(error);
  }

  /** Runs one stream thread. Resolves with the error that ended it, or null. */
  async #runThread(directory: StateDirectory): Promise<unknown> {
    try {
      this.#thread = new StreamThread({
        processId: directory.processId(() => this.#newProcessId),
        plan: this.#plan,
        config: this.#config,
        client: this.#client,
        directory,
        globalStore: this.#global.store,
        isShutdownRequested: () => this.#shutdownCause !== null,
        isPaused: () => this.#isPaused,
        onStateChange: (state) => this.#follow(state),
        onAssignment: (data) => this.queries.metadata.update(data),
        onRestore: (progress) => this.#onRestore(progress),
      });
      await this.#thread.run();
      return null;
    } catch (error) {
      return error ?? new Error('a stream thread ended with nothing');
    }
  }

  #follow(state: StreamThreadState): void {
    if (state === 'running') this.#restarts.reset();
    if (state === 'running' && this.#state.canBecome('RUNNING')) this.#state.become('RUNNING');
    const isBehind = state === 'rebalancing' || state === 'starting' || state === 'dead';
    if (isBehind && this.#state.state === 'RUNNING') this.#state.become('REBALANCING');
  }

  #onRestore(progress: RestoreProgress): void {
    this.#log.tell('restore', () => this.#options.restoreListener?.(progress));
    const { store, changelog, startOffset, offset, isComplete } = progress;
    if (!isComplete || offset === startOffset) return;
    this.#config.logger.info('restore.complete', { store, ...changelog, from: startOffset, offset });
  }

  #askHandler(error: unknown): UncaughtExceptionResponse {
    try {
      return this.#options.uncaughtExceptionHandler?.(error) ?? 'shutdownClient';
    } catch (failure) {
      this.#log.handlerFailed(failure);
      return 'shutdownClient';
    }
  }
}
