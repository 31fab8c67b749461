import type { Books } from '../../src/payments/books/check-books.ts';
import { endsAsPlanned } from '../../src/payments/books/fault-checks.ts';
import type { Counts } from './kill-books.ts';
import { countOnce, killBooks } from './kill-books.ts';
import type { KillEvidence } from './kill-evidence.ts';

/** Something that must hold after a run. */
export interface KillCheck {
  readonly name: string;
  readonly isPassed: boolean;
  /** What is wrong; `null` where nothing is. */
  readonly problem: string | null;
}

/** What came of a run. */
export interface KillVerdict {
  readonly report: Readonly<Record<string, unknown>>;
  readonly checks: readonly KillCheck[];
}

const check = (name: string, isPassed: boolean, problem: string): KillCheck => ({
  name,
  isPassed,
  problem: isPassed ? null : problem,
});

const none = (name: string, what: readonly string[]): KillCheck =>
  check(name, what.length === 0, [...new Set(what)].slice(0, 10).join('; '));

/** The faults that a run is for: one that had none of a kind shows nothing. */
const faultChecks = (evidence: KillEvidence): KillCheck[] => {
  const { options, kills, brokerRestarts, brokerKills, transactionsAborted } = evidence;
  return [
    check('processes were killed', kills === options.kills, `${kills} of ${options.kills}`),
    check('the broker was restarted', brokerRestarts === options.brokerRestarts, `${brokerRestarts}`),
    check('the broker was killed', brokerKills > 0, 'never'),
    check('transactions were aborted', transactionsAborted > 0, 'none'),
  ];
};

const runChecks = (evidence: KillEvidence): KillCheck[] => {
  const { isSettled, unplannedExits, notDrained, writeErrors } = evidence;
  return [
    check('every payment ended, and the topics fell quiet', isSettled, 'something was still open or written'),
    none('no process ended by itself', unplannedExits),
    none('every process drained on SIGTERM', notDrained),
    none('every request was acknowledged', writeErrors),
  ];
};

const onceChecks = ({ acknowledged }: KillEvidence, books: Books, counts: Counts): KillCheck[] => {
  const { duplicates, missing, open, examples } = counts;
  const written = books.requests + books.unreadableRequests;
  return [
    check('each acknowledged request is in the topic once', written === acknowledged, `${written} of ${acknowledged}`),
    check('nothing is there twice', duplicates === 0, `${duplicates}: ${examples.join(', ')}`),
    check('nothing is missing', missing === 0, `${missing}: ${examples.join(', ')}`),
    check('no payment is open', open === 0, `${open}`),
  ];
};

// A run in which nearly everybody was turned away would have moved no money.
const completedShareMin = 1 / 20;

/**
 * The checks of the books. Which payments time out depends on who was away for how long: a TIMEOUT is what was promised
 * for them, and everything else is checked of them too. They are counted, and enough of the others have to be there.
 */
const bookChecks = ({ findings, distinctRequests, outcomes }: Books): { checks: KillCheck[]; heldUp: number } => {
  const heldUp = findings.find(({ check: name }) => name === endsAsPlanned)?.wrong ?? 0;
  const checks = findings
    .filter(({ check: name }) => name !== endsAsPlanned)
    .map(({ check: name, wrong, examples }) => check(name, wrong === 0, `${wrong} wrong: ${examples.join(', ')}`));
  const completed = outcomes.get('COMPLETED') ?? 0;
  const isEnough = completed > distinctRequests * completedShareMin;
  return { checks: [...checks, check('payments were completed', isEnough, `${completed}`)], heldUp };
};

/** Judges a run by what it left behind. */
export const judge = (evidence: KillEvidence): KillVerdict => {
  const { source, options, hmacKey } = evidence;
  const books = killBooks(source, hmacKey);
  const counts = countOnce(source);
  const { checks: ofBooks, heldUp } = bookChecks(books);
  const checks = [...faultChecks(evidence), ...runChecks(evidence), ...onceChecks(evidence, books, counts), ...ofBooks];
  const report = {
    requests: books.distinctRequests,
    confirmations: counts.confirmations,
    kills: evidence.kills,
    brokerRestarts: evidence.brokerRestarts,
    brokerKills: evidence.brokerKills,
    transactionsAborted: evidence.transactionsAborted,
    duplicates: counts.duplicates,
    missing: counts.missing,
    seed: options.seed,
    rate: options.rate,
    minutes: options.minutes,
    records: evidence.acknowledged,
    sent: evidence.sent,
    heldUp,
    outcomes: Object.fromEntries(books.outcomes),
    deadLetters: Object.fromEntries(counts.deadLetters),
    moneyOut: String(books.moneyOut),
    moneyIn: String(books.moneyIn),
    fees: String(books.fees),
    complaints: [...new Set(evidence.complaints)].slice(-10),
    failed: checks.filter(({ isPassed }) => !isPassed).map(({ name, problem }) => `${name}: ${problem}`),
  };
  return { report, checks };
};
