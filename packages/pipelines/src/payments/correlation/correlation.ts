import type { CoreProcessing, PaymentState } from '../generated/avro-types.ts';
import { afterClose, awaitingCore, executing, ofAnotherPayer, releasing, unexpected } from './core-replies.ts';
import { decide } from './decision.ts';
import {
  andThen,
  closed,
  commanded,
  confirmed,
  deadLettered,
  isForgotten,
  isOverdue,
  isReplyToCommand,
  latestArrival,
  newPayment,
  unchanged,
} from './payment.ts';
import type { PaymentEvent, PaymentNews, Step, Timing } from './payment-event.ts';

//                    all are for it                  core's reply
//   WAITING ─────────────────────────► EXECUTING ─────────────────────────────► CLOSED
//      │                                   └── commands unanswered: IN_DOUBT ────►│
//      │ one says no, or says nothing                                             │
//      ├── core has reserved, or may have ──► RELEASING ── released, or to people ►│
//      ├── core has not answered yet ───────► AWAITING_CORE ─► RELEASING ─────────►│
//      └── core has refused ─────────────────────────────────────────────────────►│
//
// The confirmation is sent where WAITING or EXECUTING is left, and nowhere else: one a payment. What core may have
// reserved is executed or released before the payment is closed, or goes to people.

type Timed = PaymentNews & { readonly at: number };

/** Whether core speaks of the account of somebody else, who has used the same transactionId. */
const isOfAnotherPayer = ({ request }: PaymentState, news: Timed): boolean => {
  if (news.kind !== 'core' || request === null) return false;
  const { debitAccount } = news.answer;
  return debitAccount !== null && debitAccount !== request.fromMsisdn;
};

const withCore = (payment: PaymentState, answer: CoreProcessing, at: number): PaymentState => ({
  ...payment,
  core: { at, answer },
  isReservationKnown: answer.coreStatus === 'RESERVED',
});

/** The payment with an answer of a system that had not answered; otherwise the same object. */
const withAnswer = (payment: PaymentState, news: Timed): PaymentState => {
  const { at } = news;
  if (news.kind === 'request' || payment[news.kind] !== null) return payment;
  switch (news.kind) {
    case 'fraud':
      return { ...payment, fraud: { at, answer: news.answer } };
    case 'revenue':
      return { ...payment, revenue: { at, answer: news.answer } };
    case 'core':
      return withCore(payment, news.answer, at);
  }
};

const answersOf = ({ fraud, revenue, core }: PaymentState): Timed[] => [
  ...(fraud === null ? [] : [{ kind: 'fraud' as const, ...fraud }]),
  ...(revenue === null ? [] : [{ kind: 'revenue' as const, ...revenue }]),
  ...(core === null ? [] : [{ kind: 'core' as const, ...core }]),
];

/** Nobody executes this payment any more: what core has reserved for it, or still may reserve, is released. */
const letGo = (payment: PaymentState, at: number, timing: Timing): Step => {
  if (payment.core?.answer.coreStatus === 'FAILED') return unchanged(closed(payment, 'REFUSED'));
  return commanded(payment, { phase: 'RELEASING', at }, timing);
};

const decided = (payment: PaymentState, timing: Timing): Step => {
  const { fraud, revenue, core } = payment;
  const at = latestArrival(payment);
  const answers = { fraud: fraud?.answer ?? null, revenue: revenue?.answer ?? null, core: core?.answer ?? null };
  const decision = decide(answers);
  switch (decision.kind) {
    case 'WAIT':
      return unchanged(payment);
    case 'PROCEED':
      return commanded(payment, { phase: 'EXECUTING', at }, timing);
    case 'REJECT':
      return andThen(confirmed(payment, { finalStatus: 'REJECTED', reasons: decision.reasons, at }), (rest) =>
        // Core's answer is on its way: what it has reserved is released then, and at the deadline in any case.
        rest.core === null ? unchanged({ ...rest, phase: 'AWAITING_CORE' }) : letGo(rest, at, timing),
      );
  }
};

/** Answers that do not count for the decision, after it. */
const withRest = (first: Step, rest: readonly Timed[], timing: Timing): Step =>
  rest.reduce((step, answer) => andThen(step, (next) => advance(next, answer, timing)), first);

