import type { CoreOutcome, FinalStatus } from '../generated/avro-enums.ts';
import type { CoreProcessing, PaymentState } from '../generated/avro-types.ts';
import type { AuditType, DeadLetterReason, Effect, Step, Timing } from './payment-event.ts';

/** A payment of which nothing is known yet. */
export const newPayment = (transactionId: string, openedAt: number): PaymentState => ({
  transactionId,
  phase: 'WAITING',
  openedAt,
  requestedAt: null,
  request: null,
  fraud: null,
  revenue: null,
  core: null,
  deadlineAt: null,
  attempt: 0,
  finalStatus: null,
  isReservationKnown: false,
  coreOutcome: null,
});

/** The time from which the identity of a payment counts: that of its request, if it has one. */
export const identifiedAt = (payment: PaymentState): number => payment.requestedAt ?? payment.openedAt;

/** Whether an event at that time means another payment of the same transactionId. */
export const isForgotten = (payment: PaymentState, at: number, timing: Timing): boolean =>
  payment.phase === 'CLOSED' && at >= identifiedAt(payment) + timing.identityMs;

/** Whether time has come to the deadline of the payment. */
export const isOverdue = ({ deadlineAt }: PaymentState, at: number): boolean => deadlineAt !== null && at >= deadlineAt;

/** The latest event time of what has arrived: when a decision was possible, in whatever order it arrived. */
export const latestArrival = (payment: PaymentState): number =>
  Math.max(identifiedAt(payment), payment.fraud?.at ?? 0, payment.revenue?.at ?? 0, payment.core?.at ?? 0);

/** Nothing comes of it. */
export const unchanged = (payment: PaymentState): Step => ({ payment, effects: [] });

/** A step, and then another one from where it led. */
export const andThen = (first: Step, next: (payment: PaymentState) => Step): Step => {
  const second = next(first.payment);
  return { payment: second.payment, effects: [...first.effects, ...second.effects] };
};

/** The payment when nothing more is to be done. What had arrived goes; who it was stays until its id is forgotten. */
export const closed = (payment: PaymentState, coreOutcome: CoreOutcome | null): PaymentState => ({
  ...payment,
  phase: 'CLOSED',
  deadlineAt: null,
  fraud: null,
  revenue: null,
  core: null,
  coreOutcome,
});

/** Sends core the next command, and waits for the reply. The first command of EXECUTING is EXECUTE; all others RELEASE. */
export const commanded = (
  payment: PaymentState,
  next: { readonly phase: 'EXECUTING' | 'RELEASING'; readonly at: number },
  timing: Timing,
): Step => {
  const { phase, at } = next;
  const attempt = payment.attempt + 1;
  const command = phase === 'EXECUTING' && attempt === 1 ? 'EXECUTE' : 'RELEASE';
  return {
    payment: { ...payment, phase, attempt, deadlineAt: at + timing.commandTimeoutMs },
    effects: [{ kind: 'command', command, attempt, at, payment }],
  };
};

/** The one confirmation of a payment. */
export const confirmed = (
  payment: PaymentState,
  outcome: {
    readonly finalStatus: FinalStatus;
    readonly reasons: readonly string[];
    readonly at: number;
    readonly executed?: CoreProcessing;
  },
): Step => {
  const { finalStatus, executed = null, reasons, at } = outcome;
  return {
    payment: { ...payment, finalStatus },
    effects: [{ kind: 'confirm', finalStatus, reasons, at, executed, payment }],
  };
};

/** What happened, with the time and the reply of core that told of it. */
export interface Told {
  readonly payment: PaymentState;
  readonly at: number;
  readonly reply: CoreProcessing;
}

/** A line of the audit trail. */
export const audited = (type: AuditType, { payment, at, reply }: Told): Effect => ({
  kind: 'audit',
  type,
  at,
  reply,
  payment,
});

/** What people have to look at, perhaps because of a reply of core that nobody expected. */
export const deadLettered = (
  reason: DeadLetterReason,
  about: Pick<Told, 'payment' | 'at'>,
  reply: CoreProcessing | null = null,
): Effect => ({ kind: 'deadLetter', reason, at: about.at, reply, payment: about.payment });

/** Whether core answers a command, not the request. */
export const isReplyToCommand = (reply: CoreProcessing): boolean => reply.attempt > 0;
