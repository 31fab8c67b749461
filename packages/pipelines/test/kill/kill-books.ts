import type { KeyObject } from 'node:crypto';
import type { Books } from '../../src/payments/books/check-books.ts';
import { accountsChangelog, checkBooks } from '../../src/payments/books/check-books.ts';
import type { PaymentFacts } from '../../src/payments/books/facts.ts';
import { readFacts } from '../../src/payments/books/read-facts.ts';
import type { BookSource } from '../../src/payments/books/topic-reader.ts';
import { TopicReader } from '../../src/payments/books/topic-reader.ts';
import { noFaults, planFaults } from '../../src/payments/simulator/fault-plan.ts';
import { topicNames } from '../../src/payments/topics.ts';

const openPayments = 'payment-orchestrator-cg-open-payments-changelog';

const { fraudRequests, fraudReplies, ...writtenTopics } = topicNames;

/** What is read after a run. */
export const booksTopics: readonly string[] = [...Object.values(writtenTopics), accountsChangelog, openPayments];

/** What the books do not say of a run: how often things are there that must be there once. */
export interface Counts {
  readonly confirmations: number;
  /** Confirmations, postings and answers that are there once too often. */
  readonly duplicates: number;
  /** Confirmations and answers that are not there. */
  readonly missing: number;
  /** Payments that something still has to happen to. */
  readonly open: number;
  /** How many payments are with people for which reasons. */
  readonly deadLetters: ReadonlyMap<string, number>;
  readonly examples: readonly string[];
}

const postingKinds = ['RESERVED', 'RELEASED', 'DEBITED', 'CREDITED'] as const;
const examplesMax = 10;

/** How many answers to its requests each payment has got from a system. */
const answersIn = (reader: TopicReader, topic: string): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const { value } of reader.read<{ readonly transactionId: string; readonly attempt?: number }>(topic)) {
    const isToRequest = (value.attempt ?? 0) === 0;
    if (isToRequest) counts.set(value.transactionId, (counts.get(value.transactionId) ?? 0) + 1);
  }
  return counts;
};

/** What is there of a payment, and how often it must be. */
const expectations = (
  payment: PaymentFacts,
  answers: readonly ReadonlyMap<string, number>[],
): (readonly [found: number, least: number, most: number])[] => {
  const { transactionId, request, requests, confirmations, postings } = payment;
  // Each system answers every request, also one that comes again, and none that breaks a rule.
  const answered = request?.isValid === true ? requests : 0;
  const confirmed = request === null ? 0 : 1;
  return [
    [confirmations.length, confirmed, confirmed],
    ...postingKinds.map((kind) => [postings.filter(({ posting }) => posting === kind).length, 0, 1] as const),
    ...answers.map((counts) => [counts.get(transactionId) ?? 0, answered, answered] as const),
  ];
};

const openAtEnd = (source: BookSource): number => {
  const open = new Set<string>();
  for (const { key, value } of source.records(openPayments)) {
    const id = Buffer.from(key ?? []).toString('hex');
    if (value === null) open.delete(id);
    else open.add(id);
  }
  return open.size;
};

/** Counts what must be there once, from the topics alone. */
export const countOnce = (source: BookSource): Counts => {
  const reader = new TopicReader(source);
  const facts = readFacts(reader);
  const answers = [topicNames.fraud, topicNames.revenue, topicNames.core].map((topic) => answersIn(reader, topic));
  let [confirmations, duplicates, missing] = [0, 0, 0];
  const examples: string[] = [];
  const deadLetters = new Map<string, number>();
  for (const payment of facts.payments.values()) {
    confirmations += payment.confirmations.length;
    const reasons = payment.deadLetters.join(' ');
    if (reasons !== '') deadLetters.set(reasons, (deadLetters.get(reasons) ?? 0) + 1);
    let isWrong = false;
    for (const [found, least, most] of expectations(payment, answers)) {
      duplicates += Math.max(0, found - most);
      missing += Math.max(0, least - found);
      isWrong ||= found < least || found > most;
    }
    if (isWrong && examples.length < examplesMax) examples.push(payment.transactionId);
  }
  return { confirmations, duplicates, missing, open: openAtEnd(source), deadLetters, examples };
};

/** The books of a run in which nothing was planned to go wrong with the outside. */
export const killBooks = (source: BookSource, hmacKey: KeyObject): Books =>
  checkBooks({
    source,
    planOf: (transactionId) => planFaults(transactionId, 1, noFaults),
    hmacKey,
  });
