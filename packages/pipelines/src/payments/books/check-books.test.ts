import { expect, test } from 'vitest';
import { HonestRun } from '../../../test/payments/honest-run.ts';
import type { PaymentConfirmation } from '../generated/avro-types.ts';
import { topicNames } from '../topics.ts';

const run = new HonestRun();
const books = run.books();

test('a run in which everybody was honest balances, and every check has looked at something', () => {
  expect(books.isBalanced).toBe(true);
  for (const { check, examined, wrong, examples } of books.findings) {
    expect({ check, wrong, examples, hasLooked: examined > 0 }).toEqual({
      check,
      wrong: 0,
      examples: [],
      hasLooked: true,
    });
  }
  expect(new Set(books.findings.map(({ check }) => check)).size).toBe(16);
});

test('what moved is added up', () => {
  const completed = run
    .rows<PaymentConfirmation>(topicNames.confirmations, run.serdes.confirmation)
    .filter(({ value: { finalStatus } }) => finalStatus === 'COMPLETED');
  const said = completed.reduce((sum, { value }) => sum + value.amount, 0n);
  // What is in doubt may have moved too.
  expect(books.moneyIn).toBeGreaterThan(said);
  expect(books.moneyIn).toBeLessThanOrEqual(said + books.inDoubt.amount);
  expect(books.moneyOut).toBe(books.moneyIn + books.fees);
});

test('everything that can happen has happened, and is counted', () => {
  const outcomes = new Set([...books.outcomes.keys()].map((outcome) => outcome.split(' ')[0]));
  expect([...outcomes].sort()).toEqual(['COMPLETED', 'DECLINED', 'FAILED', 'IN_DOUBT', 'REJECTED']);
  expect([...books.outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(books.distinctRequests);
  expect(books).toMatchObject({ distinctRequests: 404, unreadableRequests: 4 });
  expect(books.requests).toBeGreaterThan(404);
  expect(books.inDoubt.executed).toBeGreaterThan(0);
  expect(books.inDoubt.released).toBeGreaterThan(0);
  expect(books.lateReservations).toBeGreaterThan(0);
  expect(books.faults.map(({ fault }) => fault)).toHaveLength(5);
  for (const { planned, seen } of books.faults) expect(seen).toBe(planned);
});
