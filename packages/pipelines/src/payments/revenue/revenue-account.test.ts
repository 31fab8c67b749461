import { describe, expect, test } from 'vitest';
import { credit, openRevenueAccount, settle, validate } from './revenue-account.ts';

// STANDARD, opened with 45,600.
const payer = '254700123456';
const day = 19_968;
const account = { ...openRevenueAccount(payer, day), balance: 2_500_000n, dailyUsed: 1_200_000n };

const request = (change = {}) => ({ transactionId: 'T-1', payer, amount: 500_000n, day, ...change });

test('the payment of the seed gets the answer of the seed', () => {
  const { answer, account: after, payment } = validate(account, null, request());
  expect(answer).toEqual({
    transactionId: 'T-1',
    accountBalance: 2_500_000n,
    dailyLimit: 7_000_000n,
    dailyUsed: 1_200_000n,
    decision: 'APPROVED',
    reasons: [],
    calculatedFee: 1_500n,
    remainingBalance: 1_998_500n,
  });
  expect(after).toMatchObject({ balance: 2_500_000n, held: 501_500n, dailyUsed: 1_700_000n });
  expect(payment.total).toBe(501_500n);
});

describe('the balance', () => {
  test('has to be enough for amount and fee', () => {
    const poor = { ...account, balance: 501_499n };
    const { answer, account: after } = validate(poor, null, request());
    expect(answer).toMatchObject({ decision: 'DECLINED', reasons: ['INSUFFICIENT_FUNDS'], remainingBalance: -1n });
    expect(after).toEqual(poor);
    expect(validate({ ...account, balance: 501_500n }, null, request()).answer.decision).toBe('APPROVED');
  });

  test('does not count what is held for others', () => {
    const first = validate({ ...account, balance: 900_000n }, null, request());
    const second = validate(first.account, null, request({ transactionId: 'T-2' }));
    expect(second.answer).toMatchObject({ accountBalance: 398_500n, reasons: ['INSUFFICIENT_FUNDS'] });
  });
});

describe('the daily limit', () => {
  test.each([
    ['254700123456', 7_000_000n],
    ['254700120456', 3_500_000n],
    ['254700129456', 14_000_000n],
  ])('of %s is that of its tier: %s', (msisdn, limit) => {
    const rich = { ...openRevenueAccount(msisdn, day), balance: 99_000_000n };
    const all = { transactionId: 'T-1', payer: msisdn, day };
    const exact = validate(rich, null, { ...all, amount: limit });
    expect(exact.answer).toMatchObject({ decision: 'APPROVED', dailyLimit: limit });
    expect(validate(exact.account, null, { ...all, transactionId: 'T-2', amount: 1n }).answer).toMatchObject({
      reasons: ['DAILY_LIMIT_EXCEEDED'],
      dailyUsed: limit,
    });
    expect(validate(rich, null, { ...all, amount: limit + 1n }).answer.decision).toBe('DECLINED');
  });

  test('begins anew with the day', () => {
    const used = { ...account, balance: 99_000_000n, dailyUsed: 7_000_000n };
    expect(validate(used, null, request()).answer.decision).toBe('DECLINED');
    const next = validate(used, null, request({ day: day + 1 }));
    expect(next.answer).toMatchObject({ decision: 'APPROVED', dailyUsed: 0n });
    expect(next.account).toMatchObject({ day: day + 1, dailyUsed: 500_000n, previousUsed: 7_000_000n });
  });

  test('of yesterday counts for what comes out of order at midnight', () => {
    const next = validate({ ...account, balance: 99_000_000n, dailyUsed: 6_600_000n }, null, request({ day: day + 1 }));
    expect(validate(next.account, null, request({ transactionId: 'T-2' })).answer).toMatchObject({
      reasons: ['DAILY_LIMIT_EXCEEDED'],
      dailyUsed: 6_600_000n,
    });
    const late = validate(next.account, null, request({ transactionId: 'T-3', amount: 400_000n }));
    expect(late.account).toMatchObject({ day: day + 1, dailyUsed: 500_000n, previousUsed: 7_000_000n });
  });

  test('is forgotten over more than a day', () => {
    const used = { ...account, balance: 99_000_000n, dailyUsed: 7_000_000n };
    expect(validate(used, null, request({ day: day + 2 })).account.previousUsed).toBe(0n);
  });

  test('and too little money are both named', () => {
    const both = { ...account, balance: 0n, dailyUsed: 7_000_000n };
    expect(validate(both, null, request()).answer.reasons).toEqual(['DAILY_LIMIT_EXCEEDED', 'INSUFFICIENT_FUNDS']);
  });
});

test('the same request gets the same answer and holds nothing more', () => {
  const first = validate(account, null, request());
  const second = validate(first.account, first.payment, request());
  expect(second).toEqual(first);
});

describe('settling', () => {
  const approved = validate(account, null, request());

  test('spends what was held when the payment is COMPLETED', () => {
    const { account: after, payment } = settle(approved.account, approved.payment, 'COMPLETED');
    expect(after).toMatchObject({ balance: 1_998_500n, held: 0n, dailyUsed: 1_700_000n });
    expect(settle(after, payment, 'COMPLETED').account).toEqual(after);
  });

  test.each(['REJECTED', 'DECLINED', 'FAILED'] as const)('gives money and limit back when it is %s', (outcome) => {
    const { account: after } = settle(approved.account, approved.payment, outcome);
    expect(after).toEqual(account);
  });

  test('leaves what is IN_DOUBT held', () => {
    expect(settle(approved.account, approved.payment, 'IN_DOUBT').account).toBe(approved.account);
  });

  test('gives the limit of yesterday back to yesterday', () => {
    const tomorrow = validate(approved.account, null, request({ transactionId: 'T-2', day: day + 1, amount: 100n }));
    expect(settle(tomorrow.account, approved.payment, 'FAILED').account).toMatchObject({
      dailyUsed: 100n,
      previousUsed: 1_200_000n,
    });
  });

  test('of a request that was declined changes nothing', () => {
    const declined = validate({ ...account, balance: 0n }, null, request());
    expect(settle(declined.account, declined.payment, 'REJECTED').account).toBe(declined.account);
  });

  test('before the request came makes it a declined one', () => {
    const { account: after, payment } = settle(account, null, 'DECLINED');
    expect(after).toBe(account);
    const late = validate(after, payment, request());
    expect(late.answer).toMatchObject({ decision: 'DECLINED', reasons: ['SETTLED_BEFORE_IT_CAME'] });
    expect(late.account.held).toBe(0n);
  });
});

test('a credit can be spent', () => {
  expect(credit(account, 100n).balance).toBe(2_500_100n);
});
