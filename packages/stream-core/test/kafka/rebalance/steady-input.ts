import type { BrokerClient } from '../../../src/broker/broker.ts';
import type { Producer } from '../../../src/broker/producer.ts';
import { RecordBatchBuilder } from '../../../src/broker/record-batch-builder.ts';
import type { Clock } from '../../../src/common/clock.ts';
import { sleep } from '../../../src/common/clock.ts';
import { noHeaders } from '../../../src/common/headers.ts';

export interface SteadyInputOptions {
  readonly clock: Clock;
  readonly topic: string;
  readonly partitions: number;
  readonly intervalMs: number;
}

/** Writes a record to every partition at an interval, each partition with a key of its own. */
export class SteadyInput {
  readonly #options: SteadyInputOptions;
  readonly #producer: Producer;
  readonly #loop: Promise<void>;
  readonly #sent: Promise<unknown>[] = [];
  #isRunning = true;
  #rounds = 0;
  #largestGapMs = 0;

  constructor(client: BrokerClient, options: SteadyInputOptions) {
    this.#options = options;
    this.#producer = client.producer({ transactionalId: null, transactionTimeoutMs: 10_000 });
    this.#loop = this.#run();
  }

  /** The longest time between two rounds: a machine that is busy delays the input too. */
  get largestGapMs(): number {
    return Math.round(this.#largestGapMs);
  }

  /** Ends the input. @returns how many records each partition has */
  async stop(): Promise<number> {
    this.#isRunning = false;
    await this.#loop;
    await Promise.all(this.#sent);
    await this.#producer.close();
    return this.#rounds;
  }

  async #run(): Promise<void> {
    const { clock, topic, partitions, intervalMs } = this.#options;
    await this.#producer.init();
    let lastMs = clock.monotonic();
    while (this.#isRunning) {
      for (let partition = 0; partition < partitions; partition++) {
        const builder = new RecordBatchBuilder();
        builder.append(Buffer.from(`k${partition}`), Buffer.from('x'), clock.now(), noHeaders);
        this.#sent.push(this.#producer.send({ topic, partition }, builder.build()));
      }
      this.#rounds++;
      await sleep(clock, intervalMs);
      const nowMs = clock.monotonic();
      this.#largestGapMs = Math.max(this.#largestGapMs, nowMs - lastMs);
      lastMs = nowMs;
    }
  }
}
