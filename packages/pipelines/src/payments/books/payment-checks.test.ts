import { expect, test } from 'vitest';
import type { Tampering } from '../../../test/payments/honest-run.ts';
import { HonestRun } from '../../../test/payments/honest-run.ts';
import { changed, dropped, repeated } from '../../../test/payments/tampering.ts';
import type {
  CoreProcessing,
  FraudAnalysis,
  PaymentConfirmation,
  PaymentDeadLetter,
  PaymentRequest,
  RevenueValidation,
} from '../generated/avro-types.ts';
import { topicNames } from '../topics.ts';

// Somebody tampers with the topics of a run in which everybody was honest; exactly the checks that look there must see it.

const run = new HonestRun();
const { confirmation, deadLetter, fraud, revenue, core, request } = run.serdes;
const one = 'exactly one confirmation a request, none open';
const moved = 'money moved exactly where COMPLETED says so';
const decided = 'decisions follow the decision table';
const told = 'confirmations and SMS texts agree with request and journal';
const people = 'payment-dlq has every TIMEOUT and IN_DOUBT, and no other payment';
const audited = 'the audit trail agrees with confirmations and journal';
const complete = 'the audit trail is complete';
const planned = 'every payment ended as its planned faults make it end';
const late = 'a RESERVED that was too late is audited as late';

const sent = run.rows<PaymentConfirmation>(topicNames.confirmations, confirmation).map(({ value }) => value);
const completedIds = new Set(
  sent.filter(({ finalStatus }) => finalStatus === 'COMPLETED').map(({ transactionId }) => transactionId),
);
const ended =
  (status: PaymentConfirmation['finalStatus']) =>
  ({ finalStatus }: PaymentConfirmation): boolean =>
    finalStatus === status;
const ofCompleted = ({ transactionId }: { readonly transactionId: string }): boolean => completedIds.has(transactionId);

test.each<[string, Tampering<PaymentConfirmation>, readonly string[]]>([
  ['a second one', repeated(ended('COMPLETED')), [one]],
  [
    'a second one that says something else',
    repeated(ended('COMPLETED'), (value) => ({ ...value, finalStatus: 'FAILED' })),
    [one, told],
  ],
  ['one of a rejected payment that is missing', dropped(ended('REJECTED')), [one, audited, planned]],
  ['one of a completed payment that is missing', dropped(ended('COMPLETED')), [one, moved, audited, planned]],
  [
    'one that nobody asked for',
    repeated(ended('REJECTED'), (value) => ({ ...value, transactionId: 'TXN-0' })),
    [one, decided, told, complete],
  ],
  [
    'COMPLETED without a movement of money',
    changed(ended('FAILED'), (value) => ({ ...value, finalStatus: 'COMPLETED' })),
    [moved, told, audited, complete, planned],
  ],
  [
    'FAILED although money moved',
    changed(ended('COMPLETED'), (value) => ({ ...value, finalStatus: 'FAILED' })),
    [moved, told, audited, planned],
  ],
  [
    'a rejection for a reason that nobody has',
    changed(ended('REJECTED'), (value) => ({ ...value, reasons: [...value.reasons, 'FRAUD_SUSPECTED'] })),
    [decided, audited],
  ],
  [
    'a rejection without a reason',
    changed(ended('REJECTED'), (value) => ({ ...value, reasons: [] })),
    [decided, audited],
  ],
  [
    'a TIMEOUT that is no TIMEOUT for people',
    changed(ended('DECLINED'), (value) => ({ ...value, finalStatus: 'IN_DOUBT' })),
    [decided, told, people, audited, planned],
  ],
  ['another amount', changed(ended('COMPLETED'), (value) => ({ ...value, amount: value.amount + 1n })), [told]],
  ['another payee', changed(ended('COMPLETED'), (value) => ({ ...value, toMsisdn: '254700999999' })), [told]],
  ['another fee', changed(ended('COMPLETED'), (value) => ({ ...value, fee: value.fee + 1n })), [told]],
  [
    'another balance',
    changed(ended('COMPLETED'), (value) => ({ ...value, newBalance: (value.newBalance ?? 0n) + 1n })),
    [told],
  ],
  ...(['COMPLETED', 'REJECTED', 'DECLINED', 'FAILED', 'IN_DOUBT'] as const).map(
    (status): [string, Tampering<PaymentConfirmation>, readonly string[]] => [
      `an SMS of ${status} with one digit more`,
      changed(ended(status), (value) => ({ ...value, smsText: value.smsText.replace('Ksh', 'Ksh1') })),
      [told],
    ],
  ),
])('confirmations: %s', (_what, tampering, wrong) => {
  expect(run.wrongAfter(topicNames.confirmations, confirmation, tampering).sort()).toEqual([...wrong].sort());
});

