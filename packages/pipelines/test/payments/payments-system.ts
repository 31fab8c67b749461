import type { DeserializationExceptionHandler } from '@millrace/stream-core';
import { inMemoryState, silentLogger } from '@millrace/stream-core';
import { avroSerdes, inMemorySchemaSource } from '@millrace/stream-core/avro';
import type { MemoryRecordInput } from '@millrace/stream-core/memory';
import { MemoryBroker } from '@millrace/stream-core/memory';
import { TopicReader } from '../../src/payments/books/topic-reader.ts';
import type { PaymentsConfig } from '../../src/payments/config.ts';
import { openPaymentsStore } from '../../src/payments/correlation/correlation-processor.ts';
import { clockFrom } from '../../src/payments/demo/demo-clock.ts';
import type {
  CoreProcessing,
  PaymentConfirmation,
  PaymentDeadLetter,
  PaymentRequest,
  PaymentState,
} from '../../src/payments/generated/avro-types.ts';
import { paymentsSerdes } from '../../src/payments/messages.ts';
import type { OutsideWorld } from '../../src/payments/simulator/outside-world.ts';
import type { PaymentsInstance } from '../../src/payments/start-payments.ts';
import { startPayments } from '../../src/payments/start-payments.ts';
import { paymentsTopics, topicNames } from '../../src/payments/topics.ts';
import { requestedAt } from './samples.ts';
import { outsideWorld, topologyDeps } from './topology-deps.ts';

const partitionsDivisor = 20;

export interface PaymentsSystemOptions {
  readonly config?: Partial<PaymentsConfig>;
  /** By default an outside where nothing goes wrong. */
  readonly world?: OutsideWorld;
}

/** The whole pipeline on a memory broker under exactly-once. */
export class PaymentsSystem {
  readonly #clock = clockFrom(requestedAt);
  readonly #source = inMemorySchemaSource();
  readonly #serdes = paymentsSerdes(avroSerdes({ source: this.#source, clock: this.#clock }));
  readonly #broker = new MemoryBroker({ clock: this.#clock });
  readonly #config: PaymentsConfig;
  readonly #world: OutsideWorld;
  #instances: readonly PaymentsInstance[] = [];

  constructor({ config = {}, world = outsideWorld() }: PaymentsSystemOptions = {}) {
    // Unless a test wants it, nothing times out because a machine is slow.
    this.#config = topologyDeps({ partitionsDivisor, idleTimeoutMs: 600_000, ...config }).config;
    this.#world = world;
    for (const { name, partitions, configs } of paymentsTopics(partitionsDivisor)) {
      this.#broker.createTopic(name, { partitions, configs });
    }
  }

  /** Starts every application, or starts them anew after `close`. */
  async start(onBadRecord: DeserializationExceptionHandler): Promise<readonly PaymentsInstance[]> {
    this.#instances = await startPayments({
      broker: this.#broker,
      clock: this.#clock,
      serdes: this.#serdes,
      config: this.#config,
      world: this.#world,
      instances: 1,
      stateOf: () => inMemoryState(),
      streams: {},
      logger: silentLogger,
      onBadRecord,
      onState: () => undefined,
    });
    return this.#instances;
  }

  async close(): Promise<void> {
    await Promise.all(this.#instances.map(({ streams }) => streams.close()));
  }

  /** Writes requests into one partition, in the order given. */
  send(records: readonly MemoryRecordInput[]): void {
    this.#broker.produce(
      topicNames.requests,
      records.map((record) => ({ ...record, partition: 0 })),
    );
  }

  /** A request as a gateway would write it. */
  record(key: string | null, request: PaymentRequest): MemoryRecordInput & { readonly value: Buffer } {
    void this.#serdes.request.prepareWrite?.(topicNames.requests);
    return {
      key: key === null ? null : Buffer.from(key),
      value: Buffer.from(this.#serdes.request.serialize(request, topicNames.requests, [])),
      timestamp: request.timestamp,
    };
  }

  confirmations(): PaymentConfirmation[] {
    return this.#read(topicNames.confirmations);
  }

  /** What core has answered. */
  coreAnswers(): CoreProcessing[] {
    return this.#read(topicNames.core);
  }

  /** The states that open payments were in, as far as they are committed. */
  openPayments(): PaymentState[] {
    return this.#read(`payment-orchestrator-cg-${openPaymentsStore}-changelog`);
  }

  deadLetters(): PaymentDeadLetter[] {
    return this.#read(topicNames.deadLetters);
  }

  #read<T>(topic: string): T[] {
    const reader = new TopicReader({
      records: (name) => this.#broker.records(name),
      schemaById: (id) => this.#source.schemaById(id),
    });
    return [...reader.read<T>(topic)].map(({ value }) => value);
  }
}
