import type { KeyObject } from 'node:crypto';
import { auditChecks } from './audit-checks.ts';
import type { Finding } from './check.ts';
import type { AccountEntry, BreakerEntry } from './entries.ts';
import type { Facts } from './facts.ts';
import { outcomeOf, postingsOf } from './facts.ts';
import type { FaultCount, PlannedFaults } from './fault-checks.ts';
import { faultsEndAsPlanned } from './fault-checks.ts';
import type { Totals } from './money-checks.ts';
import {
  accountsBalance,
  limitsAreKept,
  locksAreAccountedFor,
  moneyBalances,
  reservationsAreAccountedFor,
  totalsOf,
} from './money-checks.ts';
import {
  customersAreToldTheTruth,
  deadLettersMatch,
  decisionsFollowTheTable,
  oneConfirmationEach,
  outcomesAreTrue,
} from './payment-checks.ts';
import { readFacts } from './read-facts.ts';
import type { BookSource } from './topic-reader.ts';
import { TopicReader } from './topic-reader.ts';

/** Where the closing balances of the accounts are. */
export const accountsChangelog = 'mpesa-core-cg-core-accounts-changelog';

/** What the books are made of. */
export interface BooksInput {
  readonly source: BookSource;
  /** What was planned to go wrong around a payment. */
  readonly planOf: (transactionId: string) => PlannedFaults;
  /** Signs the tokens of the audit trail. */
  readonly hmacKey: KeyObject;
}

/** A line of the books about payments that are in doubt. */
export interface DoubtLine {
  readonly payments: number;
  readonly amount: bigint;
  /** Of those, how many core has executed or released without saying so in time. */
  readonly executed: number;
  readonly released: number;
}

/** The books of a run. */
export interface Books extends Totals {
  readonly requests: number;
  readonly distinctRequests: number;
  readonly unreadableRequests: number;
  readonly accounts: number;
  /** How many payments ended how, by status and reasons. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly inDoubt: DoubtLine;
  readonly lateReservations: number;
  /** How many payments each fraud system has answered. */
  readonly fraudSystems: ReadonlyMap<string, number>;
  /** How often circuit breakers changed, by from and to. */
  readonly breakerChanges: ReadonlyMap<string, number>;
  readonly faults: readonly FaultCount[];
  readonly findings: readonly Finding[];
  readonly isBalanced: boolean;
}

const countBy = <T>(items: Iterable<T>, nameOf: (item: T) => string | null): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const item of items) {
    const name = nameOf(item);
    if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Map([...counts].sort(([left], [right]) => left.localeCompare(right)));
};

const closingBalances = (reader: TopicReader): ReadonlyMap<string, AccountEntry> => {
  const closing = new Map<string, AccountEntry>();
  for (const { key, value } of reader.read<AccountEntry>(accountsChangelog)) if (key !== null) closing.set(key, value);
  return closing;
};

const doubtsOf = (facts: Facts): DoubtLine => {
  const inDoubt = [...facts.payments.values()].filter((payment) => outcomeOf(payment) === 'IN_DOUBT');
  return {
    payments: inDoubt.length,
    amount: inDoubt.reduce((sum, { request }) => sum + (request?.amount ?? 0n), 0n),
    executed: inDoubt.filter((payment) => postingsOf(payment, 'DEBITED').length > 0).length,
    released: inDoubt.filter((payment) => postingsOf(payment, 'RELEASED').length > 0).length,
  };
};

/** Makes up the books of a run from its topics alone. */
export const checkBooks = ({ source, planOf, hmacKey }: BooksInput): Books => {
  const requestReader = new TopicReader(source);
  const facts = readFacts(requestReader);
  const reader = new TopicReader(source);
  const closing = closingBalances(reader);
  const audit = auditChecks(reader, facts, hmacKey);
  const faults = faultsEndAsPlanned(facts, planOf);
  const findings = [
    moneyBalances(facts),
    accountsBalance(facts, closing),
    oneConfirmationEach(facts),
    reservationsAreAccountedFor(facts),
    locksAreAccountedFor(facts, closing),
    outcomesAreTrue(facts),
    decisionsFollowTheTable(facts),
    customersAreToldTheTruth(facts),
    deadLettersMatch(facts),
    limitsAreKept(facts),
    ...audit,
    ...faults.findings,
  ];
  const payments = [...facts.payments.values()];
  return {
    ...totalsOf(facts),
    requests: payments.reduce((sum, { requests }) => sum + requests, 0),
    distinctRequests: payments.filter(({ request }) => request !== null).length,
    unreadableRequests: requestReader.unreadable,
    accounts: facts.accounts.size,
    outcomes: countBy(
      payments.flatMap(({ confirmations }) => confirmations),
      ({ finalStatus, reasons }) => [finalStatus, ...reasons].join(' '),
    ),
    inDoubt: doubtsOf(facts),
    lateReservations: payments.filter(({ audits }) => audits.includes('RESERVATION_LATE')).length,
    fraudSystems: countBy(payments, ({ fraudSystem }) => fraudSystem),
    breakerChanges: countBy(
      reader.read<BreakerEntry>('fraud-breaker-events'),
      ({ value: { from, to } }) => `${from} to ${to}`,
    ),
    faults: faults.counts,
    findings,
    isBalanced: findings.every(({ wrong }) => wrong === 0),
  };
};
