import { openingBalance, tierOf } from '../accounts.ts';
import type { FinalStatus } from '../generated/avro-enums.ts';
import type { RevenueAccount, RevenuePayment, RevenueValidation } from '../generated/avro-types.ts';
import { feeFor } from '../tariff.ts';

/** A payment that revenue has to say something about. */
export interface ValidationRequest {
  readonly transactionId: string;
  readonly payer: string;
  readonly amount: bigint;
  /** The calendar day in Nairobi. */
  readonly day: number;
}

/** What revenue keeps after a validation, and what it answers. */
export interface Validated {
  readonly account: RevenueAccount;
  readonly payment: RevenuePayment;
  readonly answer: RevenueValidation;
}

/** An account as it is opened. */
export const openRevenueAccount = (msisdn: string, day: number): RevenueAccount => ({
  balance: openingBalance(msisdn),
  held: 0n,
  day,
  dailyUsed: 0n,
  previousUsed: 0n,
});

/** The account on a later day. The day before is kept, for requests that come out of order at midnight. */
const onDay = (account: RevenueAccount, day: number): RevenueAccount => {
  if (day <= account.day) return account;
  const previousUsed = day === account.day + 1 ? account.dailyUsed : 0n;
  return { ...account, day, dailyUsed: 0n, previousUsed };
};

const usedOn = (account: RevenueAccount, day: number): bigint =>
  day === account.day ? account.dailyUsed : account.previousUsed;

const withUse = (account: RevenueAccount, day: number, amount: bigint): RevenueAccount =>
  day === account.day
    ? { ...account, dailyUsed: account.dailyUsed + amount }
    : { ...account, previousUsed: account.previousUsed + amount };

const refusalsOf = (view: {
  readonly available: bigint;
  readonly total: bigint;
  readonly used: bigint;
  readonly amount: bigint;
  readonly limit: bigint;
}): string[] => [
  ...(view.used + view.amount > view.limit ? ['DAILY_LIMIT_EXCEEDED'] : []),
  ...(view.total > view.available ? ['INSUFFICIENT_FUNDS'] : []),
];

/**
 * Looks at balance and daily limit, and holds the amount and the fee of what it approves until the payment is settled.
 * A request that was answered gets the same answer; one that was settled without it is declined.
 */
export const validate = (
  current: RevenueAccount,
  known: RevenuePayment | null,
  { transactionId, payer, amount, day }: ValidationRequest,
): Validated => {
  const account = onDay(current, day);
  if (known !== null && known.answer !== null) return { account, payment: known, answer: known.answer };
  const { dailyLimit } = tierOf(payer);
  const fee = feeFor(amount);
  const total = amount + fee;
  const available = account.balance - account.held;
  const used = usedOn(account, day);
  const reasons =
    known === null ? refusalsOf({ available, total, used, amount, limit: dailyLimit }) : ['SETTLED_BEFORE_IT_CAME'];
  const isApproved = reasons.length === 0;
  const answer: RevenueValidation = {
    transactionId,
    accountBalance: available,
    dailyLimit,
    dailyUsed: used,
    decision: isApproved ? 'APPROVED' : 'DECLINED',
    reasons,
    calculatedFee: fee,
    remainingBalance: available - total,
  };
  const payment = { answer, total: isApproved ? total : 0n, amount, day };
  if (!isApproved) return { account, payment, answer };
  return { account: withUse({ ...account, held: account.held + total }, day, amount), payment, answer };
};

/**
 * The payer's side of a payment that has ended: what was held is spent, or free again together with the use of the
 * daily limit. What is IN_DOUBT stays held.
 */
export const settle = (
  account: RevenueAccount,
  known: RevenuePayment | null,
  outcome: FinalStatus,
): { readonly account: RevenueAccount; readonly payment: RevenuePayment } => {
  const payment = known ?? { answer: null, total: 0n, amount: 0n, day: account.day };
  if (outcome === 'IN_DOUBT' || payment.total === 0n) return { account, payment };
  const { total, amount, day } = payment;
  const free = { ...account, held: account.held - total };
  const isSpent = outcome === 'COMPLETED';
  const settled = isSpent ? { ...free, balance: free.balance - total } : withoutUse(free, day, amount);
  return { account: settled, payment: { ...payment, total: 0n } };
};

/** Gives the daily limit back, if that day still counts. */
const withoutUse = (account: RevenueAccount, day: number, amount: bigint): RevenueAccount =>
  day < account.day - 1 ? account : withUse(account, day, -amount);

/** The payee's side of a completed payment. */
export const credit = (account: RevenueAccount, amount: bigint): RevenueAccount => ({
  ...account,
  balance: account.balance + amount,
});
