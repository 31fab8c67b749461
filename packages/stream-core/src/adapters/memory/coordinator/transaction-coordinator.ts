import type { TopicPartition } from '../../../common/topic-partition.ts';
import { BrokerError } from '../broker-error.ts';
import type { DeadlineQueue } from '../deadline-queue.ts';
import type { Faults } from '../faults.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { OffsetCoordinator } from './offset-coordinator.ts';
import type { ProducerIdAndEpoch } from './transaction.ts';
import { Transaction } from './transaction.ts';

/** The last epoch that a producer gets; the one above is left for fencing it. */
const lastEpoch = 0x7fff - 1;

export interface TransactionCoordinatorOptions {
  readonly timers: DeadlineQueue;
  readonly offsets: OffsetCoordinator;
  readonly faults: Faults;
  /** `transaction.max.timeout.ms`. */
  readonly maxTimeoutMs: number;
}

/** A request in the name of a transactional id. */
export interface TransactionalRequest extends ProducerIdAndEpoch {
  readonly transactionalId: string;
}

export interface AddToTransaction extends TransactionalRequest {
  /**
   * Transactions v2 (KIP-890): the first write adds the partition. Without it the partition must have been added by a
   * request of its own.
   */
  readonly implicit: boolean;
}

/**
 * Kafka's transaction coordinator. Every end of a transaction raises the producer's epoch (KIP-890), and the markers
 * carry the new one: a request of the ended transaction that arrives late is refused wherever it arrives.
 */
export class TransactionCoordinator {
  readonly #options: TransactionCoordinatorOptions;
  readonly #transactions = new Map<string, Transaction>();
  #lastProducerId = 0;

  constructor(options: TransactionCoordinatorOptions) {
    this.#options = options;
  }

  /**
   * Gives a producer its id and epoch. The predecessor of a transactional one is fenced and its open transaction
   * aborted. `current` is what the producer believes to be, when it only wants a new epoch (KIP-360).
   *
   * @throws BrokerError CONCURRENT_TRANSACTIONS, PRODUCER_FENCED, INVALID_TRANSACTION_TIMEOUT
   */
  initProducerId(
    transactionalId: string | null,
    timeoutMs: number,
    current: ProducerIdAndEpoch | null = null,
  ): ProducerIdAndEpoch {
    if (transactionalId === null) return { producerId: ++this.#lastProducerId, producerEpoch: 0 };
    if (timeoutMs < 1 || timeoutMs > this.#options.maxTimeoutMs) {
      throw new BrokerError(
        'INVALID_TRANSACTION_TIMEOUT',
        `a transaction timeout of ${timeoutMs} ms is not between 1 and ${this.#options.maxTimeoutMs}`,
      );
    }
    const known = this.#transactions.get(transactionalId);
    if (known === undefined) {
      const transaction = new Transaction(transactionalId, ++this.#lastProducerId, timeoutMs);
      this.#transactions.set(transactionalId, transaction);
      return transaction.identity;
    }
    if (current !== null && !isSame(known, current)) {
      // The answer to the first request of this kind got lost.
      if (known.raisedFrom !== null && isSame(known.raisedFrom, current)) return known.identity;
      throw fenced(known, current);
    }
    if (known.isOngoing) this.#abortAndFence(known);
    if (known.isEnding) throw concurrent(known);
    known.timeoutMs = timeoutMs;
    known.lastEnded = null;
    known.raisedFrom = current;
    this.#raiseEpoch(known);
    known.become('Empty');
    return known.identity;
  }

  /** @throws BrokerError INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED, CONCURRENT_TRANSACTIONS, INVALID_TXN_STATE */
  addPartition(request: AddToTransaction, log: PartitionLog): void {
    const transaction = this.#checked(request);
    if (transaction.isOngoing && transaction.partitions.has(log)) return;
    checkImplicit(request, log.topicPartition);
    this.#begin(transaction);
    transaction.partitions.add(log);
  }

  /** @throws BrokerError as `addPartition` */
  addGroup(request: AddToTransaction, groupId: string): void {
    const transaction = this.#checked(request);
    if (transaction.isOngoing && transaction.groups.has(groupId)) return;
    checkImplicit(request, groupId);
    this.#begin(transaction);
    transaction.groups.add(groupId);
  }

  /**
   * Commits or aborts, and gives the producer the identity for its next transaction. The same request again is answered
   * the same way.
   *
   * @throws BrokerError INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED, CONCURRENT_TRANSACTIONS, INVALID_TXN_STATE
   */
  endTransaction(request: TransactionalRequest, committed: boolean): ProducerIdAndEpoch {
    const known = this.#transactions.get(request.transactionalId);
    const ended = known?.lastEnded ?? null;
    if (known !== undefined && ended !== null && isSame(ended, request) && !known.isOngoing) {
      if (ended.committed === committed) return known.identity;
      throw invalidState(known, committed ? 'committed after it was aborted' : 'aborted after it was committed');
    }
    const transaction = this.#checked(request);
    if (!transaction.isOngoing && committed) throw invalidState(transaction, 'committed, because it has not begun');
    const { producerId, producerEpoch } = transaction;
    this.#raiseEpoch(transaction);
    transaction.lastEnded = { producerId, producerEpoch, committed };
    // The markers carry the epoch above that of the transaction, also where the producer goes on with another id.
    this.#end(transaction, { producerId, producerEpoch: producerEpoch + 1 }, committed);
    return transaction.identity;
  }

  /**
   * As `endTransaction`, in version 1 of transactions: the epoch stays, and so do the sequences of the producer.
   *
   * @throws BrokerError as `endTransaction`
   */
  endKeepingEpoch(request: TransactionalRequest, committed: boolean): void {
    const transaction = this.#checked(request);
    const { lastEnded } = transaction;
    if (!transaction.isOngoing) {
      if (lastEnded !== null && isSame(lastEnded, request) && lastEnded.committed === committed) return;
      throw invalidState(transaction, committed ? 'committed now' : 'aborted now');
    }
    transaction.lastEnded = { ...transaction.identity, committed };
    this.#end(transaction, transaction.identity, committed);
  }

  /** Forgets a transactional id, as a broker does after `transactional.id.expiration.ms`. */
  expire(transactionalId: string): void {
    const transaction = this.#transactions.get(transactionalId);
    if (transaction?.isOngoing === true) this.#abortAndFence(transaction);
    this.#transactions.delete(transactionalId);
  }

  /** The transaction of an id, for tools and tests; null when the id is unknown. */
  describe(transactionalId: string): Readonly<Transaction> | null {
    return this.#transactions.get(transactionalId) ?? null;
  }

  #checked(request: TransactionalRequest): Transaction {
    const transaction = this.#transactions.get(request.transactionalId);
    if (transaction === undefined || transaction.producerId !== request.producerId) {
      throw new BrokerError(
        'INVALID_PRODUCER_ID_MAPPING',
        `transactional id ${request.transactionalId} does not belong to producer ${request.producerId}`,
      );
    }
    if (transaction.producerEpoch !== request.producerEpoch) throw fenced(transaction, request);
    if (transaction.isEnding) throw concurrent(transaction);
    return transaction;
  }

  #begin(transaction: Transaction): void {
    if (transaction.isOngoing) return;
    transaction.become('Ongoing');
    transaction.lastEnded = null;
    transaction.raisedFrom = null;
    transaction.timer = this.#options.timers.schedule(transaction.timeoutMs, () => this.#abortAndFence(transaction));
  }

