import { advanceSequence } from '../../../broker/sequence.ts';
import { assert } from '../../../common/assert.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import type { PendingBatch } from './pending-batch.ts';
import type { ProducerIdentity } from './producer-identity.ts';

/** Brokers remember so many batches of a producer, to tell one that comes again: none may be sent further ahead. */
const rememberedBatches = 5;

/**
 * For so long after an acknowledgement the broker is trusted to know the sequence. One that knows nothing of a producer
 * takes any sequence, and would take a second batch without the first: until it has one, it gets one at a time.
 */
const trustedMs = 60_000;

/** A batch that was refused for good, and left its numbers to those behind it. */
interface Gap {
  readonly order: number;
  readonly sequence: number;
}

/**
 * The batches of one partition, in the order of the calls. Invariants: what is in flight is at one node and in sequence;
 * after a failure nothing is sent before everything in flight has come back; no number of the sequence is used for two
 * batches that might both be in the log.
 */
export class PartitionLane {
  readonly partition: TopicPartition;
  readonly key: string;
  /** The leader that has what is in flight. */
  nodeId = -1;
  /** On the monotonic clock: nothing is sent before. */
  notBeforeMs = 0;
  isLookingUp = false;
  /** Failures in a row, to tell how long to wait. */
  failures = 0;
  /** What the last of them met. */
  lastError: unknown = null;
  /** The coordinator knows that the partition is part of the transaction (v1). */
  isInTransaction = false;
  /** The sequence of this epoch cannot go on: the broker misses batches that were acknowledged. */
  isBroken = false;
  readonly #inFlight: PendingBatch[] = [];
  readonly #waiting: PendingBatch[] = [];
  #nextOrder = 0;
  #nextSequence = 0;
  #isComingBack = false;
  #gap: Gap | null = null;
  #trustedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(partition: TopicPartition) {
    this.partition = partition;
    this.key = topicPartitionKey(partition);
  }

  get hasInFlight(): boolean {
    return this.#inFlight.length > 0;
  }

  /** Whether a batch has its place in the sequence and is not acknowledged. */
  get hasUnresolved(): boolean {
    return this.hasInFlight || this.#waiting.some(({ baseSequence }) => baseSequence !== null);
  }

  /** What is not in flight, in order. */
  get waiting(): readonly PendingBatch[] {
    return this.#waiting;
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  takeOrder(): number {
    return this.#nextOrder++;
  }

  add(pending: PendingBatch): void {
    this.#waiting.push(pending);
  }

  /** The batch to send next; null while none may be sent. With `onlyAgain` none that was never sent. */
  next(nowMs: number, onlyAgain: boolean): PendingBatch | null {
    if (this.isBroken || this.#isComingBack || nowMs < this.notBeforeMs) return null;
    const first = this.#waiting[0];
    if (first === undefined || (onlyAgain && first.baseSequence === null)) return null;
    const window = nowMs < this.#trustedUntilMs ? rememberedBatches : 1;
    const oldest = this.#inFlight[0];
    return oldest === undefined || first.order < oldest.order + window ? first : null;
  }

  /** Takes what `next` gave, and stamps it when it goes out for the first time. */
  take(identity: ProducerIdentity, isTransactional: boolean): PendingBatch {
    const pending = this.#waiting.shift();
    assert(pending !== undefined, `${this.key} has no batch to send`);
    if (pending.baseSequence === null) {
      pending.baseSequence = this.#nextSequence;
      pending.batch.stamp({ ...identity, baseSequence: this.#nextSequence }, isTransactional);
      this.#nextSequence = advanceSequence(this.#nextSequence, pending.batch.recordCount);
    }
    this.#inFlight.push(pending);
    return pending;
  }

  /** Whether an earlier batch is not acknowledged, so that this one could not be in sequence. */
  isBehind(pending: PendingBatch): boolean {
    const isEarlier = ({ order }: PendingBatch): boolean => order < pending.order;
    return this.#inFlight.some(isEarlier) || this.#waiting.some(isEarlier) || this.#isBehindGap(pending);
  }

  /** @returns false when a batch before it was refused, which cannot be: the broker has a gap */
  acknowledge(pending: PendingBatch, nowMs: number): boolean {
    const isSound = !this.#isBehindGap(pending);
    this.#trustedUntilMs = nowMs + trustedMs;
    this.#leave(pending);
    return isSound;
  }

  /** Takes a batch back, to be sent again. What is behind it comes back first. */
  takeBack(pending: PendingBatch): void {
    const at = this.#waiting.findIndex(({ order }) => order > pending.order);
    this.#waiting.splice(at === -1 ? this.#waiting.length : at, 0, pending);
    this.#isComingBack = true;
    this.#leave(pending);
  }

  /** Leaves out a batch that is not in the log. Its numbers go to those behind it, once they have come back. */
  drop(pending: PendingBatch): void {
    const { baseSequence, order } = pending;
    if (baseSequence !== null && (this.#gap === null || order < this.#gap.order)) {
      this.#gap = { order, sequence: baseSequence };
      this.#isComingBack = true;
    }
    this.remove(pending);
  }

  /** Leaves out a batch whatever became of it: the sequence cannot go on behind it. */
  remove(pending: PendingBatch): void {
    const at = this.#waiting.indexOf(pending);
    if (at !== -1) this.#waiting.splice(at, 1);
    this.#leave(pending);
  }

  /** Forgets everything, and gives what was not acknowledged. */
  clear(): readonly PendingBatch[] {
    const all = [...this.#inFlight, ...this.#waiting];
    this.#inFlight.length = 0;
    this.clearWaiting();
    return all;
  }

  /** Forgets what is not in flight, and gives it. */
  clearWaiting(): readonly PendingBatch[] {
    return this.#waiting.splice(0);
  }

  /** The sequence begins anew, with a new epoch or a new producer id. Nothing is in flight. */
  restart(isSameProducer: boolean): void {
    assert(!this.hasInFlight, `${this.key} has batches in flight in the epoch that ends`);
    this.#nextSequence = 0;
    this.#gap = null;
    this.#isComingBack = false;
    this.isBroken = false;
    if (!isSameProducer) this.#trustedUntilMs = Number.NEGATIVE_INFINITY;
    for (const pending of this.#waiting) pending.baseSequence = null;
  }

  #isBehindGap(pending: PendingBatch): boolean {
    return this.#gap !== null && pending.order > this.#gap.order;
  }

  #leave(pending: PendingBatch): void {
    const at = this.#inFlight.indexOf(pending);
    if (at !== -1) this.#inFlight.splice(at, 1);
    if (this.hasInFlight || !this.#isComingBack) return;
    this.#isComingBack = false;
    if (this.#gap !== null) this.#closeGap(this.#gap);
  }

  /** None behind a batch that never got into the log can be in it, so its numbers are used again. */
  #closeGap(gap: Gap): void {
    this.#gap = null;
    this.#nextSequence = gap.sequence;
    for (const pending of this.#waiting) {
      if (pending.order < gap.order || pending.baseSequence === null) continue;
      // A request that got lost could still arrive, and would fit into the sequence again.
      if (pending.isInDoubt) this.isBroken = true;
      pending.isInDoubt = false;
      pending.baseSequence = null;
    }
  }
}
