import type { CoreProcessing, PaymentState } from '../generated/avro-types.ts';
import type { Told } from './payment.ts';
import {
  andThen,
  audited,
  closed,
  commanded,
  confirmed,
  deadLettered,
  isReplyToCommand,
  unchanged,
} from './payment.ts';
import type { Effect, Step, Timing } from './payment-event.ts';

const isExecuted = ({ coreStatus }: CoreProcessing): boolean =>
  coreStatus === 'COMPLETED' || coreStatus === 'ALREADY_EXECUTED';

const movements = (told: Told): Effect[] => [audited('BALANCE_DEBITED', told), audited('BALANCE_CREDITED', told)];

/** A RELEASED that released something; core also says so when there was nothing. */
const releases = (told: Told): Effect[] =>
  told.reply.reservationId === null ? [] : [audited('RESERVATION_RELEASED', told)];

/** Core says that it did what nobody told it to: that is for people. */
export const unexpected = (told: Told): Step => ({
  payment: told.payment,
  effects: [deadLettered('UNEXPECTED_REPLY', told, told.reply)],
});

/**
 * Core answers for another payer, who has used the transactionId of this payment. That is no answer to it; what was
 * reserved there is released, and people are told. The command is none of this payment's: nobody waits for its reply.
 */
export const ofAnotherPayer = (told: Told): Step => {
  const { payment, reply, at } = told;
  if (reply.coreStatus !== 'RESERVED') return isExecuted(reply) ? unexpected(told) : unchanged(payment);
  const other: PaymentState = { ...payment, request: null, core: { at, answer: reply } };
  return {
    payment,
    effects: [
      deadLettered('TRANSACTION_ID_REUSED', told, reply),
      { kind: 'command', command: 'RELEASE', attempt: 1, at, payment: other },
    ],
  };
};

const and = (step: Step, payment: PaymentState, effects: readonly Effect[]): Step => ({
  payment,
  effects: [...step.effects, ...effects],
});

/** EXECUTE was sent, perhaps RELEASE after it: whatever core says it did is how the payment ends. */
export const executing = (told: Told): Step => {
  const { payment, reply, at } = told;
  if (!isReplyToCommand(reply)) return unchanged(payment);
  if (isExecuted(reply)) {
    const completedAt = reply.completionTime ?? at;
    const step = confirmed(payment, { finalStatus: 'COMPLETED', reasons: [], at: completedAt, executed: reply });
    return and(step, closed(step.payment, 'EXECUTED'), movements(told));
  }
  const isReleased = reply.coreStatus === 'RELEASED';
  const reasons = [isReleased ? 'EXECUTION_UNANSWERED' : `CORE_${reply.reason ?? 'FAILED'}`];
  const step = confirmed(payment, { finalStatus: 'FAILED', reasons, at });
  return and(step, closed(step.payment, isReleased ? 'RELEASED' : 'REFUSED'), isReleased ? releases(told) : []);
};

/** The payment is REJECTED, and core answers the request only now. */
export const awaitingCore = (told: Told, timing: Timing): Step => {
  const { payment, reply, at } = told;
  if (isReplyToCommand(reply)) return unexpected(told);
  if (reply.coreStatus !== 'RESERVED') return unchanged(closed(payment, 'REFUSED'));
  const late: Step = { payment, effects: [audited('RESERVATION_LATE', told)] };
  return andThen(late, (rest) => commanded({ ...rest, isReservationKnown: true }, { phase: 'RELEASING', at }, timing));
};

/** The payment is confirmed, and RELEASE was sent. */
export const releasing = (told: Told): Step => {
  const { payment, reply } = told;
  if (isReplyToCommand(reply)) {
    if (reply.coreStatus !== 'RELEASED') return unexpected(told);
    return { payment: closed(payment, 'RELEASED'), effects: releases(told) };
  }
  if (reply.coreStatus === 'FAILED') return unchanged(closed(payment, 'REFUSED'));
  if (payment.isReservationKnown) return unchanged(payment);
  // The RELEASE that is on its way is for this very reservation.
  return { payment: { ...payment, isReservationKnown: true }, effects: [audited('RESERVATION_LATE', told)] };
};

/** Nothing was to be done any more. */
export const afterClose = (told: Told, timing: Timing): Step => {
  const { payment, reply, at } = told;
  if (isReplyToCommand(reply)) return replyAfterClose(told);
  const wasRefused = payment.finalStatus === 'REJECTED' || payment.finalStatus === 'DECLINED';
  if (reply.coreStatus !== 'RESERVED' || payment.isReservationKnown || !wasRefused) return unchanged(payment);
  const known = { ...payment, isReservationKnown: true };
  const late: Step = { payment: known, effects: [audited('RESERVATION_LATE', told)] };
  if (payment.coreOutcome !== null) return late;
  return andThen(late, (rest) => commanded({ ...rest, attempt: 0 }, { phase: 'RELEASING', at }, timing));
};

const replyAfterClose = (told: Told): Step => {
  const { payment, reply } = told;
  // A second reply, or the reply to an earlier attempt: what core did in the end is known.
  if (payment.coreOutcome !== null) return unchanged(payment);
  if (payment.finalStatus !== 'IN_DOUBT') {
    if (reply.coreStatus !== 'RELEASED') return unexpected(told);
    return { payment: closed(payment, 'RELEASED'), effects: releases(told) };
  }
  const effects = [audited('IN_DOUBT_RESOLVED', told)];
  if (isExecuted(reply)) return { payment: closed(payment, 'EXECUTED'), effects: [...effects, ...movements(told)] };
  return { payment: closed(payment, 'RELEASED'), effects: [...effects, ...releases(told)] };
};
