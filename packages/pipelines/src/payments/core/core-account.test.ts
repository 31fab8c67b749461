import { describe, expect, test } from 'vitest';
import { requestedAt as at } from '../../../test/payments/samples.ts';
import type { CoreOperation } from '../generated/avro-types.ts';
import { credit, execute, openCoreAccount, release, reserve } from './core-account.ts';

const payer = { balance: 2_500_000n, locked: 0n, sequence: 4 };
const payee = { balance: 850_000n, locked: 0n, sequence: 9 };

const operation = (change: Partial<CoreOperation> = {}): CoreOperation => ({
  type: 'RESERVE',
  transactionId: 'T-1',
  attempt: 0,
  fromMsisdn: '254700123456',
  toMsisdn: '254711987654',
  amount: 500_000n,
  fee: 1_500n,
  replyAs: null,
  reservationId: null,
  debitPreviousBalance: null,
  debitNewBalance: null,
  ...change,
});

const reserved = reserve({ account: payer, operation: operation(), at }, null);
const reservation = reserved.reservation ?? null;
const executeOperation = operation({ type: 'EXECUTE', attempt: 1 });
const releaseOperation = operation({ type: 'RELEASE', attempt: 2, amount: 0n, fee: 0n });
const executed = execute({ account: reserved.account, operation: executeOperation, at }, reservation);
const released = release({ account: reserved.account, operation: releaseOperation, at }, reservation);

test('an account is opened by its MSISDN', () => {
  expect(openCoreAccount('254700123456')).toEqual({ balance: 4_560_000n, locked: 0n, sequence: 0 });
});

describe('reserving', () => {
  test('locks amount and fee and moves no money', () => {
    expect(reserved.account).toEqual({ balance: 2_500_000n, locked: 501_500n, sequence: 4 });
    expect(reserved.reply).toMatchObject({ coreStatus: 'RESERVED', reservationId: 'RES-T-1', attempt: 0 });
    expect(reserved.posting).toMatchObject({ posting: 'RESERVED', amount: 501_500n, account: '254700123456' });
  });

  test('fails where too little is free', () => {
    const account = { ...payer, locked: 1_998_501n };
    const { reply, posting, account: after } = reserve({ account, operation: operation(), at }, null);
    expect(reply).toMatchObject({ coreStatus: 'FAILED', reason: 'INSUFFICIENT_FUNDS', reservationId: null });
    expect(posting).toBeUndefined();
    expect(after).toBe(account);
  });

  test('again gives the same answer and locks nothing', () => {
    const again = reserve({ account: reserved.account, operation: operation(), at }, reservation);
    expect(again).toEqual({ account: reserved.account, reply: reserved.reply });
  });

  test('does not happen after a release', () => {
    const cancelled = release({ account: payer, operation: releaseOperation, at }, null);
    expect(cancelled.reply).toMatchObject({ coreStatus: 'RELEASED', reservationId: null });
    const late = reserve({ account: payer, operation: operation(), at }, cancelled.reservation ?? null);
    expect(late.reply).toMatchObject({ coreStatus: 'FAILED', reason: 'RELEASED_BEFORE' });
    expect(late.account).toBe(payer);
  });
});

describe('executing', () => {
  const credited = credit({ account: payee, operation: executed.next ?? operation(), at }, null);

  test('debits the payer and hands the amount to the payee', () => {
    expect(executed.account).toEqual({ balance: 1_998_500n, locked: 0n, sequence: 5 });
    expect(executed.posting).toMatchObject({ posting: 'DEBITED', amount: 501_500n, fee: 1_500n, sequence: 5 });
    expect(executed.reply).toBeUndefined();
    expect(executed.next).toMatchObject({ type: 'CREDIT', replyAs: 'COMPLETED', amount: 500_000n });
  });

  test('credits the payee, who answers for both', () => {
    expect(credited.account).toEqual({ balance: 1_350_000n, locked: 0n, sequence: 10 });
    expect(credited.posting).toMatchObject({ posting: 'CREDITED', account: '254711987654', amount: 500_000n });
    expect(credited.reply).toMatchObject({
      coreStatus: 'COMPLETED',
      attempt: 1,
      debitedAmount: 501_500n,
      creditedAmount: 500_000n,
      transactionFee: 1_500n,
      debitPreviousBalance: 2_500_000n,
      debitNewBalance: 1_998_500n,
      creditPreviousBalance: 850_000n,
      creditNewBalance: 1_350_000n,
      completionTime: at,
    });
  });

  test('again moves nothing and says the same', () => {
    const again = execute({ account: executed.account, operation: executeOperation, at }, executed.reservation ?? null);
    expect(again.account).toBe(executed.account);
    const work = { account: credited.account, operation: again.next ?? operation(), at };
    expect(credit(work, credited.credit ?? null)).toEqual({ account: credited.account, reply: credited.reply });
  });

  test('fails without a reservation, and after a release says that', () => {
    const nothing = execute({ account: payer, operation: executeOperation, at }, null);
    expect(nothing.reply).toMatchObject({ coreStatus: 'FAILED', reason: 'NOT_RESERVED' });
    const late = execute({ account: released.account, operation: executeOperation, at }, released.reservation ?? null);
    expect(late).toEqual({
      account: released.account,
      reply: expect.objectContaining({ coreStatus: 'RELEASED', reservationId: 'RES-T-1', attempt: 1 }),
    });
  });

  test('of another amount than was reserved fails and unlocks', () => {
    const other = { ...executeOperation, fee: 0n };
    const { account, reply, posting } = execute({ account: reserved.account, operation: other, at }, reservation);
    expect(account).toEqual(payer);
    expect(reply).toMatchObject({ coreStatus: 'FAILED', reason: 'AMOUNT_MISMATCH' });
    expect(posting).toMatchObject({ posting: 'RELEASED', amount: 501_500n });
  });
});

describe('releasing', () => {
  test('unlocks what was reserved, once', () => {
    expect(released.account).toEqual(payer);
    expect(released.reply).toMatchObject({ coreStatus: 'RELEASED', reservationId: 'RES-T-1', attempt: 2 });
    expect(released.posting).toMatchObject({ posting: 'RELEASED', amount: 501_500n });
    const again = release({ account: payer, operation: releaseOperation, at }, released.reservation ?? null);
    expect(again).toEqual({ account: payer, reply: released.reply });
  });

  test('after an execution says that it is too late, through the payee', () => {
    const { next, account } = release(
      { account: executed.account, operation: releaseOperation, at },
      executed.reservation ?? null,
    );
    expect(account).toBe(executed.account);
    expect(next).toMatchObject({
      type: 'CREDIT',
      replyAs: 'ALREADY_EXECUTED',
      amount: 500_000n,
      fee: 1_500n,
      attempt: 2,
    });
  });

  test('of what was refused is answered without a reservation', () => {
    const refused = reserve({ account: { ...payer, balance: 0n }, operation: operation(), at }, null);
    const { reply, account } = release(
      { account: payer, operation: releaseOperation, at },
      refused.reservation ?? null,
    );
    expect(reply).toMatchObject({ coreStatus: 'RELEASED', reservationId: null });
    expect(account).toBe(payer);
  });
});
