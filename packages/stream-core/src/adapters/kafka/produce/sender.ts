import type { ProduceAck } from '../../../broker/producer.ts';
import type { RecordBatch } from '../../../broker/record-batch.ts';
import type { Chance } from '../../../common/chance.ts';
import type { Clock, Timer } from '../../../common/clock.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { Cluster } from '../cluster.ts';
import { produceApi } from '../protocol/produce-api.ts';
import type { RetryBackoff } from '../retry-backoff.ts';
import type { PartitionLane } from './partition-lane.ts';
import { PendingLanes } from './pending-lanes.ts';
import { ProduceAnswers } from './produce-answers.ts';
import type { SentBatch } from './produce-request.ts';
import { partitionAnswers, produceRequest } from './produce-request.ts';
import type { ProducerIdentity } from './producer-identity.ts';
import { isTransient } from './unanswered.ts';

/** Brokers remember five batches of a producer and partition, so no more requests may be under way to a node. */
const requestsANode = 5;

export interface SenderOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly transactionalId: string | null;
  readonly maxRequestSizeBytes: number;
  readonly deliveryTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly backoff: RetryBackoff;
  /** Makes partitions part of the transaction, where that takes a request of its own. */
  readonly addPartitions: (partitions: readonly TopicPartition[]) => Promise<void>;
  /** The identity to go on with after the broker lost the sequence (KIP-360). */
  readonly renew: (identity: ProducerIdentity) => Promise<ProducerIdentity>;
  /** A batch is not in the log and never will be. */
  readonly onRefused: (error: unknown) => void;
  /** Nothing can be sent any more. */
  readonly onFatal: (error: unknown) => void;
}