const requested = (payment: PaymentState, news: Timed & { readonly kind: 'request' }, timing: Timing): Step => {
  const { at } = news;
  const { problems, request } = news.submitted;
  if (payment.request !== null) return unchanged(payment);
  const deadlineAt = at + timing.answerTimeoutMs;
  const nothingYet = { fraud: null, revenue: null, core: null, isReservationKnown: false };
  const bare: PaymentState = { ...payment, ...nothingYet, request, requestedAt: at, deadlineAt };
  if (problems.length > 0) {
    // No system looks at a request that breaks a rule, so nobody is waited for.
    const step = confirmed(bare, { finalStatus: 'REJECTED', reasons: problems, at });
    // What core is known of is not settled by that: the same transactionId may have come in a request that breaks none.
    return withRest({ ...step, payment: closed(step.payment, null) }, answersOf(payment), timing);
  }
  const answers = answersOf(payment);
  const counts = (answer: Timed): boolean => answer.at < deadlineAt && !isOfAnotherPayer(bare, answer);
  const known = answers.filter(counts).reduce(withAnswer, bare);
  const rest = answers.filter((answer) => !counts(answer));
  return withRest(decided(known, timing), rest, timing);
};

const waiting = (payment: PaymentState, news: Timed, timing: Timing): Step => {
  if (news.kind === 'request') return requested(payment, news, timing);
  if (news.kind === 'core' && isReplyToCommand(news.answer)) {
    return unexpected({ payment, at: news.at, reply: news.answer });
  }
  const next = withAnswer(payment, news);
  if (next === payment) return unchanged(payment);
  // Answers may come before their request; only when that never comes is there something to do about them.
  if (next.request === null) return unchanged({ ...next, deadlineAt: payment.openedAt + timing.identityMs });
  return decided(next, timing);
};

/** Answers came and their request never did. */
const orphaned = (payment: PaymentState, at: number, timing: Timing): Step => {
  const told = deadLettered('REQUEST_NEVER_CAME', { payment, at });
  const release = payment.isReservationKnown ? commanded(payment, { phase: 'RELEASING', at }, timing).effects : [];
  return { payment: closed(payment, 'RELEASED'), effects: [told, ...release] };
};

/** The deadline of a payment has come. */
const expired = (payment: PaymentState, at: number, timing: Timing): Step => {
  const { phase, request, attempt, deadlineAt } = payment;
  if (request === null) return orphaned(payment, at, timing);
  if (phase === 'WAITING') {
    const step = confirmed(payment, { finalStatus: 'DECLINED', reasons: ['TIMEOUT'], at: deadlineAt ?? at });
    const told: Step = { ...step, effects: [...step.effects, deadLettered('TIMEOUT', { payment, at })] };
    return andThen(told, (rest) => letGo(rest, at, timing));
  }
  if (phase === 'AWAITING_CORE') return letGo(payment, at, timing);
  if (attempt < timing.commandAttemptsMax) {
    return commanded(payment, { phase: phase === 'EXECUTING' ? 'EXECUTING' : 'RELEASING', at }, timing);
  }
  if (phase === 'RELEASING') {
    return { payment: closed(payment, null), effects: [deadLettered('RELEASE_UNANSWERED', { payment, at })] };
  }
  const { effects, payment: rest } = confirmed(payment, {
    finalStatus: 'IN_DOUBT',
    reasons: ['EXECUTION_UNANSWERED'],
    at,
  });
  return { payment: closed(rest, null), effects: [...effects, deadLettered('IN_DOUBT', { payment, at })] };
};

const inPhase = (payment: PaymentState, news: Timed, timing: Timing): Step => {
  if (news.kind === 'core' && isOfAnotherPayer(payment, news)) {
    return ofAnotherPayer({ payment, at: news.at, reply: news.answer });
  }
  if (payment.phase === 'WAITING') return waiting(payment, news, timing);
  // Whoever else answers now has come too late to be heard, and a second request is the same payment.
  if (news.kind !== 'core') return unchanged(payment);
  const told = { payment, at: news.at, reply: news.answer };
  switch (payment.phase) {
    case 'EXECUTING':
      return executing(told);
    case 'AWAITING_CORE':
      return awaitingCore(told, timing);
    case 'RELEASING':
      return releasing(told);
    case 'CLOSED':
      return afterClose(told, timing);
  }
};

/**
 * Moves a payment on by one event: the whole of the correlation, as a pure function. Events may come in any order and
 * any number of times. The same object comes back when nothing changes.
 */
export const advance = (payment: PaymentState, event: PaymentEvent, timing: Timing): Step => {
  const { at } = event;
  if (event.kind === 'due') return isOverdue(payment, at) ? expired(payment, at, timing) : unchanged(payment);
  if (isForgotten(payment, at, timing)) return inPhase(newPayment(payment.transactionId, at), event, timing);
  // What comes too late by its own time moves time first.
  if (isOverdue(payment, at)) return andThen(expired(payment, at, timing), (next) => advance(next, event, timing));
  return inPhase(payment, event, timing);
};
