import { textHash } from '../../shared/text-hash.ts';
import type { AnswerFault, FaultRates } from './fault-plan.ts';
import { planFaults } from './fault-plan.ts';

/** The systems outside of the orchestrator that are simulated. */
export type OutsideSystem = 'fraud' | 'revenue' | 'core';

/** Which answer is meant: attempt 0 is the one to the request, others are those to commands. */
export interface AnswerId {
  readonly system: OutsideSystem;
  readonly transactionId: string;
  readonly attempt: number;
}

/** How the outside behaves: how long it takes, and what goes wrong. All times are event time. */
export interface OutsideWorld {
  /** How long a system works on an answer. */
  processingMs(id: AnswerId): number;
  /** What becomes of an answer. */
  fateOf(id: AnswerId): AnswerFault;
  /** How much later than it should a late answer comes. */
  lateByMs(id: AnswerId): number;
  /** Whether a command never reaches core. */
  isLost(transactionId: string, attempt: number): boolean;
  /** Whether the external fraud system is down at that time. */
  isFraudDown(at: number): boolean;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

export interface OutsideWorldOptions {
  readonly seed: number;
  readonly faults: FaultRates;
  /** When the external fraud system is down, in event time; null: never. */
  readonly fraudDown: Span | null;
}

// As the seed has it.
const processing: Readonly<Record<OutsideSystem, Span>> = {
  fraud: { from: 50, to: 100 },
  revenue: { from: 30, to: 80 },
  core: { from: 100, to: 200 },
};

// Beyond every timeout of the pipeline, with what the system takes anyway.
const lateFromMs = 5_500;
const lateSpreadMs = 1_500;

const between = ({ from, to }: Span, hash: number): number => from + (hash % (to - from + 1));

/** An outside that is a function of its options: the same in every run. */
export const simulatedWorld = ({ seed, faults, fraudDown }: OutsideWorldOptions): OutsideWorld => ({
  processingMs: ({ system, transactionId, attempt }) =>
    between(processing[system], textHash(transactionId, seed + 101 + attempt)),
  fateOf: ({ system, transactionId, attempt }) => {
    const plan = planFaults(transactionId, seed, faults);
    if (attempt === 0) return plan[system];
    const fate = plan.commands[attempt - 1] ?? 'none';
    return fate === 'lost' || fate === 'silent' ? 'missing' : fate;
  },
  lateByMs: ({ transactionId }) => lateFromMs + (textHash(transactionId, seed + 102) % lateSpreadMs),
  isLost: (transactionId, attempt) => planFaults(transactionId, seed, faults).commands[attempt - 1] === 'lost',
  isFraudDown: (at) => fraudDown !== null && at >= fraudDown.from && at < fraudDown.to,
});
