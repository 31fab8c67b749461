import type { BrokerClient } from './broker/broker.ts';
import { sleep } from './common/clock.ts';
import { StateMachine } from './common/state-machine.ts';
import type { ResolvedStreamsConfig } from './config/resolve-streams-config.ts';
import { resolveStreamsConfig } from './config/resolve-streams-config.ts';
import type { StreamsConfig } from './config/streams-config.ts';
import { errorMessage, findStreamsError, StreamsError } from './errors/streams-error.ts';
import type { KafkaStreamsState } from './kafka-streams-state.ts';
import { kafkaStreamsTransitions } from './kafka-streams-state.ts';
import type { MetricValue } from './metrics/metrics.ts';
import { MetricsRegistry } from './metrics/metrics.ts';
import type { QueryableStoreType } from './query/local-store.ts';
import type { RestoreProgress } from './runtime/changelog-reader.ts';
import type { StreamTask } from './runtime/stream-task.ts';
import { StreamThread } from './runtime/stream-thread.ts';
import type { StreamThreadState } from './runtime/stream-thread-state.ts';
import { classifyThreadError } from './runtime/thread-errors.ts';
import type { StateDirectory } from './state/state-engine.ts';
import type { TopologyPlan } from './topology/plan.ts';
import { createPlan } from './topology/plan.ts';
import type { Topology } from './topology/topology.ts';

const retryFirstMs = 100;
const retryMaxMs = 10_000;
const retryForMs = 300_000;

/** What becomes of the application after an error that nobody handled (KIP-671). */
export type UncaughtExceptionResponse = 'replaceThread' | 'shutdownClient' | 'shutdownApplication';

/** Decides after an error that ended a stream thread. A handler that throws shuts the client down. */
export type UncaughtExceptionHandler = (error: unknown) => UncaughtExceptionResponse;

/** Everything that an application instance is made of. */
export interface KafkaStreamsOptions extends StreamsConfig {
  readonly topology: Topology;
  /** @default shutdownClient */
  readonly uncaughtExceptionHandler?: UncaughtExceptionHandler;
  /** Called after every change of state. */
  readonly stateListener?: (next: KafkaStreamsState, previous: KafkaStreamsState) => void;
  /** Called as stores are restored from their changelogs. */
  readonly restoreListener?: (progress: RestoreProgress) => void;
}

/**
 * An instance of a stream-processing application. Any number of instances with the same `applicationId` divide the work
 * among them.
 *
 * @see `org.apache.kafka.streams.KafkaStreams`
 */
export class KafkaStreams {
  readonly #options: KafkaStreamsOptions;
  readonly #config: ResolvedStreamsConfig;
  readonly #plan: TopologyPlan;
  readonly #client: BrokerClient;
  readonly #state = new StateMachine<KafkaStreamsState>('CREATED', kafkaStreamsTransitions);
  readonly #processId: string;
  #thread: StreamThread | null = null;
  #threadCount = 0;
  #ended: Promise<void> | null = null;
  #error: unknown = null;
  #isClosing = false;
  #isShutdownRequested = false;

  /**
   * Checks configuration and topology. Nothing is connected before `start`.
   *
   * @throws ConfigError and TopologyError, each with every problem
   */
  constructor(options: KafkaStreamsOptions) {
    this.#options = options;
    this.#config = resolveStreamsConfig(options);
    const { applicationId, serdeDefaults, broker, clientId, clock, chance } = this.#config;
    this.#plan = createPlan(options.topology, { applicationId, defaults: serdeDefaults });
    this.#processId = Math.floor(chance() * 0x1_0000_0000_0000)
      .toString(16)
      .padStart(12, '0');
    this.#client = broker.connect({ clientId, clock, chance });
    if (options.stateListener !== undefined) this.#state.onChange(options.stateListener);
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
    this.#state.become('REBALANCING');
    this.#ended = this.#superviseThread(directory).finally(() => directory.close());
    await running;
  }

