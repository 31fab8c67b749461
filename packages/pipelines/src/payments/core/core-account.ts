import { openingBalance } from '../accounts.ts';
import type { CoreStatus, PostingType } from '../generated/avro-enums.ts';
import type {
  CoreAccount,
  CoreCredit,
  CoreLedgerEntry,
  CoreOperation,
  CoreProcessing,
  CoreReservation,
} from '../generated/avro-types.ts';

/** One operation on one account, at its event time. */
export interface CoreWork {
  readonly account: CoreAccount;
  readonly operation: CoreOperation;
  readonly at: number;
}

/** What becomes of an operation. What is absent stays as it is, or is not sent. */
export interface CoreResult {
  readonly account: CoreAccount;
  readonly reservation?: CoreReservation;
  readonly credit?: CoreCredit;
  readonly posting?: CoreLedgerEntry;
  readonly reply?: CoreProcessing;
  /** What the payee's account has to do next. */
  readonly next?: CoreOperation;
}

/** An account as it is opened. */
export const openCoreAccount = (msisdn: string): CoreAccount => ({
  balance: openingBalance(msisdn),
  locked: 0n,
  sequence: 0,
});

const totalOf = ({ amount, fee }: { readonly amount: bigint; readonly fee: bigint }): bigint => amount + fee;

const replyOf = (operation: CoreOperation, coreStatus: CoreStatus, change: Partial<CoreProcessing>): CoreProcessing => {
  const { transactionId, attempt, fromMsisdn, toMsisdn } = operation;
  return {
    transactionId,
    coreStatus,
    attempt,
    reason: null,
    reservationId: null,
    coreTransactionId: `CORE-${transactionId}`,
    processingTime: 0,
    debitAccount: fromMsisdn,
    creditAccount: toMsisdn,
    debitedAmount: null,
    creditedAmount: null,
    transactionFee: null,
    completionTime: null,
    debitPreviousBalance: null,
    debitNewBalance: null,
    creditPreviousBalance: null,
    creditNewBalance: null,
    ...change,
  };
};

const postingOf = (
  work: CoreWork,
  after: CoreAccount,
  entry: { readonly posting: PostingType; readonly amount: bigint; readonly fee: bigint },
): CoreLedgerEntry => {
  const { operation, at, account } = work;
  const { transactionId, fromMsisdn, toMsisdn, type } = operation;
  return {
    ...entry,
    transactionId,
    account: type === 'CREDIT' ? toMsisdn : fromMsisdn,
    previousBalance: account.balance,
    newBalance: after.balance,
    sequence: after.sequence,
    timestamp: at,
  };
};

/** The answer to a request, and the answer again when the request comes again. */
const answerOf = (operation: CoreOperation, { status, reason, reservationId }: CoreReservation): CoreProcessing =>
  status === 'REFUSED' || status === 'CANCELLED'
    ? replyOf(operation, 'FAILED', { reason: reason ?? 'RELEASED_BEFORE' })
    : replyOf(operation, 'RESERVED', { reservationId });

/** Locks amount and fee in the payer's account, if they are there. */
export const reserve = (work: CoreWork, known: CoreReservation | null): CoreResult => {
  const { account, operation } = work;
  if (known !== null) return { account, reply: answerOf(operation, known) };
  const { amount, fee, toMsisdn, transactionId } = operation;
  const total = totalOf(operation);
  const base = { toMsisdn, amount, fee, debitPreviousBalance: null, debitNewBalance: null };
  if (total > account.balance - account.locked) {
    const refused = { ...base, status: 'REFUSED', reservationId: null, reason: 'INSUFFICIENT_FUNDS' } as const;
    return { account, reservation: refused, reply: answerOf(operation, refused) };
  }
  const reservation = { ...base, status: 'RESERVED', reservationId: `RES-${transactionId}`, reason: null } as const;
  const after = { ...account, locked: account.locked + total };
  const posting = postingOf(work, after, { posting: 'RESERVED', amount: total, fee });
  return { account: after, reservation, posting, reply: answerOf(operation, reservation) };
};

/** The money that was locked is free again. */
const unlock = (
  work: CoreWork,
  known: CoreReservation,
): Required<Pick<CoreResult, 'account' | 'reservation' | 'posting'>> => {
  const total = totalOf(known);
  const account = { ...work.account, locked: work.account.locked - total };
  return {
    account,
    reservation: { ...known, status: 'RELEASED' },
    posting: postingOf(work, account, { posting: 'RELEASED', amount: total, fee: known.fee }),
  };
};

