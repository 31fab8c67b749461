import type {
  AuditEvent,
  CoreCommand,
  PaymentConfirmation,
  PaymentDeadLetter,
  PaymentRequest,
  PaymentState,
} from '../generated/avro-types.ts';
import type { Tokenise } from '../msisdn-tokens.ts';
import { smsText } from '../sms-text.ts';
import { identifiedAt } from './payment.ts';
import type { Audit, Command, Confirm, DeadLetter, Effect } from './payment-event.ts';

/** A message that leaves the orchestrator, with its key. */
export type Output =
  | { readonly kind: 'confirmation'; readonly key: string; readonly value: PaymentConfirmation }
  | { readonly kind: 'command'; readonly key: string; readonly value: CoreCommand }
  | { readonly kind: 'audit'; readonly key: string; readonly value: AuditEvent }
  | { readonly kind: 'deadLetter'; readonly key: string; readonly value: PaymentDeadLetter };

export interface OutputOptions {
  readonly tokenise: Tokenise;
  readonly smsUtcOffsetMinutes: number;
}

const requestOf = ({ request, transactionId }: PaymentState): PaymentRequest => {
  if (request === null) throw new TypeError(`payment ${transactionId} is confirmed without a request`);
  return request;
};

const confirmationOf = (effect: Confirm, smsUtcOffsetMinutes: number): PaymentConfirmation => {
  const { payment, finalStatus, reasons, executed, at } = effect;
  const { transactionId, fromMsisdn, toMsisdn, amount } = requestOf(payment);
  const fee = executed?.transactionFee ?? 0n;
  const newBalance = executed?.debitNewBalance ?? null;
  const content = { finalStatus, fromMsisdn, toMsisdn, amount, fee, newBalance, completionTime: at };
  const text = smsText(content, smsUtcOffsetMinutes);
  return { ...content, transactionId, reasons, confirmationRequired: true, smsText: text };
};

/** Core finds the account of a command by its payer, whom it names itself where the request never came. */
const commandOf = ({ payment, command, attempt, at }: Command): CoreCommand => {
  const { transactionId, request, revenue, core } = payment;
  return {
    transactionId,
    command,
    attempt,
    fromMsisdn: request?.fromMsisdn ?? core?.answer.debitAccount ?? '',
    toMsisdn: request?.toMsisdn ?? core?.answer.creditAccount ?? '',
    amount: request?.amount ?? 0n,
    fee: revenue?.answer.calculatedFee ?? 0n,
    issuedAt: at,
  };
};

/** Two events of one payment differ in type, two payments of one transactionId in time: no key comes twice. */
const eventKeyOf = (payment: PaymentState, eventType: string): string =>
  `${payment.transactionId}/${identifiedAt(payment)}/${eventType}`;

type Movement = Pick<AuditEvent, 'previousBalance' | 'newBalance'>;

const movementOf = ({ type, reply }: Audit): Movement => {
  if (type === 'BALANCE_DEBITED') {
    return { previousBalance: reply.debitPreviousBalance, newBalance: reply.debitNewBalance };
  }
  if (type === 'BALANCE_CREDITED') {
    return { previousBalance: reply.creditPreviousBalance, newBalance: reply.creditNewBalance };
  }
  return { previousBalance: null, newBalance: null };
};

const auditOf = (effect: Audit, tokenise: Tokenise): AuditEvent => {
  const { type, payment, reply, at } = effect;
  const payer = payment.request?.fromMsisdn ?? reply.debitAccount;
  const payee = payment.request?.toMsisdn ?? reply.creditAccount;
  const msisdn = type === 'BALANCE_CREDITED' ? payee : payer;
  return {
    eventKey: eventKeyOf(payment, type),
    transactionId: payment.transactionId,
    eventType: type,
    msisdn: msisdn === null ? null : tokenise(msisdn),
    ...movementOf(effect),
    detail: type === 'IN_DOUBT_RESOLVED' ? reply.coreStatus : reply.reservationId,
    timestamp: at,
  };
};

const confirmationAudit = ({ payment, finalStatus, reasons, at }: Confirm, tokenise: Tokenise): AuditEvent => ({
  eventKey: eventKeyOf(payment, 'PAYMENT_CONFIRMED'),
  transactionId: payment.transactionId,
  eventType: 'PAYMENT_CONFIRMED',
  msisdn: tokenise(requestOf(payment).fromMsisdn),
  previousBalance: null,
  newBalance: null,
  detail: [finalStatus, ...reasons].join(' '),
  timestamp: at,
});

const deadLetterOf = ({ payment, reason, reply, at }: DeadLetter): PaymentDeadLetter => ({
  transactionId: payment.transactionId,
  reason,
  source: null,
  timestamp: at,
  attempt: payment.attempt,
  request: payment.request,
  fraud: payment.fraud?.answer ?? null,
  revenue: payment.revenue?.answer ?? null,
  core: reply ?? payment.core?.answer ?? null,
});

/** The messages that an effect of the correlation becomes. */
export const outputsOf = (effect: Effect, { tokenise, smsUtcOffsetMinutes }: OutputOptions): Output[] => {
  const { transactionId } = effect.payment;
  switch (effect.kind) {
    case 'confirm': {
      const audit = confirmationAudit(effect, tokenise);
      return [
        { kind: 'confirmation', key: transactionId, value: confirmationOf(effect, smsUtcOffsetMinutes) },
        { kind: 'audit', key: audit.eventKey, value: audit },
      ];
    }
    case 'command':
      return [{ kind: 'command', key: transactionId, value: commandOf(effect) }];
    case 'audit': {
      const audit = auditOf(effect, tokenise);
      return [{ kind: 'audit', key: audit.eventKey, value: audit }];
    }
    case 'deadLetter':
      return [{ kind: 'deadLetter', key: transactionId, value: deadLetterOf(effect) }];
  }
};
