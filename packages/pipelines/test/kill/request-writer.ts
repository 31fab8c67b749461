import type { Producer } from '@millrace/stream-core/broker';
import { RecordBatchBuilder } from '@millrace/stream-core/broker';
import { partitionForKey } from '../../../stream-core/src/common/murmur2.ts';
import type { EncodedRequest } from '../../src/payments/demo/load-driver.ts';
import { topicNames } from '../../src/payments/topics.ts';

/** The gateway: writes requests to Kafka idempotently, and knows what the brokers have acknowledged. */
export class RequestWriter {
  readonly #producer: Producer;
  readonly #partitions: number;
  readonly #pending = new Set<Promise<void>>();
  readonly errors: unknown[] = [];
  #acknowledged = 0;
  #nextPartition = 0;

  constructor(producer: Producer, partitions: number) {
    this.#producer = producer;
    this.#partitions = partitions;
  }

  /** How many records were acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Sends records, and does not wait for the brokers. */
  write(records: readonly EncodedRequest[]): void {
    for (const [partition, ofPartition] of Map.groupBy(records, (record) => this.#partitionOf(record))) {
      const builder = new RecordBatchBuilder();
      for (const { key, value, timestamp } of ofPartition) builder.append(key, value, timestamp, []);
      const sending = this.#producer.send({ topic: topicNames.requests, partition }, builder.build()).then(
        () => {
          this.#acknowledged += ofPartition.length;
        },
        (error: unknown) => {
          this.errors.push(error);
        },
      );
      const pending = sending.finally(() => this.#pending.delete(pending));
      this.#pending.add(pending);
    }
  }

  /** Resolves when nothing is under way any more. */
  async flush(): Promise<void> {
    await Promise.all(this.#pending);
  }

  #partitionOf({ key }: EncodedRequest): number {
    return key === null ? this.#nextPartition++ % this.#partitions : partitionForKey(key, this.#partitions);
  }
}
