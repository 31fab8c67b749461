import type { Clock, KafkaStreamsState, Logger, StreamsConfig } from '@millrace/stream-core';
import { logAndContinue, logAndFail, StreamsError, seededChance } from '@millrace/stream-core';
import type { SchemaSource } from '@millrace/stream-core/avro';
import { avroSerdes } from '@millrace/stream-core/avro';
import type { Broker } from '@millrace/stream-core/broker';
import { createMissingTopics } from '../../shared/create-topics.ts';
import type { Health } from '../../shared/health-server.ts';
import { stateOn } from '../../shared/state-engine.ts';
import { applicationsOf, orchestrator } from '../applications.ts';
import { paymentsConfig } from '../config.ts';
import { paymentsSerdes } from '../messages.ts';
import { noFaults } from '../simulator/fault-plan.ts';
import { simulatedWorld } from '../simulator/outside-world.ts';
import type { PaymentsInstance } from '../start-payments.ts';
import { createPayments } from '../start-payments.ts';
import { paymentsTopics } from '../topics.ts';
import type { RunOptions } from './run-options.ts';

// As Kafka has it: three seconds, and never more than a third of the session.
const heartbeatMaxMs = 3_000;
const heartbeatsPerSession = 3;

/** What a service runs on. */
export interface ServiceDeps {
  readonly broker: Broker;
  readonly source: SchemaSource;
  readonly clock: Clock;
  readonly logger: Logger;
}

const errorFields = (error: unknown) => ({
  code: error instanceof StreamsError ? error.code : null,
  error: error instanceof Error ? error.message : String(error),
});

/** The applications of the pipeline that run in this process, until they are drained or one of them fails. */
export class PaymentsService {
  readonly #options: RunOptions;
  readonly #deps: ServiceDeps;
  readonly #since = new Map<string, number>();
  #instances: readonly PaymentsInstance[] = [];
  #isDraining = false;

  constructor(options: RunOptions, deps: ServiceDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /**
   * Creates topics where that is wanted, and starts every application. Resolves when all run, or when they were drained
   * before that.
   *
   * @throws what the first that cannot start failed with
   */
  async start(): Promise<void> {
    const { logger } = this.#deps;
    if (this.#options.createTopics) await this.#createTopics();
    if (this.#isDraining) return;
    this.#instances = await this.#create();
    if (this.#isDraining) return this.drain();
    await Promise.all(this.#instances.map(({ streams }) => streams.start()));
    if (!this.#isDraining) logger.info('pipeline.running', { instances: this.#instances.length });
  }

  /** Resolves when one of the applications has ended, with the reason; `null` when it was closed. */
  async ended(): Promise<unknown> {
    return Promise.race(this.#instances.map(({ streams }) => streams.ended().then(() => streams.error)));
  }

  /** Lets every application commit what it has done and leave its group. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    await Promise.all(this.#instances.map(({ streams }) => streams.close()));
  }

  health(): Health {
    const { clock } = this.#deps;
    const states = this.#instances.map(({ streams }) => streams.state);
    const instances = this.#instances.map(({ name, applicationId, streams }) => {
      const total = (metric: string): number =>
        streams.metrics().reduce((sum, each) => (each.name === metric ? sum + each.value : sum), 0);
      return {
        name,
        applicationId,
        state: streams.state,
        inStateMs: Math.round(clock.now() - (this.#since.get(name) ?? clock.now())),
        tasks: total('task-created-total') - total('task-closed-total'),
        processed: total('process-total'),
        commits: total('commit-total'),
        rebalances: total('rebalance-total'),
        error: streams.error instanceof StreamsError ? streams.error.code : null,
      };
    });
    return {
      isLive: !states.some((state) => state === 'ERROR' || state === 'PENDING_ERROR'),
      isReady: !this.#isDraining && states.length > 0 && states.every((state) => state === 'RUNNING'),
      details: { isDraining: this.#isDraining, instances },
    };
  }

  async #createTopics(): Promise<void> {
    const { broker, clock, logger } = this.#deps;
    const { partitionsDivisor, replicationFactor } = this.#options;
    const client = broker.connect({ clientId: 'millrace-create-topics', clock, chance: seededChance(clock.now()) });
    try {
      const topics = paymentsTopics(partitionsDivisor).map((topic) => ({ ...topic, replicationFactor }));
      const created = await createMissingTopics(client.admin, topics);
      logger.info('topics.created', { count: created.length, topics: created.join(',') });
    } finally {
      await client.close();
    }
  }

  async #create(): Promise<readonly PaymentsInstance[]> {
    const { broker, clock, logger, source } = this.#deps;
    const { applicationId, applications, fraud, hmacKey, partitionsDivisor, state } = this.#options;
    const { answerTimeoutMs } = this.#options;
    const stateOf = await stateOn(state.engine, state.directory);
    return createPayments({
      broker,
      clock,
      logger,
      serdes: paymentsSerdes(avroSerdes({ source, clock })),
      config: paymentsConfig({
        hmacKey,
        fraud,
        partitionsDivisor,
        answerTimeoutMs,
        commandTimeoutMs: answerTimeoutMs,
      }),
      world: simulatedWorld({ seed: 1, faults: noFaults, fraudDown: null }),
      instances: 1,
      applications: applicationsOf(applications, fraud).map((each) =>
        each === orchestrator ? { ...each, applicationId } : each,
      ),
      // Each application has a part of the directory for itself.
      stateOf: () => stateOf('.'),
      streams: this.#streams(),
      onBadRecord: this.#options.badRecords === 'fail' ? logAndFail : logAndContinue,
      onState: (name, next) => this.#onState(name, next),
    });
  }

  #streams(): Partial<StreamsConfig> {
    const { guarantee, replicationFactor, instanceId, sessionTimeoutMs } = this.#options;
    return {
      processingGuarantee: guarantee,
      replicationFactor,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.min(heartbeatMaxMs, Math.floor(sessionTimeoutMs / heartbeatsPerSession)),
      // Each application is a group of its own: one name does for all of them.
      ...(instanceId === null ? {} : { groupInstanceId: instanceId }),
    };
  }

  #onState(name: string, state: KafkaStreamsState): void {
    const { clock, logger } = this.#deps;
    this.#since.set(name, clock.now());
    logger.info('instance.state', { instance: name, state });
    const failed = this.#instances.find((each) => each.name === name);
    if (state === 'ERROR') logger.error('instance.failed', { instance: name, ...errorFields(failed?.streams.error) });
  }
}
