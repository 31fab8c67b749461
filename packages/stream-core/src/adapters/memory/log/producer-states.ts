import type { RecordBatch } from '../../../broker/record-batch.ts';
import { advanceSequence } from '../../../broker/sequence.ts';
import { BrokerError } from '../broker-error.ts';

/** Kafka remembers this many batches a producer, which is why a producer may have five requests under way. */
const rememberedBatches = 5;

/** A batch as it was appended, kept to answer a retry of it. */
export interface AppendedBatch {
  readonly baseSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly timestamp: number;
}

interface ProducerState {
  epoch: number;
  /** The latest batches of this epoch, oldest first; empty after a marker began a new epoch. */
  batches: AppendedBatch[];
  lastAppendAt: number;
}

/** What a partition knows of its producers: epochs, sequences and open transactions (Kafka's ProducerStateManager). */
export class ProducerStates {
  readonly #states = new Map<number, ProducerState>();
  /** First offset of each open transaction. Offsets only grow, so insertion order is offset order. */
  readonly #openTransactions = new Map<number, number>();

  /** The first offset of the oldest open transaction; null when none is open. */
  get firstUnstableOffset(): number | null {
    for (const offset of this.#openTransactions.values()) return offset;
    return null;
  }

  /**
   * Decides whether a batch may be appended. Gives the earlier batch when this one is a retry of it.
   *
   * @throws BrokerError INVALID_PRODUCER_EPOCH, OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_TXN_STATE
   */
  check(batch: RecordBatch): AppendedBatch | null {
    const { producerId, producerEpoch, baseSequence } = batch;
    if (producerId < 0) return null;
    const state = this.#states.get(producerId);
    if (state !== undefined) {
      if (producerEpoch < state.epoch) throw staleEpoch(producerId, producerEpoch, state.epoch);
      const duplicate = findDuplicate(state, batch);
      if (duplicate !== null) return duplicate;
      checkSequence(state, producerId, producerEpoch, baseSequence);
    }
    if (!batch.isTransactional && this.#openTransactions.has(producerId)) {
      throw new BrokerError(
        'INVALID_TXN_STATE',
        `producer ${producerId} has an open transaction here and sent a batch outside of it`,
      );
    }
    return null;
  }

  /** Remembers a batch that has its place in the log. */
  appended(batch: RecordBatch, now: number): void {
    const { producerId, producerEpoch, baseSequence, baseOffset, lastOffset } = batch;
    if (producerId < 0) return;
    const state = this.#stateOf(producerId, producerEpoch);
    state.lastAppendAt = now;
    state.batches.push({
      baseSequence,
      lastSequence: advanceSequence(baseSequence, batch.recordCount - 1),
      baseOffset,
      lastOffset,
      timestamp: batch.maxTimestamp,
    });
    if (state.batches.length > rememberedBatches) state.batches.shift();
    if (batch.isTransactional && !this.#openTransactions.has(producerId)) {
      this.#openTransactions.set(producerId, baseOffset);
    }
  }

  /** @throws BrokerError INVALID_PRODUCER_EPOCH when the marker comes from a coordinator that was overtaken. */
  checkMarker(producerId: number, producerEpoch: number): void {
    const state = this.#states.get(producerId);
    if (state !== undefined && producerEpoch < state.epoch) throw staleEpoch(producerId, producerEpoch, state.epoch);
  }

  /** Ends the open transaction of a producer and gives its first offset; null when it had none here. */
  ended(producerId: number, producerEpoch: number, now: number): number | null {
    this.#stateOf(producerId, producerEpoch).lastAppendAt = now;
    const firstOffset = this.#openTransactions.get(producerId) ?? null;
    this.#openTransactions.delete(producerId);
    return firstOffset;
  }

  /** Forgets producers that wrote nothing since `before` (`producer.id.expiration.ms`) and have nothing open. */
  expire(before: number): void {
    for (const [producerId, state] of this.#states) {
      if (state.lastAppendAt < before && !this.#openTransactions.has(producerId)) this.#states.delete(producerId);
    }
  }

  #stateOf(producerId: number, producerEpoch: number): ProducerState {
    let state = this.#states.get(producerId);
    if (state === undefined) {
      state = { epoch: producerEpoch, batches: [], lastAppendAt: 0 };
      this.#states.set(producerId, state);
    } else if (producerEpoch > state.epoch) {
      state.epoch = producerEpoch;
      state.batches = [];
    }
    return state;
  }
}

const staleEpoch = (producerId: number, epoch: number, current: number): BrokerError =>
  new BrokerError(
    'INVALID_PRODUCER_EPOCH',
    `producer ${producerId} has epoch ${epoch}, but ${current} is known already: its transaction was ended or it was replaced`,
  );

const findDuplicate = (state: ProducerState, batch: RecordBatch): AppendedBatch | null => {
  if (batch.producerEpoch !== state.epoch) return null;
  const { baseSequence } = batch;
  const lastSequence = advanceSequence(baseSequence, batch.recordCount - 1);
  const same = (earlier: AppendedBatch): boolean =>
    earlier.baseSequence === baseSequence && earlier.lastSequence === lastSequence;
  return state.batches.find(same) ?? null;
};

const checkSequence = (state: ProducerState, producerId: number, epoch: number, baseSequence: number): void => {
  const last = epoch === state.epoch ? state.batches.at(-1) : undefined;
  const expected = last === undefined ? 0 : advanceSequence(last.lastSequence, 1);
  if (baseSequence !== expected) {
    throw new BrokerError(
      'OUT_OF_ORDER_SEQUENCE_NUMBER',
      `producer ${producerId} (epoch ${epoch}) sent sequence ${baseSequence}, but ${expected} is next`,
    );
  }
};