const because =
  (reason: string) =>
  (letter: PaymentDeadLetter): boolean =>
    letter.reason === reason;

test.each<[string, Tampering<PaymentDeadLetter>, readonly string[]]>([
  ['a TIMEOUT that is missing', dropped(because('TIMEOUT')), [people]],
  ['an IN_DOUBT that is missing', dropped(because('IN_DOUBT')), [people]],
  ['one that comes twice', repeated(because('TIMEOUT')), [people]],
  ['a release that nobody knew of', repeated(because('RELEASE_UNANSWERED')), [people]],
  [
    'a payment that has no business there',
    repeated(because('TIMEOUT'), (value) => ({ ...value, transactionId: [...completedIds][0] ?? '' })),
    [people],
  ],
  ...['UNEXPECTED_REPLY', 'REQUEST_NEVER_CAME', 'TRANSACTION_ID_REUSED'].map(
    (reason): [string, Tampering<PaymentDeadLetter>, readonly string[]] => [
      reason,
      repeated(because('TIMEOUT'), (value) => ({ ...value, reason })),
      [people],
    ],
  ),
])('dead letters: %s', (_what, tampering, wrong) => {
  expect(run.wrongAfter(topicNames.deadLetters, deadLetter, tampering)).toEqual(wrong);
});

test('COMPLETED although fraud, revenue or core said no, or nothing', () => {
  const frauds = changed<FraudAnalysis>(ofCompleted, (value) => ({ ...value, decision: 'DECLINED' }));
  const revenues = changed<RevenueValidation>(ofCompleted, (value) => ({ ...value, decision: 'DECLINED' }));
  const cores = changed<CoreProcessing>(ofCompleted, (value) => ({ ...value, coreStatus: 'FAILED' }));
  expect(run.wrongAfter(topicNames.fraud, fraud, frauds)).toEqual([decided]);
  expect(run.wrongAfter(topicNames.fraud, fraud, dropped<FraudAnalysis>(ofCompleted))).toEqual([decided]);
  expect(run.wrongAfter(topicNames.revenue, revenue, revenues)).toEqual([decided]);
  expect(run.wrongAfter(topicNames.core, core, cores)).toEqual([decided]);
});

test('REJECTED although nobody said no', () => {
  const isRejected = new Set(
    sent.filter(({ reasons }) => reasons.join() === 'FRAUD_DECLINED').map(({ transactionId }) => transactionId),
  );
  const approved = changed<FraudAnalysis>(
    ({ transactionId }) => isRejected.has(transactionId),
    (value) => ({ ...value, decision: 'APPROVED' }),
  );
  expect(run.wrongAfter(topicNames.fraud, fraud, approved)).toEqual([decided]);
});

test('a payment that was let through although it broke a rule', () => {
  const negative = changed<PaymentRequest>(ofCompleted, (value) => ({ ...value, amount: -1n }));
  expect(run.wrongAfter(topicNames.requests, request, negative)).toContain(decided);
});

test('a request that nobody answered', () => {
  const another = repeated(ofCompleted, (value: PaymentRequest) => ({ ...value, transactionId: 'TXN-0' }));
  expect(run.wrongAfter(topicNames.requests, request, another)).toEqual([one, planned]);
});

test('an outcome that no planned fault explains', () => {
  const slow = changed<PaymentConfirmation>(ended('COMPLETED'), (value) => ({
    ...value,
    finalStatus: 'DECLINED',
    reasons: ['TIMEOUT'],
  }));
  expect(run.wrongAfter(topicNames.confirmations, confirmation, slow)).toContain(planned);
});

test('a reservation that was too late and is not audited as late', () => {
  const wrong = run.wrongAfter(
    topicNames.audit,
    run.serdes.audit,
    dropped(({ eventType }) => eventType === 'RESERVATION_LATE'),
  );
  expect(wrong).toEqual([late]);
});
