import type { KeyObject } from 'node:crypto';
import { inMemoryState } from '@millrace/stream-core';
import type { StateOf } from '../../shared/state-engine.ts';
import type { FraudMode } from '../config.ts';
import type { FaultRates } from '../simulator/fault-plan.ts';
import { demoFaults } from '../simulator/fault-plan.ts';

/** What a run of the demo is made of. */
export interface DemoOptions {
  readonly payments: number;
  readonly seed: number;
  /** Instances of the orchestrator; with more than one, one is stopped without warning on the way. */
  readonly instances: number;
  readonly fraud: FraudMode;
  /** Whether the external fraud system is down for a part of the run. */
  readonly isFraudDown: boolean;
  readonly hmacKey: KeyObject;
  /** Where each instance keeps its state. */
  readonly stateOf: StateOf;
  readonly accounts: number;
  /** Payments in a second of event time. */
  readonly ratePerSecond: number;
  readonly faults: FaultRates;
  /** One bad record of each kind in so many payments; 0: none. */
  readonly badRecordsEvery: number;
  /** How many times fewer partitions than in production. */
  readonly partitionsDivisor: number;
  /** Event time of the first payment. */
  readonly startAt: number;
  readonly commitIntervalMs: number;
  /** After so long the broker takes a silent instance for dead, and aborts a silent transaction. */
  readonly sessionTimeoutMs: number;
}

// The day of the seed, a little before midnight in Nairobi: a run sees the limits of two days.
const seedEvening = Date.UTC(2024, 8, 2, 20, 59, 10);

// Less than the idle timeout of the pipeline: when others take over from an instance that was cut off, its silence must
// not have counted as time, or payments that wait for it would time out.
const sessionTimeoutMs = 3_000;

const ratePerSecond = 2_000;
const accountsMin = 100;
const paymentsPerAccount = 4;

/** The load may run 3 s of event time ahead of the answers: where few payments fill them, answers have to come sooner. */
const commitIntervalMs = (payments: number): number => {
  if (payments >= 1_000) return 100;
  return payments >= 100 ? 20 : 5;
};

/** The options with what follows from the ones that are given. */
export const demoOptions = (given: Pick<DemoOptions, 'hmacKey'> & Partial<DemoOptions>): DemoOptions => {
  const { payments = 200_000 } = given;
  return {
    payments,
    seed: 1,
    instances: 1,
    fraud: given.isFraudDown === true ? 'external' : 'builtin',
    isFraudDown: false,
    accounts: Math.max(accountsMin, Math.floor(payments / paymentsPerAccount)),
    ratePerSecond,
    stateOf: () => inMemoryState(),
    faults: demoFaults,
    badRecordsEvery: Math.max(1, Math.floor(payments / 5)),
    partitionsDivisor: 10,
    startAt: seedEvening,
    commitIntervalMs: commitIntervalMs(given.ratePerSecond ?? ratePerSecond),
    sessionTimeoutMs,
    ...given,
  };
};

/** When the external fraud system is down, in event time: in the middle of the run. Null: never. */
export const fraudDownSpan = (options: DemoOptions): { readonly from: number; readonly to: number } | null => {
  const { isFraudDown, payments, ratePerSecond, startAt } = options;
  if (!isFraudDown) return null;
  const lengthMs = (payments * 1_000) / ratePerSecond;
  return { from: startAt + lengthMs * 0.2, to: startAt + lengthMs * 0.5 };
};
