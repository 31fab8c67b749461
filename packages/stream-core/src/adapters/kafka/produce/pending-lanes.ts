import type { ProduceAck } from '../../../broker/producer.ts';
import type { RecordBatch } from '../../../broker/record-batch.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import { PartitionLane } from './partition-lane.ts';
import { PendingBatch } from './pending-batch.ts';
import type { SentBatch } from './produce-request.ts';
import type { ProducerIdentity } from './producer-identity.ts';
import { unanswered } from './unanswered.ts';

export interface PendingLanesOptions {
  readonly isTransactional: boolean;
  readonly deliveryTimeoutMs: number;
  /** A batch is not in the log and never will be. */
  readonly onRefused: (error: unknown) => void;
  /** Nothing can be sent any more. */
  readonly onFatal: (error: unknown) => void;
}

/** All batches of a producer that are not acknowledged, by partition. Everything about them ends here, each once. */
export class PendingLanes {
  readonly #options: PendingLanesOptions;
  readonly #lanes = new Map<string, PartitionLane>();
  /** The lanes with batches that wait; the one that was served last comes last. */
  readonly #ready = new Set<PartitionLane>();
  readonly #settledWaiters: (() => void)[] = [];
  #pending = 0;
  /** Why nothing that comes back is sent again. */
  #givenUp: { readonly cause: unknown } | null = null;
  #failure: { readonly error: unknown } | null = null;

  constructor(options: PendingLanesOptions) {
    this.#options = options;
  }

  get hasFailed(): boolean {
    return this.#failure !== null;
  }

  /** The lanes with batches that wait, in the order in which they are to be served. */
  get ready(): readonly PartitionLane[] {
    return [...this.#ready];
  }

  add(partition: TopicPartition, batch: RecordBatch, nowMs: number): SentBatch {
    const lane = this.#lane(partition);
    const pending = new PendingBatch(batch, nowMs + this.#options.deliveryTimeoutMs, lane.takeOrder());
    this.#pending++;
    lane.add(pending);
    this.#ready.add(lane);
    return { lane, pending };
  }

  /** Takes the next batch of a lane out to be sent. */
  take(lane: PartitionLane, node: number, identity: ProducerIdentity): SentBatch {
    const pending = lane.take(identity, this.#options.isTransactional);
    lane.nodeId = node;
    this.#ready.delete(lane);
    if (lane.hasWaiting) this.#ready.add(lane);
    return { lane, pending };
  }

  acknowledge({ lane, pending }: SentBatch, ack: ProduceAck, nowMs: number): void {
    if (pending.isSettled) return;
    if (!lane.acknowledge(pending, nowMs)) {
      const message = `The broker took a batch for ${lane.key} although it had refused one before it: end the application and check the broker`;
      this.fail(new StreamsError('OUT_OF_ORDER_SEQUENCE', message, { context: { ...lane.partition } }));
      return;
    }
    this.#settle(() => pending.succeed(ack));
  }

  /** A batch comes back, to be sent again. */
  takeBack({ lane, pending }: SentBatch): void {
    if (pending.isSettled) return;
    if (this.#givenUp !== null) {
      const { cause } = this.#givenUp;
      lane.remove(pending);
      this.#settle(() => pending.fail(cause));
      return;
    }
    lane.takeBack(pending);
    this.#ready.add(lane);
  }

  /** A batch was refused for good; those behind it close up. */
  refuse({ lane, pending }: SentBatch, error: unknown): void {
    if (pending.isSettled) return;
    const { isTransactional, onRefused } = this.#options;
    if (pending.isInDoubt && !isTransactional) {
      // An attempt before this one may have brought it into the log: nobody can say what is there.
      this.fail(error);
      return;
    }
    // A transaction that misses a batch is aborted; its sequences end with it.
    if (isTransactional) lane.remove(pending);
    else lane.drop(pending);
    if (!lane.hasWaiting) this.#ready.delete(lane);
    this.#settle(() => pending.fail(error));
    onRefused(error);
  }

  /** Refuses everything that waits in a lane. */
  refuseWaiting(lane: PartitionLane, error: unknown): void {
    for (const pending of [...lane.waiting]) this.refuse({ lane, pending }, error);
  }

  /** Gives up the batches whose time is over. */
  expire(nowMs: number): void {
    const { deliveryTimeoutMs } = this.#options;
    for (const lane of this.ready) {
      for (const pending of [...lane.waiting]) {
        if (pending.deadlineMs > nowMs) break;
        const error = unanswered(`A batch for ${lane.key}`, deliveryTimeoutMs, pending.lastError ?? lane.lastError);
        // It may be in the log, or come there yet: nothing may follow it before somebody has looked.
        if (pending.isInDoubt) this.fail(error);
        else this.refuse({ lane, pending }, error);
      }
    }
  }

  /** Ends what waits. What is in flight is waited for, and not sent again. Holds until the next identity. */
  giveUp(cause: unknown): void {
    this.#givenUp ??= { cause };
    for (const lane of this.#ready) {
      for (const pending of lane.clearWaiting()) this.#settle(() => pending.fail(cause));
    }
    this.#ready.clear();
  }

  /** Ends everything now, for ever. */
  fail(error: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = { error };
    this.#ready.clear();
    for (const lane of this.#lanes.values()) {
      for (const pending of lane.clear()) this.#settle(() => pending.fail(error));
    }
    this.#options.onFatal(error);
  }

  /** Resolves when the outcome of every batch is known to its caller. */
  settled(): Promise<void> {
    if (this.#pending === 0) return Promise.resolve();
    return new Promise((resolve) => this.#settledWaiters.push(resolve));
  }

  /** Whether the sequences can begin anew now: only batches of broken lanes are left, and they wait. */
  mayRestart(): boolean {
    for (const lane of this.#lanes.values()) {
      if (lane.hasInFlight || (!lane.isBroken && lane.hasUnresolved)) return false;
    }
    return true;
  }

  /** A batch that may be in the log although its sequence is lost; null when there is none. */
  firstInDoubt(): SentBatch | null {
    for (const lane of this.#lanes.values()) {
      const pending = lane.waiting.find(({ isInDoubt }) => isInDoubt);
      if (pending !== undefined) return { lane, pending };
    }
    return null;
  }

  /** All sequences begin anew. Nothing is in flight. */
  restart(isSameProducer: boolean): void {
    for (const lane of this.#lanes.values()) lane.restart(isSameProducer);
  }

  /** Another transaction, if any, begins. Nothing is pending. */
  reset(): void {
    this.#givenUp = null;
    for (const lane of this.#lanes.values()) lane.isInTransaction = false;
  }

  #lane(partition: TopicPartition): PartitionLane {
    const key = topicPartitionKey(partition);
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const lane = new PartitionLane(partition);
    this.#lanes.set(key, lane);
    return lane;
  }

  #settle(tell: () => void): void {
    tell();
    this.#pending--;
    if (this.#pending === 0) for (const resolve of this.#settledWaiters.splice(0)) resolve();
  }
}