/** The credit is made by the payee's account, and it is that which answers; a credit that was made is only told again. */
const creditOf = (operation: CoreOperation, reservation: CoreReservation, replyAs: CoreStatus): CoreOperation => ({
  ...operation,
  type: 'CREDIT',
  toMsisdn: reservation.toMsisdn,
  amount: reservation.amount,
  fee: reservation.fee,
  replyAs,
  reservationId: reservation.reservationId,
  debitPreviousBalance: reservation.debitPreviousBalance,
  debitNewBalance: reservation.debitNewBalance,
});

const debit = (work: CoreWork, known: CoreReservation): CoreResult => {
  const { account, operation } = work;
  const total = totalOf(known);
  const balance = account.balance - total;
  const after = { balance, locked: account.locked - total, sequence: account.sequence + 1 };
  const movement = { debitPreviousBalance: account.balance, debitNewBalance: balance };
  const reservation: CoreReservation = { ...known, ...movement, status: 'EXECUTED' };
  return {
    account: after,
    reservation,
    posting: postingOf(work, after, { posting: 'DEBITED', amount: total, fee: known.fee }),
    next: creditOf(operation, reservation, 'COMPLETED'),
  };
};

/** Debits the payer what was reserved, once, and sends the amount on to the payee. */
export const execute = (work: CoreWork, known: CoreReservation | null): CoreResult => {
  const { account, operation } = work;
  switch (known?.status) {
    case 'RESERVED': {
      if (operation.fee === known.fee && operation.amount === known.amount) return debit(work, known);
      const { reservationId } = known;
      return {
        ...unlock(work, known),
        reply: replyOf(operation, 'FAILED', { reason: 'AMOUNT_MISMATCH', reservationId }),
      };
    }
    case 'EXECUTED':
      return { account, next: creditOf(operation, known, 'COMPLETED') };
    case 'RELEASED':
      return { account, reply: replyOf(operation, 'RELEASED', { reservationId: known.reservationId }) };
    default:
      return { account, reply: replyOf(operation, 'FAILED', { reason: 'NOT_RESERVED' }) };
  }
};

/**
 * Unlocks what was reserved, unless it was executed. Where nothing was reserved yet, the transactionId is remembered, so
 * that nothing ever will be; the reply then names no reservation.
 */
export const release = (work: CoreWork, known: CoreReservation | null): CoreResult => {
  const { account, operation } = work;
  switch (known?.status) {
    case 'RESERVED':
      return { ...unlock(work, known), reply: replyOf(operation, 'RELEASED', { reservationId: known.reservationId }) };
    case 'EXECUTED':
      return { account, next: creditOf(operation, known, 'ALREADY_EXECUTED') };
    case 'RELEASED':
      return { account, reply: replyOf(operation, 'RELEASED', { reservationId: known.reservationId }) };
    case undefined: {
      const { toMsisdn, amount, fee } = operation;
      const nothing = { reservationId: null, reason: null, debitPreviousBalance: null, debitNewBalance: null };
      const cancelled: CoreReservation = { ...nothing, status: 'CANCELLED', toMsisdn, amount, fee };
      return { account, reservation: cancelled, reply: replyOf(operation, 'RELEASED', {}) };
    }
    default:
      return { account, reply: replyOf(operation, 'RELEASED', {}) };
  }
};

/** Credits the payee, once, and answers for both sides. */
export const credit = (work: CoreWork, known: CoreCredit | null): CoreResult => {
  const { account, operation, at } = work;
  const { amount, fee, replyAs, reservationId, debitPreviousBalance, debitNewBalance } = operation;
  const balance = account.balance + amount;
  const made = known ?? { previousBalance: account.balance, newBalance: balance };
  const reply = replyOf(operation, replyAs ?? 'COMPLETED', {
    reservationId,
    debitedAmount: amount + fee,
    creditedAmount: amount,
    transactionFee: fee,
    completionTime: at,
    debitPreviousBalance,
    debitNewBalance,
    creditPreviousBalance: made.previousBalance,
    creditNewBalance: made.newBalance,
  });
  if (known !== null) return { account, reply };
  const after = { ...account, balance, sequence: account.sequence + 1 };
  const posting = postingOf(work, after, { posting: 'CREDITED', amount, fee: 0n });
  return { account: after, credit: made, posting, reply };
};
