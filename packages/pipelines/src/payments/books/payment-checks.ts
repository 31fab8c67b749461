import type { Finding } from './check.ts';
import { Check } from './check.ts';
import type { ConfirmationEntry } from './entries.ts';
import type { Facts, PaymentFacts } from './facts.ts';
import { outcomeOf, postingsOf } from './facts.ts';
import { kshOf, smsTimeOf } from './rules.ts';

/** One confirmation for every transactionId that was requested, and none for any other. */
export const oneConfirmationEach = (facts: Facts): Finding => {
  const check = new Check('exactly one confirmation a request, none open');
  for (const { transactionId, request, confirmations } of facts.payments.values()) {
    check.that(request !== null && confirmations.length === 1, transactionId);
  }
  return check.finding;
};

const refusalsOf = ({ fraud, revenue, core }: PaymentFacts): readonly string[] => [
  ...(fraud === 'DECLINED' ? ['FRAUD'] : []),
  ...(revenue === 'DECLINED' ? ['REVENUE'] : []),
  ...(core === 'FAILED' ? ['CORE'] : []),
];

const isDecidedRightly = (payment: PaymentFacts, { finalStatus, reasons }: ConfirmationEntry): boolean => {
  const { fraud, revenue, core, request } = payment;
  const areAllFor = fraud === 'APPROVED' && revenue === 'APPROVED' && core === 'RESERVED';
  if (request?.isValid === false) {
    return finalStatus === 'REJECTED' && reasons.length > 0 && [fraud, revenue, core].every((each) => each === null);
  }
  switch (finalStatus) {
    case 'REJECTED': {
      const refusals = refusalsOf(payment);
      return reasons.length > 0 && reasons.every((reason) => refusals.some((system) => reason.startsWith(system)));
    }
    case 'DECLINED':
      return reasons.join() === 'TIMEOUT';
    default:
      return areAllFor && ['COMPLETED', 'FAILED', 'IN_DOUBT'].includes(finalStatus);
  }
};

/** PROCEED only where all three were for it, REJECT only where one was not. */
export const decisionsFollowTheTable = (facts: Facts): Finding => {
  const check = new Check('decisions follow the decision table');
  for (const payment of facts.payments.values()) {
    for (const confirmation of payment.confirmations) {
      check.that(isDecidedRightly(payment, confirmation), payment.transactionId);
    }
  }
  return check.finding;
};

/** Money moved where and only where the payment is COMPLETED; what is IN_DOUBT may have moved. */
export const outcomesAreTrue = (facts: Facts): Finding => {
  const check = new Check('money moved exactly where COMPLETED says so');
  for (const payment of facts.payments.values()) {
    const outcome = outcomeOf(payment);
    const hasMoved = postingsOf(payment, 'DEBITED').length > 0;
    if (outcome !== 'IN_DOUBT') check.that(hasMoved === (outcome === 'COMPLETED'), payment.transactionId);
  }
  return check.finding;
};

const smsOf = ({ finalStatus, toMsisdn, amount, fee, newBalance, completionTime }: ConfirmationEntry): string => {
  const [sum, to] = [kshOf(amount), `${toMsisdn} on ${smsTimeOf(completionTime)}`];
  switch (finalStatus) {
    case 'COMPLETED':
      return `Confirmed. ${sum} sent to ${to}. New balance is ${kshOf(newBalance ?? 0n)}. Transaction cost ${kshOf(fee)}.`;
    case 'REJECTED':
      return `Declined. ${sum} was not sent to ${to}.`;
    case 'DECLINED':
      return `Declined. ${sum} was not sent to ${to}: the service took too long. Please try again.`;
    case 'FAILED':
      return `Failed. ${sum} was not sent to ${to}. Nothing was taken from your account.`;
    default:
      return `Pending. ${sum} to ${to} is being checked. Please do not send it again.`;
  }
};

const isTold = (payment: PaymentFacts, confirmation: ConfirmationEntry): boolean => {
  const { request } = payment;
  const { fromMsisdn, toMsisdn, amount, finalStatus, newBalance, fee, smsText } = confirmation;
  if (request?.fromMsisdn !== fromMsisdn || request.toMsisdn !== toMsisdn || request.amount !== amount) return false;
  if (finalStatus !== 'COMPLETED') return newBalance === null && fee === 0n && smsText === smsOf(confirmation);
  const [debit] = postingsOf(payment, 'DEBITED');
  return newBalance === debit?.newBalance && fee === debit?.fee && smsText === smsOf(confirmation);
};

/** Confirmations and their SMS say what was asked for and what the journal has. */
export const customersAreToldTheTruth = (facts: Facts): Finding => {
  const check = new Check('confirmations and SMS texts agree with request and journal');
  for (const payment of facts.payments.values()) {
    for (const confirmation of payment.confirmations) check.that(isTold(payment, confirmation), payment.transactionId);
  }
  return check.finding;
};

const isWith = (payment: PaymentFacts, reason: string): boolean => payment.deadLetters.includes(reason);

/**
 * Nobody is told the same thing twice. A reservation that comes to light after people have heard of its release begins
 * another release, and they hear of that one too.
 */
const isToldOnce = ({ deadLetters, audits }: PaymentFacts): boolean => {
  const releases = deadLetters.filter((reason) => reason === 'RELEASE_UNANSWERED').length;
  const others = deadLetters.filter((reason) => reason !== 'RELEASE_UNANSWERED');
  return new Set(others).size === others.length && releases <= (audits.includes('RESERVATION_LATE') ? 2 : 1);
};

/** What timed out or is in doubt is with people, once, and nothing else is. */
export const deadLettersMatch = (facts: Facts): Finding => {
  const check = new Check('payment-dlq has every TIMEOUT and IN_DOUBT, and no other payment');
  for (const payment of facts.payments.values()) {
    const outcome = outcomeOf(payment);
    const isRight =
      isWith(payment, 'TIMEOUT') === (outcome === 'DECLINED') &&
      isWith(payment, 'IN_DOUBT') === (outcome === 'IN_DOUBT') &&
      !isWith(payment, 'REQUEST_NEVER_CAME') &&
      !isWith(payment, 'UNEXPECTED_REPLY') &&
      !isWith(payment, 'TRANSACTION_ID_REUSED') &&
      isToldOnce(payment);
    check.that(isRight, payment.transactionId);
  }
  return check.finding;
};
