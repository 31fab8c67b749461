import type { Chance } from '../../../common/chance.ts';
import type { Clock } from '../../../common/clock.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { Cluster } from '../cluster.ts';
import { isKafkaError } from '../protocol/error-codes.ts';
import type { RetryBackoff } from '../retry-backoff.ts';
import { backoffMs } from '../retry-backoff.ts';
import { KafkaRefusal } from './kafka-refusal.ts';
import type { PartitionLane } from './partition-lane.ts';
import type { PendingLanes } from './pending-lanes.ts';
import type { PartitionAnswer, SentBatch } from './produce-request.ts';
import { answerDetail } from './produce-request.ts';
import { produceVerdict } from './produce-verdict.ts';
import { isTransient } from './unanswered.ts';

export interface ProduceAnswersOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly transactionalId: string | null;
  readonly backoff: RetryBackoff;
  readonly lanes: PendingLanes;
}

/** Draws the conclusions from the answers to produce requests. */
export class ProduceAnswers {
  readonly #options: ProduceAnswersOptions;
  #hasLostSequence = false;

  constructor(options: ProduceAnswersOptions) {
    this.#options = options;
  }

  /** All sequences have to begin anew: until then only what was sent before may be sent again. */
  get hasLostSequence(): boolean {
    return this.#hasLostSequence;
  }

  sequenceRestarted(): void {
    this.#hasLostSequence = false;
  }

  /** @param answer null when the response has nothing about the partition */
  answered(sent: SentBatch, answer: PartitionAnswer | null): void {
    if (sent.pending.isSettled) return;
    if (answer === null) {
      const message = `An answer to Produce has nothing about ${sent.lane.key}; it is sent again`;
      this.#doubt(sent, new StreamsError('CORRUPT_MESSAGE', message, { context: { ...sent.lane.partition } }));
      return;
    }
    const verdict = produceVerdict(answer.errorCode);
    if (verdict === 'appended') {
      this.#appended(sent, answer.baseOffset);
      return;
    }
    const refusal = refusalOf(sent, answer);
    if (verdict === 'inDoubt') this.#doubt(sent, refusal);
    else if (verdict === 'moved') this.#moved(sent, answer, refusal);
    else if (verdict === 'retry') this.#again(sent, refusal);
    else if (verdict === 'outOfOrder') this.#outOfOrder(sent, refusal);
    else if (verdict === 'refused') this.#options.lanes.refuse(sent, refusal);
    else this.#options.lanes.fail(refusal);
    this.#noteBroken(sent.lane);
  }

  /** The request brought no answer. */
  unanswered(sent: SentBatch, error: unknown): void {
    if (sent.pending.isSettled) return;
    if (!isTransient(error)) {
      this.#options.lanes.fail(error);
      return;
    }
    this.#options.cluster.forgetLeader(sent.lane.partition);
    this.#doubt(sent, error);
    this.#noteBroken(sent.lane);
  }

  /** Makes a lane wait before it is tried again, each time longer. */
  holdBack(lane: PartitionLane, error: unknown): void {
    const { clock, chance, backoff } = this.#options;
    lane.failures++;
    lane.lastError = error;
    lane.notBeforeMs = clock.monotonic() + backoffMs(backoff, lane.failures, chance);
  }

  /** The error when a batch may be in the log of a partition whose sequence is lost. */
  lostSequence({ lane, pending }: SentBatch): StreamsError {
    const message = `The broker lost the sequence of this producer in ${lane.key} while a batch was not answered: nobody can tell whether it is in the log. Make a new producer and begin at the committed offsets`;
    const context = { ...lane.partition };
    return new StreamsError('OUT_OF_ORDER_SEQUENCE', message, { context, cause: pending.lastError });
  }

  #appended(sent: SentBatch, baseOffset: number): void {
    sent.lane.failures = 0;
    const ack = { baseOffset: baseOffset < 0 ? null : baseOffset };
    this.#options.lanes.acknowledge(sent, ack, this.#options.clock.monotonic());
    this.#noteBroken(sent.lane);
  }

  #again(sent: SentBatch, error: unknown): void {
    sent.pending.lastError = error;
    this.#options.lanes.takeBack(sent);
    this.holdBack(sent.lane, error);
  }

  #doubt(sent: SentBatch, error: unknown): void {
    sent.pending.isInDoubt = true;
    this.#again(sent, error);
  }

  #moved(sent: SentBatch, { currentLeader, errorCode }: PartitionAnswer, error: unknown): void {
    const { cluster, lanes } = this.#options;
    const { lane } = sent;
    const refusedBy = lane.nodeId;
    if (currentLeader.leaderId >= 0) {
      cluster.learnLeader(lane.partition, { nodeId: currentLeader.leaderId, leaderEpoch: currentLeader.leaderEpoch });
    }
    const known = cluster.knownLeader(lane.partition);
    if (isKafkaError(errorCode, 'NOT_LEADER_OR_FOLLOWER') && known !== null && known.nodeId !== refusedBy) {
      // The answer, or somebody else's, named the new leader (KIP-951): there is nothing to wait for.
      sent.pending.lastError = error;
      lanes.takeBack(sent);
      return;
    }
    cluster.forgetLeader(lane.partition);
    this.#again(sent, error);
  }

  #outOfOrder(sent: SentBatch, refusal: StreamsError): void {
    const { lanes, transactionalId } = this.#options;
    const { lane, pending } = sent;
    if (lane.isBehind(pending)) {
      // One before it is on its way back and goes first.
      lanes.takeBack(sent);
    } else if (transactionalId !== null) {
      lanes.refuse(sent, refusal);
    } else if (pending.isInDoubt) {
      pending.lastError = refusal;
      lanes.fail(this.lostSequence(sent));
    } else {
      lane.isBroken = true;
      this.#again(sent, refusal);
    }
  }

  #noteBroken(lane: PartitionLane): void {
    if (lane.isBroken) this.#hasLostSequence = true;
  }
}

const refusalOf = ({ lane }: SentBatch, answer: PartitionAnswer): KafkaRefusal =>
  new KafkaRefusal(answer.errorCode, `Produce to ${lane.key}`, {
    brokerMessage: answerDetail(answer),
    context: { ...lane.partition },
  });
