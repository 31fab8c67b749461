import { expect, test } from 'vitest';
import type { Tampering } from '../../../test/payments/honest-run.ts';
import { HonestRun } from '../../../test/payments/honest-run.ts';
import { changed, dropped, repeated } from '../../../test/payments/tampering.ts';
import type { AuditEvent } from '../generated/avro-types.ts';
import { topicNames } from '../topics.ts';

// Somebody tampers with the audit trail of a run in which everybody was honest; exactly the checks that look there must
// see it.

const run = new HonestRun();
const unique = 'no event key of the audit trail comes twice';
const secret = 'no MSISDN in the audit trail';
const agrees = 'the audit trail agrees with confirmations and journal';
const complete = 'the audit trail is complete';

const of =
  (type: string) =>
  ({ eventType }: AuditEvent): boolean =>
    eventType === type;
const debit = of('BALANCE_DEBITED');

test.each<[string, Tampering<AuditEvent>, readonly string[]]>([
  ['no tampering', (rows) => rows, []],
  ['the same event key again', repeated(debit), [unique]],
  [
    'a key that is not the one in the event',
    (rows) => rows.map((row, at) => (at === 0 ? { ...row, key: 'x' } : row)),
    [unique],
  ],
  [
    'an MSISDN in the place of a token',
    changed(debit, (line) => ({ ...line, msisdn: '254700123456' })),
    [secret, agrees],
  ],
  ['an MSISDN in the detail', changed(debit, (line) => ({ ...line, detail: 'of 254700123456' })), [secret]],
  [
    'something else in the place of a token',
    changed(of('RESERVATION_LATE'), (line) => ({ ...line, msisdn: 'payer 1' })),
    [secret],
  ],
  [
    'the token of somebody else',
    changed(debit, (line) => ({ ...line, msisdn: `hmac-sha256:${'A'.repeat(43)}` })),
    [agrees],
  ],
  ['a new balance that is not in the journal', changed(debit, (line) => ({ ...line, newBalance: 1n })), [agrees]],
  [
    'a previous balance that is not in the journal',
    changed(of('BALANCE_CREDITED'), (line) => ({ ...line, previousBalance: 1n })),
    [agrees],
  ],
  [
    'a movement of a payment that moved nothing',
    changed(of('RESERVATION_LATE'), (line) => ({ ...line, eventType: 'BALANCE_DEBITED' })),
    [agrees, 'a RESERVED that was too late is audited as late'],
  ],
  [
    'an end that is not that of the confirmation',
    changed(of('PAYMENT_CONFIRMED'), (line) => ({ ...line, detail: 'FAILED' })),
    [agrees],
  ],
  ['a confirmation that is not there', dropped(of('PAYMENT_CONFIRMED')), [complete]],
  ['a debit that is not there', dropped(debit), [complete]],
  ['a credit that is not there', dropped(of('BALANCE_CREDITED')), [complete]],
  ['a release that is not there', dropped(of('RESERVATION_RELEASED')), [complete]],
])('%s', (_what, tampering, wrong) => {
  expect(run.wrongAfter(topicNames.audit, run.serdes.audit, tampering)).toEqual(wrong);
});