/**
 * Brings batches to the leaders of their partitions: up to five requests a node, each with a batch of many partitions.
 * The order and the sequence of a partition are kept by its lane, whatever has to be sent again.
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #lanes: PendingLanes;
  readonly #answers: ProduceAnswers;
  readonly #requests = new Map<number, number>();
  #identity: ProducerIdentity = { producerId: -1, producerEpoch: -1 };
  #addsPartitions = false;
  #isAdding = false;
  #isRenewing = false;
  #isWoken = false;
  #timer: Timer | null = null;
  #timerAtMs = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#lanes = new PendingLanes({ ...options, isTransactional: options.transactionalId !== null });
    this.#answers = new ProduceAnswers({ ...options, lanes: this.#lanes });
  }

  get identity(): ProducerIdentity {
    return this.#identity;
  }

  /**
   * Who sends from now on. Nothing may be pending. With another identity all sequences begin anew.
   *
   * @param addsPartitions whether partitions are added to a transaction by requests of their own
   */
  adopt(identity: ProducerIdentity, addsPartitions: boolean): void {
    const isSameProducer = identity.producerId === this.#identity.producerId;
    const isSame = isSameProducer && identity.producerEpoch === this.#identity.producerEpoch;
    this.#identity = identity;
    this.#addsPartitions = addsPartitions;
    this.#lanes.reset();
    if (!isSame) this.#lanes.restart(isSameProducer);
  }

  send(partition: TopicPartition, batch: RecordBatch): Promise<ProduceAck> {
    const { clock, maxRequestSizeBytes } = this.#options;
    const added = this.#lanes.add(partition, batch, clock.monotonic());
    if (batch.sizeInBytes > maxRequestSizeBytes) {
      const { key } = added.lane;
      const message = `A batch of ${batch.sizeInBytes} bytes for ${key} is larger than a request may be (${maxRequestSizeBytes} bytes): raise maxRequestSizeBytes, or send less at once`;
      this.#lanes.refuse(added, new StreamsError('RECORD_TOO_LARGE', message, { context: { ...partition } }));
    }
    this.#wake();
    return added.pending.acknowledged;
  }

  /** Resolves when the outcome of every batch is known to its caller. */
  settled(): Promise<void> {
    return this.#lanes.settled();
  }

  /** Ends what waits. What is in flight is waited for, and not sent again. Holds until the next identity. */
  giveUp(cause: unknown): void {
    this.#lanes.giveUp(cause);
  }

  /** Ends everything now, for ever. */
  fail(error: unknown): void {
    this.#lanes.fail(error);
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Sends soon: all that is produced in one turn goes together. */
  #wake(): void {
    if (this.#isWoken || this.#lanes.hasFailed) return;
    this.#isWoken = true;
    queueMicrotask(() => {
      this.#isWoken = false;
      this.#drain();
    });
  }

  #drain(): void {
    const nowMs = this.#options.clock.monotonic();
    this.#lanes.expire(nowMs);
    if (this.#answers.hasLostSequence) void this.#renew();
    for (let requests = this.#collect(nowMs); requests.size > 0; requests = this.#collect(nowMs)) {
      for (const [node, sent] of requests) void this.#request(node, sent);
    }
    this.#schedule(nowMs);
  }

  /** At most one request for each node, of what may be sent now. */
  #collect(nowMs: number): ReadonlyMap<number, readonly SentBatch[]> {
    const requests = new Map<number, { bytes: number; readonly sent: SentBatch[] }>();
    const toAdd: PartitionLane[] = [];
    for (const lane of this.#lanes.ready) {
      const next = lane.next(nowMs, this.#answers.hasLostSequence);
      const node = next === null ? null : this.#nodeFor(lane);
      if (next === null || node === null) continue;
      if (this.#addsPartitions && !lane.isInTransaction) {
        toAdd.push(lane);
        continue;
      }
      const request = requests.get(node) ?? { bytes: 0, sent: [] };
      if (request.bytes > 0 && request.bytes + next.batch.sizeInBytes > this.#options.maxRequestSizeBytes) continue;
      request.bytes += next.batch.sizeInBytes;
      request.sent.push(this.#lanes.take(lane, node, this.#identity));
      requests.set(node, request);
    }
    if (toAdd.length > 0 && !this.#isAdding) void this.#add(toAdd);
    return new Map(Array.from(requests, ([node, { sent }]) => [node, sent]));
  }

  /** The leader of a lane, when that may get a request now. */
  #nodeFor(lane: PartitionLane): number | null {
    const leader = this.#options.cluster.knownLeader(lane.partition);
    if (leader === null) {
      if (!lane.isLookingUp) void this.#lookUp(lane);
      return null;
    }
    // What the leader before has not answered could overtake, or be overtaken by, what the new one gets.
    if (lane.hasInFlight && lane.nodeId !== leader.nodeId) return null;
    return (this.#requests.get(leader.nodeId) ?? 0) < requestsANode ? leader.nodeId : null;
  }

  async #lookUp(lane: PartitionLane): Promise<void> {
    lane.isLookingUp = true;
    try {
      const leader = await this.#options.cluster.leader(lane.partition);
      const isKnown = leader !== null && this.#options.cluster.knownLeader(lane.partition) !== null;
      if (!isKnown) this.#answers.holdBack(lane, new Error(`${lane.key} has no leader`));
    } catch (error) {
      if (isTransient(error)) this.#answers.holdBack(lane, error);
      else this.#lanes.refuseWaiting(lane, error);
    }
    lane.isLookingUp = false;
    this.#wake();
  }

  async #add(lanes: readonly PartitionLane[]): Promise<void> {
    this.#isAdding = true;
    try {
      await this.#options.addPartitions(lanes.map(({ partition }) => partition));
      for (const lane of lanes) lane.isInTransaction = true;
    } catch (error) {
      for (const lane of lanes) this.#lanes.refuseWaiting(lane, error);
    }
    this.#isAdding = false;
    this.#wake();
  }

  async #request(node: number, sent: readonly SentBatch[]): Promise<void> {
    const { cluster, transactionalId, requestTimeoutMs } = this.#options;
    this.#requests.set(node, (this.#requests.get(node) ?? 0) + 1);
    const request = produceRequest(sent, { transactionalId, timeoutMs: requestTimeoutMs });
    // In a transaction, version 12 asks the broker to add the partitions by itself (KIP-890).
    const maxVersion = this.#addsPartitions ? 11 : 12;
    const options = { lane: 'produce', timeoutMs: requestTimeoutMs, maxVersion };
    try {
      const { response } = await cluster.call(node, produceApi, request, options);
      const answers = partitionAnswers(response);
      for (const part of sent) this.#answers.answered(part, answers.get(part.lane.key) ?? null);
    } catch (error) {
      for (const part of sent) this.#answers.unanswered(part, error);
    }
    this.#requests.set(node, (this.#requests.get(node) ?? 1) - 1);
    this.#wake();
  }

  /** Begins all sequences anew once nothing is under way that could still come into the log. */
  async #renew(): Promise<void> {
    if (this.#isRenewing || !this.#lanes.mayRestart()) return;
    const doubtful = this.#lanes.firstInDoubt();
    if (doubtful !== null) {
      this.fail(this.#answers.lostSequence(doubtful));
      return;
    }
    this.#isRenewing = true;
    try {
      const renewed = await this.#options.renew(this.#identity);
      this.#lanes.restart(renewed.producerId === this.#identity.producerId);
      this.#identity = renewed;
      this.#answers.sequenceRestarted();
    } catch (error) {
      this.fail(error);
    }
    this.#isRenewing = false;
    this.#wake();
  }

  /** Looks again when a lane need not wait any longer, or a batch has waited for too long. */
  #schedule(nowMs: number): void {
    let atMs = Number.POSITIVE_INFINITY;
    for (const lane of this.#lanes.ready) {
      if (lane.notBeforeMs > nowMs) atMs = Math.min(atMs, lane.notBeforeMs);
      // The first of a lane is the oldest.
      atMs = Math.min(atMs, lane.waiting[0]?.deadlineMs ?? atMs);
    }
    // One that fires too early does no harm.
    if (this.#timer !== null && this.#timerAtMs <= atMs && atMs !== Number.POSITIVE_INFINITY) return;
    this.#timer?.cancel();
    this.#timer = null;
    if (atMs === Number.POSITIVE_INFINITY) return;
    this.#timerAtMs = atMs;
    this.#timer = this.#options.clock.schedule(Math.max(0, atMs - nowMs), () => {
      this.#timer = null;
      this.#wake();
    });
  }
}
