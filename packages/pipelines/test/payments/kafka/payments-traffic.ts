import { seededChance, systemClock } from '@millrace/stream-core';
import { avroSerdes, schemaRegistry } from '@millrace/stream-core/avro';
import type { Broker, BrokerClient, Producer } from '@millrace/stream-core/broker';
import { RecordBatchBuilder } from '@millrace/stream-core/broker';
import { partitionForKey } from '../../../../stream-core/src/common/murmur2.ts';
import { ConfirmationMonitor } from '../../../src/payments/demo/confirmation-monitor.ts';
import type { EncodedRequest } from '../../../src/payments/demo/load-driver.ts';
import { LoadDriver } from '../../../src/payments/demo/load-driver.ts';
import { PaymentTracker } from '../../../src/payments/demo/payment-tracker.ts';
import { paymentsSerdes } from '../../../src/payments/messages.ts';
import { generateLoad } from '../../../src/payments/simulator/load.ts';
import { topicNames } from '../../../src/payments/topics.ts';

/** Where payments go, and which. */
export interface TrafficOptions {
  readonly broker: Broker;
  /** The schema registry. */
  readonly registry: string;
  readonly payments: number;
  readonly seed: number;
}

const clock = systemClock;
const ratePerSecond = 100;
const limits = { aheadMaxMs: 3_000, inFlightMax: 300 };

/** Payments into payment-requests of a cluster, and a read-committed reader of their confirmations. */
export class PaymentsTraffic {
  readonly #options: TrafficOptions;
  readonly #client: BrokerClient;
  readonly #producer: Producer;
  readonly #tracker = new PaymentTracker();
  readonly #driver: LoadDriver;
  #monitor: ConfirmationMonitor | null = null;
  #sent: Promise<void> = Promise.resolve();
  #partitions = 0;
  #startAt = 0;
  #allowed = Number.POSITIVE_INFINITY;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(options: TrafficOptions) {
    const { broker, registry, seed } = options;
    this.#options = options;
    this.#client = broker.connect({ clientId: 'payments-traffic', clock, chance: seededChance(seed) });
    this.#producer = this.#client.producer({ transactionalId: null, transactionTimeoutMs: 10_000 });
    this.#driver = new LoadDriver({
      write: (records) => {
        this.#writing = Promise.all([this.#writing, this.#write(records)]);
      },
      hasCome: (eventTime) => eventTime < this.#startAt + (this.#allowed * 1_000) / ratePerSecond,
      serdes: paymentsSerdes(avroSerdes({ source: schemaRegistry({ url: registry }), clock })),
      clock,
      tracker: this.#tracker,
      limits,
      isPrompt: () => true,
    });
  }

  /** How many payments are sent, and how many of them confirmed. */
  get counts(): { readonly sent: number; readonly confirmed: number } {
    const { sent, confirmed } = this.#tracker.state;
    return { sent, confirmed };
  }

  /** Begins to send everything, at most as fast as it is confirmed. */
  start(): this {
    this.#sent = this.#run();
    // Who waits for `sent` sees it.
    this.#sent.catch(() => undefined);
    return this;
  }

  /** How many payments may be sent for now. Some come again behind the last one: infinity lets all be sent. */
  allow(payments: number): void {
    this.#allowed = payments;
  }

  /** Resolves when everything is sent. */
  get sent(): Promise<void> {
    return this.#sent;
  }

  async #run(): Promise<void> {
    const { broker, payments, seed } = this.#options;
    this.#partitions = await this.#partitionsOf(topicNames.requests);
    const partitions = await this.#partitionsOf(topicNames.confirmations);
    this.#monitor = new ConfirmationMonitor({ broker, clock, tracker: this.#tracker, partitions });
    this.#monitor.start();
    await this.#producer.init();
    const badRecordsEvery = Math.floor(payments / 2);
    this.#startAt = clock.now();
    const load = { seed, payments, accounts: 100, startAt: this.#startAt, ratePerSecond, badRecordsEvery };
    await this.#driver.run(generateLoad(load));
    await this.#writing;
  }

  async close(): Promise<void> {
    this.#driver.stop();
    await this.#monitor?.stop();
    await Promise.allSettled([this.#writing]);
    await this.#client.close();
  }

  async #partitionsOf(topic: string): Promise<number> {
    return (await this.#client.admin.describeTopics([topic])).get(topic)?.partitions ?? 0;
  }

  async #write(records: readonly EncodedRequest[]): Promise<void> {
    const byPartition = Map.groupBy(records, ({ key }) => (key === null ? 0 : partitionForKey(key, this.#partitions)));
    const sent = [...byPartition].map(([partition, ofPartition]) => {
      const builder = new RecordBatchBuilder();
      for (const { key, value, timestamp } of ofPartition) builder.append(key, value, timestamp, []);
      return this.#producer.send({ topic: topicNames.requests, partition }, builder.build());
    });
    await Promise.all(sent);
  }
}
