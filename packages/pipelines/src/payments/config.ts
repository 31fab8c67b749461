import type { KeyObject } from 'node:crypto';
import type { Timing } from './correlation/payment-event.ts';

/** Which system says whether a payment is fraud. */
export type FraudMode = 'builtin' | 'external';

/** Everything about the pipeline that can be set. */
export interface PaymentsConfig extends Timing {
  readonly fraud: FraudMode;
  /** After so long without a record the wall clock moves the event time of a source on. */
  readonly idleTimeoutMs: number;
  /** How long a task waits for inputs that have nothing to read, so that answers are not overtaken by requests. */
  readonly maxTaskIdleMs: number;
  /** How many times fewer partitions than in production there are. */
  readonly partitionsDivisor: number;
  /** Of the time in an SMS; the seed prints 14:30Z as 2:30 PM. */
  readonly smsUtcOffsetMinutes: number;
  /** Signs the tokens that stand for MSISDNs in the audit trail. */
  readonly hmacKey: KeyObject;
}

const secondMs = 1_000;
const hourMs = 3_600_000;

/** The configuration of the seed; only the key has no default. */
export const paymentsConfig = (
  settings: Pick<PaymentsConfig, 'hmacKey'> & Partial<PaymentsConfig>,
): PaymentsConfig => ({
  fraud: 'builtin',
  answerTimeoutMs: 5 * secondMs,
  commandTimeoutMs: 5 * secondMs,
  commandAttemptsMax: 3,
  identityMs: 24 * hourMs,
  idleTimeoutMs: 5 * secondMs,
  maxTaskIdleMs: 100,
  partitionsDivisor: 1,
  smsUtcOffsetMinutes: 0,
  ...settings,
});
