import { describe, expect, test } from 'vitest';
import type { Tampering } from '../../../test/payments/honest-run.ts';
import { HonestRun } from '../../../test/payments/honest-run.ts';
import { changed, dropped, repeated } from '../../../test/payments/tampering.ts';
import type { CoreAccount, CoreLedgerEntry, PaymentConfirmation, PaymentRequest } from '../generated/avro-types.ts';
import { topicNames } from '../topics.ts';
import { Facts } from './facts.ts';
import { accountsBalance } from './money-checks.ts';

// Somebody tampers with the topics of a run in which everybody was honest; exactly the checks that look there must see it.

const run = new HonestRun();
const { coreLedgerEntry, coreAccount, confirmation, request } = run.serdes;
const balances = 'money out = money in + fees';
const accounts = 'opening balance + credits - debits = closing balance, without a gap';
const reservations = 'no reservation unaccounted for';
const locks = 'locked balances belong to reservations that are with people';
const moved = 'money moved exactly where COMPLETED says so';
const told = 'confirmations and SMS texts agree with request and journal';
const limits = 'no daily limit exceeded';
const audited = 'the audit trail agrees with confirmations and journal';
const complete = 'the audit trail is complete';

const completedIds = new Set(
  run
    .rows<PaymentConfirmation>(topicNames.confirmations, confirmation)
    .filter(({ value }) => value.finalStatus === 'COMPLETED')
    .map(({ value }) => value.transactionId),
);
const posted =
  (posting: CoreLedgerEntry['posting']) =>
  (entry: CoreLedgerEntry): boolean =>
    entry.posting === posting && completedIds.has(entry.transactionId);
const isReleased = ({ posting }: CoreLedgerEntry): boolean => posting === 'RELEASED';
const ofCompleted = ({ transactionId }: PaymentRequest): boolean => completedIds.has(transactionId);

const journal = (tampering: Tampering<CoreLedgerEntry>) =>
  run.wrongAfter(topicNames.ledger, coreLedgerEntry, tampering);

test.each<[string, Tampering<CoreLedgerEntry>, readonly string[]]>([
  ['no tampering', (rows) => rows, []],
  ['a debit without its credit', dropped(posted('CREDITED')), [balances, accounts, audited]],
  [
    'a credit without its debit',
    dropped(posted('DEBITED')),
    [balances, accounts, reservations, locks, moved, told, audited],
  ],
  ['a second credit', repeated(posted('CREDITED')), [balances, accounts]],
  ['a second debit', repeated(posted('DEBITED')), [balances, accounts, reservations, locks]],
  [
    'a debit of one cent too much',
    changed(posted('DEBITED'), (entry) => ({ ...entry, amount: entry.amount + 1n })),
    [balances, accounts, locks],
  ],
  [
    'a credit to somebody else',
    changed(posted('CREDITED'), (entry) => ({ ...entry, account: '254700999999' })),
    [balances, accounts, audited],
  ],
  [
    'a fee that is not in the tariff',
    changed(posted('DEBITED'), (entry) => ({ ...entry, fee: entry.fee + 100n })),
    [balances, told],
  ],
  [
    'a balance that does not follow from the one before',
    changed(posted('DEBITED'), (entry) => ({ ...entry, previousBalance: entry.previousBalance + 1n })),
    [accounts, audited],
  ],
  [
    'a gap in the sequence of an account',
    (rows) => {
      const last = rows.findLastIndex(({ value }) => value.posting === 'CREDITED');
      return rows.map((row, at) =>
        at === last ? { ...row, value: { ...row.value, sequence: row.value.sequence + 1 } } : row,
      );
    },
    [accounts],
  ],
  ['a second reservation', repeated(posted('RESERVED')), [reservations, locks]],
  ['a reservation that was lost from the journal', dropped(posted('RESERVED')), [reservations, locks]],
  ['a reservation that is never released', dropped(isReleased), [reservations, locks, audited]],
  [
    'a reservation that is released and executed',
    repeated(posted('DEBITED'), (entry) => ({ ...entry, posting: 'RELEASED' })),
    [reservations, locks, complete],
  ],
])('the journal: %s', (_what, tampering, wrong) => {
  expect(journal(tampering).sort()).toEqual([...wrong].sort());
});

describe('the closing balances', () => {
  const topic = 'mpesa-core-cg-core-accounts-changelog';
  // Only the last balance of an account counts.
  const last =
    (change: (account: CoreAccount) => CoreAccount): Tampering<CoreAccount> =>
    (rows) => [...rows, ...rows.slice(-1).map((row) => ({ ...row, value: change(row.value) }))];

  test.each<[string, Tampering<CoreAccount>, readonly string[]]>([
    ['a cent more', last((account) => ({ ...account, balance: account.balance + 1n })), [accounts]],
    ['a cent locked for nobody', last((account) => ({ ...account, locked: account.locked + 1n })), [locks]],
    [
      'locks that only add up over all accounts',
      (rows) => {
        const [first, second] = [rows[0], rows.find(({ key }) => key !== rows[0]?.key)];
        const lastOf = (key: string | null | undefined) => rows.findLast((row) => row.key === key) ?? rows.slice(-1)[0];
        const [left, right] = [lastOf(first?.key), lastOf(second?.key)];
        if (left === undefined || right === undefined) return rows;
        const lock = (row: typeof left, by: bigint) => ({
          ...row,
          value: { ...row.value, locked: row.value.locked + by },
        });
        return [...rows, lock(left, 100n), lock(right, -100n)];
      },
      [locks],
    ],
    [
      'money in an account that nothing was posted to',
      (rows) => [...rows, { key: '254700888001', value: { balance: 10_001n, locked: 0n, sequence: 0 }, timestamp: 0 }],
      [accounts],
    ],
  ])('%s', (_what, tampering, wrong) => {
    expect(run.wrongAfter(topic, coreAccount, tampering)).toEqual(wrong);
  });
});

test('a payment above the limit of the day', () => {
  const wrong = run.wrongAfter<PaymentRequest>(
    topicNames.requests,
    request,
    changed(ofCompleted, (value) => ({ ...value, amount: value.amount + 14_000_000n })),
  );
  expect(wrong).toEqual([balances, told, limits]);
});

test('a payment of another amount than was asked for', () => {
  const more = changed(ofCompleted, (value: PaymentRequest) => ({ ...value, amount: value.amount + 1n }));
  expect(run.wrongAfter(topicNames.requests, request, more)).toEqual([balances, told]);
});

test('an account that was overdrawn, although everything adds up', () => {
  const account = '254700000000';
  const posting = { posting: 'DEBITED', transactionId: 'TXN-0', account, amount: 1n, fee: 0n, sequence: 1 } as const;
  const overdrawn = new Facts();
  overdrawn.account(account).movements.push({ ...posting, previousBalance: 0n, newBalance: -1n });
  const closing = new Map([[account, { balance: -1n, locked: 0n }]]);
  expect(accountsBalance(overdrawn, closing)).toMatchObject({ examined: 2, wrong: 1, examples: ['TXN-0'] });
});
