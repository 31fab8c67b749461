import type { Timer } from '../../../common/clock.ts';
import type { TransitionTable } from '../../../common/state-machine.ts';
import { StateMachine } from '../../../common/state-machine.ts';
import type { PartitionLog } from '../log/partition-log.ts';

/**
 * Empty ──first partition──▶ Ongoing ──end──▶ PrepareCommit | PrepareAbort ──all markers──▶ CompleteCommit | CompleteAbort
 * and from there to Ongoing again.
 */
export type TransactionState =
  | 'Empty'
  | 'Ongoing'
  | 'PrepareCommit'
  | 'PrepareAbort'
  | 'CompleteCommit'
  | 'CompleteAbort';

const transitions: TransitionTable<TransactionState> = {
  Empty: ['Ongoing', 'PrepareAbort'],
  Ongoing: ['PrepareCommit', 'PrepareAbort'],
  PrepareCommit: ['CompleteCommit'],
  PrepareAbort: ['CompleteAbort'],
  CompleteCommit: ['Ongoing', 'Empty', 'PrepareAbort'],
  CompleteAbort: ['Ongoing', 'Empty', 'PrepareAbort'],
};

export interface ProducerIdAndEpoch {
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** The last end that the producer itself asked for, so that a repeated request is known. */
export interface EndedTransaction extends ProducerIdAndEpoch {
  readonly committed: boolean;
}

/** What the coordinator knows of one transactional id. */
export class Transaction {
  readonly transactionalId: string;
  readonly partitions: Set<PartitionLog> = new Set();
  readonly groups: Set<string> = new Set();
  producerId: number;
  producerEpoch: number;
  timeoutMs: number;
  /** Aborts the open transaction. */
  timer: Timer | null = null;
  lastEnded: EndedTransaction | null = null;
  /** Who the producer was before it asked for a new epoch, so that a repeated request is known (KIP-360). */
  raisedFrom: ProducerIdAndEpoch | null = null;
  /** Markers that are still to be written. */
  openMarkers = 0;
  readonly #state = new StateMachine<TransactionState>('Empty', transitions);

  constructor(transactionalId: string, producerId: number, timeoutMs: number) {
    this.transactionalId = transactionalId;
    this.producerId = producerId;
    this.producerEpoch = 0;
    this.timeoutMs = timeoutMs;
  }

  get state(): TransactionState {
    return this.#state.state;
  }

  become(state: TransactionState): void {
    this.#state.become(state);
  }

  get isOngoing(): boolean {
    return this.state === 'Ongoing';
  }

  /** True while the markers of an ended transaction are on their way. */
  get isEnding(): boolean {
    return this.state === 'PrepareCommit' || this.state === 'PrepareAbort';
  }

  /** Who the producer is now. */
  get identity(): ProducerIdAndEpoch {
    return { producerId: this.producerId, producerEpoch: this.producerEpoch };
  }
}
