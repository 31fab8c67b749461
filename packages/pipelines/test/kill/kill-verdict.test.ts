import { describe, expect, test } from 'vitest';
import type { BookRecord, BookSource } from '../../src/payments/books/topic-reader.ts';
import { noFaults } from '../../src/payments/simulator/fault-plan.ts';
import { generateLoad } from '../../src/payments/simulator/load.ts';
import { simulatedWorld } from '../../src/payments/simulator/outside-world.ts';
import { topicNames } from '../../src/payments/topics.ts';
import { requestedAt } from '../payments/samples.ts';
import { hmacKey } from '../payments/topology-deps.ts';
import { VirtualPipeline } from '../payments/virtual-pipeline.ts';
import type { KillEvidence } from './kill-evidence.ts';
import { judge } from './kill-verdict.ts';

const payments = 300;

/** What some payments leave behind that nobody disturbs. */
const undisturbed = (): { readonly source: BookSource; readonly written: number } => {
  const pipeline = new VirtualPipeline(simulatedWorld({ seed: 1, faults: noFaults, fraudDown: null }));
  const load = { seed: 3, payments, accounts: 80, startAt: requestedAt, ratePerSecond: 20, badRecordsEvery: 0 };
  let written = 0;
  for (const { key, request, timestamp } of generateLoad(load)) {
    const value = pipeline.encode(pipeline.serdes.request, topicNames.requests, request);
    pipeline.send(topicNames.requests, { key: key === null ? null : Buffer.from(key), value, timestamp });
    written++;
  }
  for (let passed = 0; passed < 30; passed++) pipeline.idle(500);
  return { source: pipeline.source(), written };
};

const { source: honest, written } = undisturbed();

const evidence = (change: Partial<KillEvidence> = {}): KillEvidence => ({
  options: { kills: 20, brokerRestarts: 2, rate: 20, seed: 3, minutes: 1 },
  hmacKey,
  source: honest,
  isSettled: true,
  sent: payments,
  acknowledged: written,
  writeErrors: [],
  kills: 20,
  brokerKills: 1,
  brokerRestarts: 2,
  transactionsAborted: 7,
  unplannedExits: [],
  notDrained: [],
  complaints: [],
  logFolder: '',
  ...change,
});

/** The names of the checks that fail. */
const failures = (given: KillEvidence): string[] =>
  judge(given)
    .checks.filter(({ isPassed }) => !isPassed)
    .map(({ name }) => name);

/** The topics with one of them changed. */
const forged = (topic: string, change: (records: readonly BookRecord[]) => readonly BookRecord[]): BookSource => ({
  ...honest,
  records: (name) => (name === topic ? change([...honest.records(name)]) : honest.records(name)),
});

const twice = (records: readonly BookRecord[]): readonly BookRecord[] => [...records.slice(0, 1), ...records];

describe('the verdict on a run', () => {
  test('is good where all is well', () => {
    expect(failures(evidence())).toEqual([]);
    expect(judge(evidence()).report).toMatchObject({
      requests: payments,
      confirmations: payments,
      duplicates: 0,
      missing: 0,
      heldUp: 0,
    });
  });

  test.each([
    [{ kills: 19 }, 'processes were killed'],
    [{ brokerRestarts: 0 }, 'the broker was restarted'],
    [{ brokerKills: 0 }, 'the broker was killed'],
    [{ transactionsAborted: 0 }, 'transactions were aborted'],
    [{ isSettled: false }, 'every payment ended, and the topics fell quiet'],
    [{ unplannedExits: ['payments-1'] }, 'no process ended by itself'],
    [{ notDrained: ['payments-1'] }, 'every process drained on SIGTERM'],
    [{ writeErrors: ['gone'] }, 'every request was acknowledged'],
    [{ acknowledged: written + 1 }, 'each acknowledged request is in the topic once'],
  ] satisfies [Partial<KillEvidence>, string][])('notices %j', (change, name) => {
    expect(failures(evidence(change))).toEqual([name]);
  });

  test.each([topicNames.fraud, topicNames.revenue, topicNames.core])(
    'notices an answer more or less in %s',
    (topic) => {
      expect(failures(evidence({ source: forged(topic, twice) }))).toEqual(['nothing is there twice']);
      const less = evidence({ source: forged(topic, (records) => records.slice(0, -1)) });
      expect(failures(less)).toContain('nothing is missing');
    },
  );

  test.each([topicNames.confirmations, topicNames.ledger])('notices what is twice in %s', (topic) => {
    const given = evidence({ source: forged(topic, twice) });
    expect(failures(given)).toContain('nothing is there twice');
    expect(judge(given).report).toMatchObject({ duplicates: 1, missing: 0 });
  });

  test('notices a confirmation that is not there', () => {
    const given = evidence({ source: forged(topicNames.confirmations, (records) => records.slice(1)) });
    expect(failures(given)).toContain('nothing is missing');
    expect(judge(given).report).toMatchObject({ missing: 1 });
  });

  test('notices a payment that is still open', () => {
    const changelog = 'payment-orchestrator-cg-open-payments-changelog';
    const open = forged(changelog, (records) => records.filter(({ value }) => value !== null));
    expect(failures(evidence({ source: open }))).toEqual(['no payment is open']);
  });
});
