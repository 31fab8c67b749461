import { describe, expect, test } from 'vitest';
import { brief, OrchestratorDriver } from '../../test/payments/orchestrator-driver.ts';
import { paymentRequest, requestedAt } from '../../test/payments/samples.ts';

// The wiring: that what the correlation decides leaves through the right topic, and that time and stores drive it.
// What it decides is tested beside it.

const day = 86_400_000;
const declined = { decision: 'DECLINED' } as const;
const poor = { decision: 'DECLINED', reasons: ['INSUFFICIENT_FUNDS', 'DAILY_LIMIT_EXCEEDED'] } as const;
const released = { coreStatus: 'RELEASED', attempt: 1 } as const;

const given = () => new OrchestratorDriver();

describe('all three are for it', () => {
  test('core is told to execute what was asked for with the fee of revenue, and nothing is confirmed yet', () => {
    const run = given().approved();
    expect(run.confirmations()).toEqual([]);
    expect(run.commands()).toEqual([
      {
        transactionId: 'TXN-20240902-001',
        command: 'EXECUTE',
        attempt: 1,
        fromMsisdn: '254700123456',
        toMsisdn: '254711987654',
        amount: 500_000n,
        fee: 1_500n,
        issuedAt: requestedAt + 156,
      },
    ]);
  });

  test('after the reply of core it is COMPLETED, with the SMS of the seed', () => {
    const run = given().approved().completed();
    expect(run.confirmations()).toEqual([
      {
        transactionId: 'TXN-20240902-001',
        finalStatus: 'COMPLETED',
        reasons: [],
        fromMsisdn: '254700123456',
        toMsisdn: '254711987654',
        amount: 500_000n,
        fee: 1_500n,
        newBalance: 1_998_500n,
        completionTime: Date.parse('2024-09-02T14:30:03Z'),
        confirmationRequired: true,
        smsText:
          'Confirmed. Ksh5,000.00 sent to 254711987654 on 2/9/24 at 2:30 PM. ' +
          'New balance is Ksh19,985.00. Transaction cost Ksh15.00.',
      },
    ]);
    expect(run.idle(60_000).confirmations()).toEqual([]);
    expect(run.deadLetters()).toEqual([]);
  });

  test('answers may come before their request', () => {
    const run = given().core().revenue().fraud();
    expect(run.commands()).toEqual([]);
    expect(brief(run.request().commands())).toEqual(['EXECUTE 1']);
    expect(run.completed().confirmations()).toMatchObject([{ finalStatus: 'COMPLETED' }]);
  });
});

describe('one says no', () => {
  test('it is rejected at once, with that reason alone', () => {
    const run = given().request().fraud(declined);
    expect(run.confirmations()).toMatchObject([
      {
        finalStatus: 'REJECTED',
        reasons: ['FRAUD_DECLINED'],
        fee: 0n,
        newBalance: null,
        smsText: 'Declined. Ksh5,000.00 was not sent to 254711987654 on 2/9/24 at 2:30 PM.',
      },
    ]);
    expect(run.revenue(poor).confirmations()).toEqual([]);
  });

  test('every reason that is known by then is given', () => {
    const run = given().fraud(declined).revenue(poor).request();
    expect(run.confirmations()).toMatchObject([
      { reasons: ['FRAUD_DECLINED', 'REVENUE_INSUFFICIENT_FUNDS', 'REVENUE_DAILY_LIMIT_EXCEEDED'] },
    ]);
  });

  test('what core had reserved is released', () => {
    const run = given().request().core().revenue(poor, 200);
    expect(brief(run.commands())).toEqual(['RELEASE 1']);
    run.core(released, 300).idle(60_000);
    expect(run.commands()).toEqual([]);
    expect(run.audits().map(({ eventType }) => eventType)).toEqual(['PAYMENT_CONFIRMED', 'RESERVATION_RELEASED']);
  });

  test('what core reserves too late is released and audited as late', () => {
    const run = given().request().fraud(declined);
    expect(run.commands()).toEqual([]);
    expect(brief(run.core().commands())).toEqual(['RELEASE 1']);
    expect(run.audits().map(({ eventType, detail }) => [eventType, detail])).toEqual([
      ['PAYMENT_CONFIRMED', 'REJECTED FRAUD_DECLINED'],
      ['RESERVATION_LATE', 'RES-789123'],
    ]);
  });
});

