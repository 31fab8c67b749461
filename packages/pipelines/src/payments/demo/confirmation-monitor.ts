import type { Clock } from '@millrace/stream-core';
import { seededChance } from '@millrace/stream-core';
import type { Broker, Fetcher } from '@millrace/stream-core/broker';
import { topicNames } from '../topics.ts';
import type { PaymentTracker } from './payment-tracker.ts';

const pollMs = 50;
const maxPartitionBytes = 1_048_576;

type Fetched = Awaited<ReturnType<Fetcher['poll']>>[number];

export interface MonitorOptions {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly tracker: PaymentTracker;
  readonly partitions: number;
}

/** A read-committed reader of the confirmations: what it sees, a customer could have been told. */
export class ConfirmationMonitor {
  readonly #options: MonitorOptions;
  #isStopped = false;
  #ended: Promise<void> | null = null;

  constructor(options: MonitorOptions) {
    this.#options = options;
  }

  start(): void {
    this.#ended = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { broker, clock, partitions } = this.#options;
    const client = broker.connect({ clientId: 'confirmation-monitor', clock, chance: seededChance(1) });
    const fetcher = client.fetcher({ isolationLevel: 'read_committed', maxPartitionBytes });
    const all = Array.from({ length: partitions }, (_, partition) => ({ topic: topicNames.confirmations, partition }));
    fetcher.assign(all);
    for (const partition of all) fetcher.seek(partition, 0);
    while (!this.#isStopped) {
      for (const fetched of await fetcher.poll(pollMs)) this.#see(fetched);
    }
    await client.close();
  }

  #see({ batches, position }: Fetched): void {
    const { tracker, clock } = this.#options;
    const nowMs = clock.monotonic();
    for (const batch of batches) {
      const cursor = batch.cursor(position);
      while (cursor.next()) tracker.confirmed(cursor.key()?.toString() ?? '', nowMs);
    }
  }
}