  /** Ends the transaction of a producer that was not asked, and refuses all that it still sends. */
  #abortAndFence(transaction: Transaction): void {
    transaction.producerEpoch++;
    this.#end(transaction, transaction.identity, false);
  }

  #raiseEpoch(transaction: Transaction): void {
    if (transaction.producerEpoch < lastEpoch) {
      transaction.producerEpoch++;
      return;
    }
    transaction.producerId = ++this.#lastProducerId;
    transaction.producerEpoch = 0;
  }

  #end(transaction: Transaction, marker: ProducerIdAndEpoch, committed: boolean): void {
    transaction.timer?.cancel();
    transaction.timer = null;
    transaction.become(committed ? 'PrepareCommit' : 'PrepareAbort');
    const writes = [
      ...Array.from(transaction.partitions, (log) => () => writeMarker(log, marker, committed)),
      ...Array.from(transaction.groups, (groupId) => () => {
        this.#options.offsets.complete(groupId, marker.producerId, committed);
      }),
    ];
    transaction.partitions.clear();
    transaction.groups.clear();
    transaction.openMarkers = writes.length;
    if (writes.length === 0) complete(transaction, committed);
    for (const write of writes) {
      this.#later(transaction.transactionalId, () => {
        write();
        transaction.openMarkers--;
        if (transaction.openMarkers === 0) complete(transaction, committed);
      });
    }
  }

  /** Markers are written at once, unless the faults hold them back as a busy broker would. */
  #later(transactionalId: string, write: () => void): void {
    const delayMs = this.#options.faults.markerDelayMs?.(transactionalId) ?? 0;
    if (delayMs > 0) this.#options.timers.schedule(delayMs, write);
    else write();
  }
}

const writeMarker = (log: PartitionLog, marker: ProducerIdAndEpoch, committed: boolean): void => {
  if (!log.isDeleted) log.appendMarker(marker.producerId, marker.producerEpoch, committed);
};

const complete = (transaction: Transaction, committed: boolean): void =>
  transaction.become(committed ? 'CompleteCommit' : 'CompleteAbort');

const isSame = (left: ProducerIdAndEpoch, right: ProducerIdAndEpoch): boolean =>
  left.producerId === right.producerId && left.producerEpoch === right.producerEpoch;

const fenced = (transaction: Transaction, request: ProducerIdAndEpoch): BrokerError =>
  new BrokerError(
    'PRODUCER_FENCED',
    `transactional id ${transaction.transactionalId} is at epoch ${transaction.producerEpoch}, not ${request.producerEpoch}: ` +
      'a newer producer took over, or the transaction timed out',
  );

const concurrent = (transaction: Transaction): BrokerError =>
  new BrokerError(
    'CONCURRENT_TRANSACTIONS',
    `the previous transaction of ${transaction.transactionalId} is still being ended`,
  );

const invalidState = (transaction: Transaction, what: string): BrokerError =>
  new BrokerError('INVALID_TXN_STATE', `the transaction of ${transaction.transactionalId} cannot be ${what}`);

const checkImplicit = (request: AddToTransaction, to: TopicPartition | string): void => {
  if (request.implicit) return;
  const name = typeof to === 'string' ? `group ${to}` : `${to.topic}-${to.partition}`;
  throw new BrokerError('INVALID_TXN_STATE', `${name} was not added to the transaction of ${request.transactionalId}`);
};