describe('one does not answer for 5 s', () => {
  const timeout = { finalStatus: 'DECLINED', reasons: ['TIMEOUT'], completionTime: requestedAt + 5_000 };

  test('of event time: declined, and the request goes to people with what had arrived', () => {
    const run = given().request().fraud().core();
    run.request({ transactionId: 'TXN-2', fromMsisdn: '254700000002' }, 4_999);
    expect(run.confirmations()).toEqual([]);
    run.request({ transactionId: 'TXN-3', fromMsisdn: '254700000003' }, 5_000);
    expect(run.confirmations()).toMatchObject([timeout]);
    expect(run.deadLetters()).toMatchObject([
      {
        transactionId: 'TXN-20240902-001',
        reason: 'TIMEOUT',
        request: paymentRequest(),
        fraud: { decision: 'APPROVED' },
        revenue: null,
        core: { coreStatus: 'RESERVED', reservationId: 'RES-789123' },
      },
    ]);
    expect(brief(run.commands())).toEqual(['RELEASE 1']);
  });

  test('of the wall clock when nothing else comes', () => {
    const run = given().request().fraud().revenue();
    expect(run.idle(4_900).confirmations()).toEqual([]);
    expect(run.idle(200).confirmations()).toMatchObject([timeout]);
  });

  test('a RESERVED after that is audited as late, and released by the command that is on its way', () => {
    const run = given().request().fraud().revenue().idle(5_100);
    expect(brief(run.commands())).toEqual(['RELEASE 1']);
    run.core({}, 5_200);
    expect(run.audits().at(-1)).toMatchObject({ eventType: 'RESERVATION_LATE' });
    run.core(released, 5_300).idle(60_000);
    expect(run.commands()).toEqual([]);
    expect(run.audits().at(-1)).toMatchObject({ eventType: 'RESERVATION_RELEASED' });
    expect(run.confirmations()).toHaveLength(1);
  });
});

describe('the same transactionId', () => {
  test('within 24 h gives one confirmation', () => {
    const run = given().approved().completed();
    run
      .request({}, 1_000)
      .request({}, day - 1)
      .fraud({}, day)
      .revenue({}, day)
      .core({}, day)
      .idle(60_000);
    expect(run.confirmations()).toHaveLength(1);
    expect(brief(run.commands())).toEqual(['EXECUTE 1']);
    expect(run.deadLetters()).toEqual([]);
  });

  test('after 24 h is another payment, whose audit events have keys of their own', () => {
    const run = given().approved().completed();
    run.request({}, day).fraud({}, day).revenue({}, day).core({}, day).completed({}, day);
    expect(run.confirmations()).toHaveLength(2);
    const keys = run.audits().map(({ eventKey }) => eventKey);
    expect(keys).toHaveLength(6);
    expect(new Set(keys).size).toBe(6);
  });

  test('of another payer is a dead letter, and the reservation there is released', () => {
    const run = given().approved().core({ debitAccount: '254700000009', reservationId: 'RES-9' });
    expect(run.commands()).toMatchObject([
      { command: 'EXECUTE', fromMsisdn: '254700123456' },
      { command: 'RELEASE', fromMsisdn: '254700000009' },
    ]);
    expect(run.deadLetters()).toMatchObject([{ reason: 'TRANSACTION_ID_REUSED', core: { reservationId: 'RES-9' } }]);
    expect(run.completed().confirmations()).toMatchObject([{ finalStatus: 'COMPLETED' }]);
  });
});

