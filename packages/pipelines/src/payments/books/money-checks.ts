import type { Finding } from './check.ts';
import { Check } from './check.ts';
import type { AccountEntry, LedgerEntry } from './entries.ts';
import type { Facts, PaymentFacts } from './facts.ts';
import { isWithPeople, outcomeOf, postingsOf } from './facts.ts';
import { dailyLimitOf, dayOf, openingOf, tariffOf } from './rules.ts';

/** What the journal adds up to. */
export interface Totals {
  readonly moneyOut: bigint;
  readonly moneyIn: bigint;
  readonly fees: bigint;
}

/** Adds up the journal. */
export const totalsOf = (facts: Facts): Totals => {
  let [moneyOut, moneyIn, fees] = [0n, 0n, 0n];
  for (const payment of facts.payments.values()) {
    for (const { posting, amount, fee } of payment.postings) {
      if (posting === 'DEBITED') {
        moneyOut += amount;
        fees += fee;
      } else if (posting === 'CREDITED') {
        moneyIn += amount;
      }
    }
  }
  return { moneyOut, moneyIn, fees };
};

/** money out = money in + fees, over all and in every single payment. */
export const moneyBalances = (facts: Facts): Finding => {
  const check = new Check('money out = money in + fees');
  const { moneyOut, moneyIn, fees } = totalsOf(facts);
  check.that(moneyOut === moneyIn + fees, 'all payments together');
  for (const payment of facts.payments.values()) {
    const debits = postingsOf(payment, 'DEBITED');
    const credits = postingsOf(payment, 'CREDITED');
    if (debits.length + credits.length === 0) continue;
    const [debit, credit] = [debits[0], credits[0]];
    const isPair = debits.length === 1 && credits.length === 1 && debit !== undefined && credit !== undefined;
    check.that(isPair && isExecutionOf(payment, debit, credit), payment.transactionId);
  }
  return check.finding;
};

const isExecutionOf = ({ request }: PaymentFacts, debit: LedgerEntry, credit: LedgerEntry): boolean => {
  if (request === null) return false;
  const { amount, fromMsisdn, toMsisdn } = request;
  const fee = tariffOf(amount);
  const isDebited = debit.account === fromMsisdn && debit.amount === amount + fee && debit.fee === fee;
  return isDebited && credit.account === toMsisdn && credit.amount === amount;
};

/** Every account: each movement follows the one before, without a gap, from the opening balance to the closing one. */
export const accountsBalance = (facts: Facts, closing: ReadonlyMap<string, AccountEntry>): Finding => {
  const check = new Check('opening balance + credits - debits = closing balance, without a gap');
  for (const { account, movements } of facts.accounts.values()) {
    let balance = openingOf(account);
    movements.sort((left, right) => left.sequence - right.sequence);
    for (const [index, movement] of movements.entries()) {
      const after = balance + (movement.posting === 'CREDITED' ? movement.amount : -movement.amount);
      const follows = movement.sequence === index + 1 && movement.previousBalance === balance;
      check.that(follows && movement.newBalance === after && after >= 0n, movement.transactionId);
      balance = movement.newBalance;
    }
    check.that(closing.get(account)?.balance === balance, movements.at(-1)?.transactionId ?? 'no movement');
  }
  for (const [account, { balance }] of closing) {
    if (!facts.accounts.has(account)) check.that(balance === openingOf(account), 'no movement');
  }
  return check.finding;
};

/** Nobody has sent more on one day in Nairobi than the tier allows. */
export const limitsAreKept = (facts: Facts): Finding => {
  const check = new Check('no daily limit exceeded');
  const used = new Map<string, bigint>();
  for (const payment of facts.payments.values()) {
    const { request } = payment;
    if (request === null || outcomeOf(payment) !== 'COMPLETED') continue;
    const { fromMsisdn, amount, time } = request;
    const payerDay = `${fromMsisdn} ${dayOf(time)}`;
    const sum = (used.get(payerDay) ?? 0n) + amount;
    used.set(payerDay, sum);
    check.that(sum <= dailyLimitOf(fromMsisdn), payment.transactionId);
  }
  return check.finding;
};

/** Every reservation was executed or released, once, or is with people; nothing else was. */
export const reservationsAreAccountedFor = (facts: Facts): Finding => {
  const check = new Check('no reservation unaccounted for');
  for (const payment of facts.payments.values()) {
    const reserved = postingsOf(payment, 'RESERVED').length;
    const ended = postingsOf(payment, 'RELEASED').length + postingsOf(payment, 'DEBITED').length;
    if (reserved + ended === 0) continue;
    check.that(reserved === 1 && (ended === 1 || (ended === 0 && isWithPeople(payment))), payment.transactionId);
  }
  return check.finding;
};

/** What is still locked in an account belongs to its reservations that are with people. */
export const locksAreAccountedFor = (facts: Facts, closing: ReadonlyMap<string, AccountEntry>): Finding => {
  const check = new Check('locked balances belong to reservations that are with people');
  const locked = new Map<string, { amount: bigint; last: string }>();
  for (const { transactionId, postings } of facts.payments.values()) {
    for (const { posting, account, amount } of postings) {
      if (posting === 'CREDITED') continue;
      const before = locked.get(account)?.amount ?? 0n;
      locked.set(account, { amount: before + (posting === 'RESERVED' ? amount : -amount), last: transactionId });
    }
  }
  for (const account of new Set([...locked.keys(), ...closing.keys()])) {
    const { amount, last } = locked.get(account) ?? { amount: 0n, last: 'no posting' };
    check.that(amount === (closing.get(account)?.locked ?? 0n), last);
  }
  return check.finding;
};
