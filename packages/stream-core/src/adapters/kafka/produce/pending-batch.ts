import type { ProduceAck } from '../../../broker/producer.ts';
import type { RecordBatch } from '../../../broker/record-batch.ts';

/** A batch between the call of `send` and its acknowledgement. */
export class PendingBatch {
  readonly batch: RecordBatch;
  /** On the monotonic clock: when it is given up. */
  readonly deadlineMs: number;
  /** The place among the batches of its partition. */
  readonly order: number;
  readonly acknowledged: Promise<ProduceAck>;
  /** Null while the batch has no place in the sequence of its partition: it was never sent then. */
  baseSequence: number | null = null;
  /** An attempt was not answered: the batch may be in the log. */
  isInDoubt = false;
  /** What the last attempt met that did not bring it into the log. */
  lastError: unknown = null;
  #isSettled = false;
  readonly #resolve: (ack: ProduceAck) => void;
  readonly #reject: (error: unknown) => void;

  constructor(batch: RecordBatch, deadlineMs: number, order: number) {
    this.batch = batch;
    this.deadlineMs = deadlineMs;
    this.order = order;
    const { promise, resolve, reject } = Promise.withResolvers<ProduceAck>();
    this.acknowledged = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** The caller knows what became of it. An answer that comes later changes nothing. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  succeed(ack: ProduceAck): void {
    this.#isSettled = true;
    this.#resolve(ack);
  }

  fail(error: unknown): void {
    this.#isSettled = true;
    this.#reject(error);
  }
}