  /**
   * Commits, leaves the group and closes everything.
   *
   * @returns when everything is closed
   */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#state.state === 'CREATED') {
      this.#state.become('PENDING_SHUTDOWN');
      this.#state.become('NOT_RUNNING');
      await this.#client.close();
      return;
    }
    if (this.#state.canBecome('PENDING_SHUTDOWN')) this.#state.become('PENDING_SHUTDOWN');
    this.#thread?.stop();
    await this.#ended;
  }

  /** Resolves when the instance has ended, by `close` or by an error; `error` tells which. */
  async ended(): Promise<void> {
    await this.#ended;
  }

  /**
   * A store to read: what of it lies in the tasks of this instance.
   *
   * @param type how to read it, such as `queryableStoreTypes.keyValueStore<string, number>()`
   * @returns a handle whose methods reject with STORE_NOT_AVAILABLE while the store is not here, and with
   *   STORE_TYPE_MISMATCH when it is of another type
   * @throws StreamsError STORE_NOT_FOUND when the topology has no store of that name
   */
  store<H>(name: string, type: QueryableStoreType<H>): H {
    const known = this.#plan.subtopologies.flatMap(({ stores }) => stores.map(({ builder }) => builder.name));
    if (!known.includes(name)) {
      const message = `The topology has no store ${name}; it has ${known.length === 0 ? 'none' : known.join(', ')}`;
      throw new StreamsError('STORE_NOT_FOUND', message, { context: { store: name } });
    }
    return type(name, () => this.#runningTasks(name));
  }

  /** All metrics; empty when another Metrics than a MetricsRegistry was configured. */
  metrics(): readonly MetricValue[] {
    const { metrics } = this.#config;
    return metrics instanceof MetricsRegistry ? metrics.values() : [];
  }

  #runningTasks(store: string): readonly StreamTask[] {
    const { state } = this.#state;
    if (this.#thread !== null && (state === 'RUNNING' || state === 'REBALANCING')) return this.#thread.tasks;
    throw new StreamsError(
      'STORE_NOT_AVAILABLE',
      `Store ${store} can be read while the instance runs; it is ${state}`,
      {
        context: { store },
      },
    );
  }

  #becameRunning(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#state.onChange((next) => {
        if (next === 'RUNNING' || next === 'NOT_RUNNING') resolve();
        if (next === 'ERROR') reject(this.#error);
      });
    });
  }

  /** Runs stream threads one after the other, until one ends by itself or an error is final. */
  async #superviseThread(directory: StateDirectory): Promise<void> {
    let firstFailureMs: number | null = null;
    let delayMs = retryFirstMs;
    for (;;) {
      const error = await this.#runThread(directory);
      if (error === null || this.#isClosing) break;
      const failure = classifyThreadError(error);
      this.#log(error, failure);
      if (failure === 'shutdownRequested') break;
      if (failure === 'migrated') {
        await sleep(this.#config.clock, retryFirstMs);
        continue;
      }
      if (failure === 'unavailable') {
        const now = this.#config.clock.now();
        firstFailureMs ??= now;
        if (now - firstFailureMs < retryForMs) {
          await sleep(this.#config.clock, delayMs);
          delayMs = Math.min(2 * delayMs, retryMaxMs);
          continue;
        }
      }
      if (!(await this.#handleUncaught(error))) return;
    }
    await this.#end();
  }

  /** Runs one stream thread. Resolves with the error that ended it, or null. */
  async #runThread(directory: StateDirectory): Promise<unknown> {
    const name = `${this.#processId}-${++this.#threadCount}`;
    const thread = new StreamThread({
      name,
      plan: this.#plan,
      config: this.#config,
      client: this.#client,
      directory,
      isShutdownRequested: () => this.#isShutdownRequested,
      onStateChange: (state) => this.#follow(state),
      onRestore: (progress) => this.#onRestore(progress),
    });
    this.#thread = thread;
    if (this.#isClosing) thread.stop();
    try {
      await thread.run();
      return null;
    } catch (error) {
      return error ?? new Error('a stream thread ended with nothing');
    }
  }

  #follow(state: StreamThreadState): void {
    if (state === 'running' && this.#state.canBecome('RUNNING')) this.#state.become('RUNNING');
    const isBehind = state === 'rebalancing' || state === 'starting' || state === 'dead';
    if (isBehind && this.#state.state === 'RUNNING') this.#state.become('REBALANCING');
  }

  #onRestore(progress: RestoreProgress): void {
    this.#options.restoreListener?.(progress);
    const { store, changelog, startOffset, offset, isComplete } = progress;
    if (!isComplete || offset === startOffset) return;
    this.#config.logger.info('restore.complete', { store, ...changelog, from: startOffset, offset });
  }

  /** Asks the handler. Returns whether a new thread is to run. */
  async #handleUncaught(error: unknown): Promise<boolean> {
    const response = this.#askHandler(error);
    if (response === 'replaceThread') return true;
    if (response === 'shutdownApplication' && !this.#isShutdownRequested) {
      // The next thread joins only to tell the leader, and ends with everybody else.
      this.#isShutdownRequested = true;
      this.#error = error;
      return true;
    }
    this.#error = error;
    this.#state.become('PENDING_ERROR');
    await this.#closeClient();
    this.#state.become('ERROR');
    return false;
  }

  #askHandler(error: unknown): UncaughtExceptionResponse {
    try {
      return this.#options.uncaughtExceptionHandler?.(error) ?? 'shutdownClient';
    } catch (failure) {
      this.#config.logger.error('uncaught_handler.failed', { error: errorMessage(failure) });
      return 'shutdownClient';
    }
  }

  async #end(): Promise<void> {
    const isError = this.#error !== null;
    if (isError && this.#state.canBecome('PENDING_ERROR')) this.#state.become('PENDING_ERROR');
    else if (this.#state.canBecome('PENDING_SHUTDOWN')) this.#state.become('PENDING_SHUTDOWN');
    await this.#closeClient();
    this.#state.become(this.#state.canBecome('ERROR') ? 'ERROR' : 'NOT_RUNNING');
  }

  async #closeClient(): Promise<void> {
    try {
      await this.#client.close();
    } catch (error) {
      this.#config.logger.warn('client.close_failed', { error: errorMessage(error) });
    }
  }

  #log(error: unknown, failure: string): void {
    const { logger } = this.#config;
    const code = findStreamsError(error)?.code ?? null;
    const fields = { failure, code, error: errorMessage(error) };
    if (failure === 'uncaught') logger.error('thread.failed', fields);
    else logger.warn('thread.restarts', fields);
  }
}