describe('core does not answer an execution', () => {
  const already = { coreStatus: 'ALREADY_EXECUTED', attempt: 2 } as const;

  test('for 5 s: a release is sent, and the confirmation is FAILED when core has released', () => {
    const run = given().approved().idle(5_200);
    expect(brief(run.commands())).toEqual(['EXECUTE 1', 'RELEASE 2']);
    expect(run.confirmations()).toEqual([]);
    run.core({ coreStatus: 'RELEASED', attempt: 2 }, 5_400);
    expect(run.confirmations()).toMatchObject([
      { finalStatus: 'FAILED', reasons: ['EXECUTION_UNANSWERED'], fee: 0n, newBalance: null },
    ]);
  });

  test('and had executed: COMPLETED', () => {
    const run = given().approved().idle(5_200).completed(already, 5_400);
    expect(run.confirmations()).toMatchObject([{ finalStatus: 'COMPLETED', fee: 1_500n, newBalance: 1_998_500n }]);
  });

  test('nor two releases: IN_DOUBT, and the payment goes to people', () => {
    const run = given().approved().idle(5_200).idle(5_200).idle(4_000);
    expect(brief(run.commands())).toEqual(['EXECUTE 1', 'RELEASE 2', 'RELEASE 3']);
    expect(run.confirmations()).toEqual([]);
    run.idle(2_000);
    expect(run.confirmations()).toMatchObject([{ finalStatus: 'IN_DOUBT', reasons: ['EXECUTION_UNANSWERED'] }]);
    expect(run.deadLetters()).toMatchObject([
      { reason: 'IN_DOUBT', attempt: 3, request: paymentRequest(), core: { coreStatus: 'RESERVED' } },
    ]);
    expect(run.idle(60_000).commands()).toEqual([]);
    run.completed(already, 90_000);
    expect(run.confirmations()).toEqual([]);
    expect(run.audits().map(({ eventType }) => eventType)).toContain('IN_DOUBT_RESOLVED');
  });
});

describe('the audit trail', () => {
  const trail = () => given().approved().completed();

  test('has both movements with previous and new balance', () => {
    expect(trail().audits()).toMatchObject([
      { eventType: 'PAYMENT_CONFIRMED', detail: 'COMPLETED' },
      { eventType: 'BALANCE_DEBITED', previousBalance: 2_500_000n, newBalance: 1_998_500n },
      { eventType: 'BALANCE_CREDITED', previousBalance: 850_000n, newBalance: 1_350_000n },
    ]);
  });

  test('names accounts only by tokens: the same for the same account', () => {
    const run = trail();
    const [confirmed, debited, credited] = run.audits();
    expect(debited?.msisdn).toMatch(/^hmac-sha256:[\w-]{43}$/);
    expect(confirmed?.msisdn).toBe(debited?.msisdn);
    expect(credited?.msisdn).toMatch(/^hmac-sha256:[\w-]{43}$/);
    expect(credited?.msisdn).not.toBe(debited?.msisdn);
  });

  test('has no MSISDN in keys or bytes, and no key twice', () => {
    const lines = given().request().fraud(declined).core().core(released, 300).approved().auditBytes();
    const all = [...trail().auditBytes(), ...lines];
    expect(all).toHaveLength(6);
    for (const { key, bytes } of all) {
      expect(`${key} ${bytes}`).not.toMatch(/254\d{9}/);
      expect(bytes).toContain(key);
    }
    expect(new Set(lines.map(({ key }) => key)).size).toBe(lines.length);
  });
});

describe('requests that are none', () => {
  test('of a rule that is broken the confirmation tells, and core is not asked', () => {
    const run = given().rawRequest(null, paymentRequest({ amount: -1n }));
    expect(run.confirmations()).toMatchObject([
      { finalStatus: 'REJECTED', reasons: ['KEY_MISSING', 'AMOUNT_NOT_POSITIVE'] },
    ]);
    expect(run.idle(60_000).commands()).toEqual([]);
    expect(run.deadLetters()).toEqual([]);
  });

  test.each([
    ['VALUE_MISSING', null],
    ['TRANSACTION_ID_MISSING', paymentRequest({ transactionId: '' })],
  ] as const)('%s goes to people with the place of the record', (reason, request) => {
    const run = given().request().rawRequest('254700123456', request);
    expect(run.deadLetters()).toMatchObject([
      { transactionId: null, reason, request, source: 'payment-requests-0 offset 1' },
    ]);
    expect(run.confirmations()).toEqual([]);
  });
});
