import { formatKsh } from '../../shared/money.ts';
import type { Finding } from '../books/check.ts';
import type { Books } from '../books/check-books.ts';
import type { Percentiles } from './latencies.ts';
import type { MemoryUse } from './memory-use.ts';
import type { DemoProgress, DemoResult } from './run-demo.ts';

const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** A line of progress: `12.0 s  61,240 of 200,000 payments sent, 59,310 confirmed (4,942/s), 1,930 open`. */
export const formatProgress = ({ payments, sent, confirmed, open, elapsedMs }: DemoProgress): string => {
  const rate = number.format((confirmed * 1_000) / Math.max(1, elapsedMs));
  const numbers = [sent, payments, confirmed, open].map((each) => number.format(each));
  return `${seconds(elapsedMs)}  ${numbers[0]} of ${numbers[1]} payments sent, ${numbers[2]} confirmed (${rate}/s), ${numbers[3]} open`;
};

/** Payments in a second, while payments came in. */
const throughputOf = ({ confirmed, busyMs }: DemoResult): number => (confirmed * 1_000) / Math.max(1, busyMs);

type Row = readonly [name: string, value: string];

const counts = (of: ReadonlyMap<string, number>): Row[] =>
  [...of].map(([name, count]) => [name, number.format(count)] as const);

const latencyRow = (name: string, { count, p50, p95, p99, max }: Percentiles): Row => {
  const times = [p50, p95, p99, max].map((ms) => number.format(ms));
  return [name, `p50 ${times[0]}  p95 ${times[1]}  p99 ${times[2]}  max ${times[3]} ms  (${number.format(count)})`];
};

const findingRow = ({ check, examined, wrong, examples }: Finding): Row => [
  check,
  wrong === 0 ? `ok, ${number.format(examined)} examined` : `${number.format(wrong)} WRONG: ${examples.join(', ')}`,
];

const section = (title: string, rows: readonly Row[]): string[] => {
  if (rows.length === 0) return [];
  const width = Math.max(...rows.map(([name]) => name.length));
  return ['', title, ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)];
};

const bookRows = (books: Books): Row[] => [
  ['money out', formatKsh(books.moneyOut)],
  ['money in', formatKsh(books.moneyIn)],
  ['fees', formatKsh(books.fees)],
  ['out - in - fees', formatKsh(books.moneyOut - books.moneyIn - books.fees)],
  ['in doubt', inDoubtText(books)],
  ['late reservations, released', number.format(books.lateReservations)],
  ['requests nobody can read', number.format(books.unreadableRequests)],
];

const inDoubtText = ({ inDoubt: { payments, amount, executed, released } }: Books): string =>
  `${number.format(payments)} payments of ${formatKsh(amount)}; core has executed ${executed} and released ${released}`;

const verdictOn = ({ books, aborted }: DemoResult): string => {
  if (aborted !== null) return `NOT EVERY PAYMENT HAS ENDED: ${aborted}.`;
  return books.isBalanced ? 'The books balance.' : 'THE BOOKS DO NOT BALANCE.';
};

const memoryText = ({ rssMiB, usedMiB, topicsMiB }: MemoryUse): string =>
  `${number.format(rssMiB)} MiB; ${number.format(usedMiB)} in use, ${number.format(topicsMiB)} of them for the topics`;

/** The table at the end of a run. */
export const formatResult = (result: DemoResult): string[] => {
  const { books, stopped, sent, busyMs, elapsedMs, promptLatency, disturbedLatency, memory } = result;
  const runRows: Row[] = [
    ['payments', `${number.format(sent)}, with ${number.format(books.requests - sent)} requests that came again`],
    ['throughput', `${number.format(throughputOf(result))} payments/s over ${seconds(busyMs)}`],
    ['until the last one ended', seconds(elapsedMs)],
    latencyRow('latency, undisturbed', promptLatency),
    latencyRow('latency, with a planned fault', disturbedLatency),
    ['memory at half', memoryText(memory.half)],
    ['memory at the end', memoryText(memory.end)],
    ...(stopped === null ? [] : [['stopped without warning', stopped] as const]),
  ];
  const faults = books.faults.map(
    ({ fault, planned, seen }): Row => [
      fault,
      `${number.format(seen)} of ${number.format(planned)} ended as they must`,
    ],
  );
  return [
    ...section('Run', runRows),
    ...section('Outcomes', counts(books.outcomes)),
    ...section('Fraud answers by system', counts(books.fraudSystems)),
    ...section('Changes of the fraud breakers', counts(books.breakerChanges)),
    ...section('Planned faults', faults),
    ...section('Books, made up from the topics', bookRows(books)),
    ...section('Checks', books.findings.map(findingRow)),
    '',
    verdictOn(result),
  ];
};

/** The same for machines: amounts are whole cents in strings, times are ms. */
export const jsonResult = (result: DemoResult): string => {
  const { options, books, stopped, aborted, sent, confirmed, busyMs, elapsedMs } = result;
  const { payments, seed, instances, fraud, isFraudDown } = options;
  const { outcomes, fraudSystems, breakerChanges, ...rest } = books;
  const report = {
    options: { payments, seed, instances, fraud, isFraudDown },
    sent,
    confirmed,
    stopped,
    aborted,
    busyMs: Math.round(busyMs),
    elapsedMs: Math.round(elapsedMs),
    paymentsPerSecond: Math.round(throughputOf(result)),
    memory: result.memory,
    latencyMs: { undisturbed: result.promptLatency, withPlannedFault: result.disturbedLatency },
    books: {
      ...rest,
      outcomes: Object.fromEntries(outcomes),
      fraudSystems: Object.fromEntries(fraudSystems),
      breakerChanges: Object.fromEntries(breakerChanges),
    },
  };
  return JSON.stringify(report, (_key, value) => (typeof value === 'bigint' ? value.toString() : value));
};
