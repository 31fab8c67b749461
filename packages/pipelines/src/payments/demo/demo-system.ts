import type { Clock } from '@millrace/stream-core';
import { jsonLogger, queryableStoreTypes, StreamsError } from '@millrace/stream-core';
import { avroSerdes, inMemorySchemaSource } from '@millrace/stream-core/avro';
import { MemoryBroker } from '@millrace/stream-core/memory';
import type { Books } from '../books/check-books.ts';
import { checkBooks } from '../books/check-books.ts';
import type { PaymentsConfig } from '../config.ts';
import { paymentsConfig } from '../config.ts';
import { openPaymentsStore } from '../correlation/correlation-processor.ts';
import type { PaymentsSerdes } from '../messages.ts';
import { paymentsSerdes } from '../messages.ts';
import { planFaults } from '../simulator/fault-plan.ts';
import type { OutsideWorld } from '../simulator/outside-world.ts';
import { simulatedWorld } from '../simulator/outside-world.ts';
import type { PaymentsInstance } from '../start-payments.ts';
import { startPayments } from '../start-payments.ts';
import { paymentsTopics } from '../topics.ts';
import { clockFrom } from './demo-clock.ts';
import type { DemoOptions } from './demo-options.ts';
import { fraudDownSpan } from './demo-options.ts';
import { Freezer } from './freezer.ts';
import { hasLateAnswers } from './late-answers.ts';
import type { MemoryUse } from './memory-use.ts';
import { memoryUse } from './memory-use.ts';

/** All applications share one process. */
const stateMemoryMaxBytes = 48 * 1_048_576;

/** A broker with the whole pipeline on it, and with everything around the pipeline simulated. */
export class DemoSystem {
  readonly clock: Clock;
  readonly broker: MemoryBroker;
  readonly serdes: PaymentsSerdes;
  readonly #options: DemoOptions;
  readonly #freezer = new Freezer();
  readonly #schemaSource = inMemorySchemaSource();
  readonly #config: PaymentsConfig;
  readonly #world: OutsideWorld;
  readonly #failed = new Set<string>();
  #instances: readonly PaymentsInstance[] = [];
  #cutOff: PaymentsInstance | null = null;

  constructor(options: DemoOptions) {
    const { hmacKey, partitionsDivisor, fraud, seed, faults } = options;
    this.#options = options;
    this.clock = clockFrom(options.startAt);
    this.broker = new MemoryBroker({ clock: this.clock, faults: this.#freezer });
    this.serdes = paymentsSerdes(avroSerdes({ source: this.#schemaSource, clock: this.clock }));
    this.#config = paymentsConfig({ hmacKey, partitionsDivisor, fraud });
    this.#world = simulatedWorld({ seed, faults, fraudDown: fraudDownSpan(options) });
  }

  /** The names of all instances. */
  get names(): readonly string[] {
    return this.#instances.map(({ name }) => name);
  }

  /** Those that have given up. */
  get failed(): readonly string[] {
    return [...this.#failed];
  }

  /**
   * Creates the topics and starts every application.
   *
   * @param onLog gets the lines of their logs, errors only
   */
  async start(onLog: (line: string) => void): Promise<void> {
    const { commitIntervalMs, sessionTimeoutMs, instances, partitionsDivisor, stateOf } = this.#options;
    const { broker, clock, serdes } = this;
    for (const { name, partitions, configs } of paymentsTopics(partitionsDivisor)) {
      broker.createTopic(name, { partitions, configs });
    }
    this.#instances = await startPayments({
      broker,
      clock,
      serdes,
      config: this.#config,
      world: this.#world,
      instances,
      stateOf,
      streams: {
        commitInterval: commitIntervalMs,
        sessionTimeout: sessionTimeoutMs,
        heartbeatInterval: Math.floor(sessionTimeoutMs / 4),
        transactionTimeout: sessionTimeoutMs,
        stateMemoryMaxBytes,
      },
      logger: jsonLogger(onLog, 'error', () => clock.now()),
      // What nobody can read is counted by the books, and everything after it goes on.
      onBadRecord: () => 'continue',
      onState: (instance, state) => {
        if (state === 'ERROR') this.#failed.add(instance);
      },
    });
  }

  /** Cuts the second instance of the orchestrator off from the broker for good, and gives its name; null without one. */
  cutOff(): string | null {
    const victim = this.#instances.filter(({ isOrchestrator }) => isOrchestrator)[1];
    if (victim === undefined) return null;
    this.#cutOff = victim;
    this.#freezer.freeze(victim.name);
    return victim.name;
  }

  /**
   * Whether something still has to happen to a payment. A confirmation is not the end of it: what core had reserved for
   * a rejected payment is released afterwards.
   */
  async hasOpenPayments(): Promise<boolean> {
    const orchestrators = this.#instances.filter((each) => each.isOrchestrator && each !== this.#cutOff);
    try {
      const counts = orchestrators.map(({ streams }) =>
        streams.store(openPaymentsStore, queryableStoreTypes.keyValueStore()).approximateNumEntries(),
      );
      return (await Promise.all(counts)).some((count) => count > 0);
    } catch (error) {
      // In a rebalance nobody can say.
      if (error instanceof StreamsError) return true;
      throw error;
    }
  }

  /** Whether core still has answers on their way that nobody waits for any more. */
  hasLateAnswers(): Promise<boolean> {
    return hasLateAnswers(this.broker, this.clock);
  }

  /** What the process takes of memory. */
  memory(): MemoryUse {
    return memoryUse(this.broker);
  }

  async close(): Promise<void> {
    this.#freezer.end();
    await Promise.all(this.#instances.map(({ streams }) => streams.close()));
  }

  /** Makes up the books from the topics as they are now. */
  books(): Books {
    const { seed, faults, hmacKey } = this.#options;
    return checkBooks({
      source: {
        records: (topic) => this.broker.records(topic),
        schemaById: (id) => this.#schemaSource.schemaById(id),
      },
      planOf: (transactionId) => planFaults(transactionId, seed, faults),
      hmacKey,
    });
  }
}
