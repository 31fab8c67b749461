import { describe, expect, test } from 'vitest';
import { fraudAnalysis, paymentRequest } from '../../../test/payments/samples.ts';
import { topologyDeps } from '../../../test/payments/topology-deps.ts';
import { TopologyDriver } from '../../../test/payments/topology-driver.ts';
import type { FraudMode } from '../config.ts';
import type { FraudAnalysis, PaymentRequest } from '../generated/avro-types.ts';
import { topicNames } from '../topics.ts';
import { fraudTopology } from './topology.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

class FraudRun {
  readonly #driver: TopologyDriver;
  #payments = 0;

  constructor(fraud: FraudMode) {
    this.#driver = new TopologyDriver(fraudTopology, topologyDeps({ fraud }));
  }

  /** A payment with an id of its own. */
  pay(afterMs: number, change: Partial<PaymentRequest> = {}): string {
    const request = paymentRequest({ transactionId: `T-${++this.#payments}`, ...change });
    const { transactionId, fromMsisdn: key } = request;
    this.#driver.pipe(this.#driver.serdes.request, { topic: topicNames.requests, key, value: request, afterMs });
    return transactionId;
  }

  /** The external system answers. */
  reply(transactionId: string, afterMs: number, change: Partial<FraudAnalysis> = {}): void {
    const value = fraudAnalysis({ transactionId, ...change });
    const topic = topicNames.fraudReplies;
    this.#driver.pipe(this.#driver.serdes.fraud, { topic, key: transactionId, value, afterMs });
  }

  idle(ms: number): void {
    this.#driver.idle(ms);
  }

  answers(): FraudAnalysis[] {
    return this.#driver.take(this.#driver.serdes.fraud, topicNames.fraud).map(({ value }) => value);
  }

  /** The ids of the payments that the external system is asked about. */
  questions(): string[] {
    return this.#driver.take(this.#driver.serdes.request, topicNames.fraudRequests).map(({ key }) => key ?? '');
  }

  breakers(): string[] {
    const changes = this.#driver.take(this.#driver.serdes.fraudBreakerEvent, topicNames.fraudBreakers);
    return changes.map(({ value: { from, to } }) => `${from} to ${to}`);
  }
}

describe('the builtin rules', () => {
  const given = () => new FraudRun('builtin');

  test('answer by transactionId with score, factors and decision', () => {
    const run = given();
    run.pay(0);
    expect(run.answers()).toEqual([
      {
        transactionId: 'T-1',
        fraudScore: 0.15,
        decision: 'APPROVED',
        riskFactors: ['NEW_DEVICE'],
        processingTime: 0,
        fraudSystemId: 'FMS-BUILTIN',
      },
    ]);
  });

  test('velocity: the sixth payment of a payer in a sliding minute is many', () => {
    const run = given();
    for (let payment = 0; payment < 6; payment++) run.pay(payment * 10 * second);
    run.pay(minute + 1);
    run.pay(3 * minute);
    const isMany = run.answers().map(({ riskFactors }) => riskFactors.includes('MANY_IN_A_MINUTE'));
    expect(isMany).toEqual([false, false, false, false, false, true, true, false]);
  });

  test('velocity: amounts of a payer in a sliding hour are added up, those of others are not', () => {
    const run = given();
    const amount = 6_000_000n;
    for (const at of [0, 20 * minute, 40 * minute, hour, 3 * hour]) run.pay(at, { amount });
    run.pay(3 * hour, { amount: 12_000_000n, fromMsisdn: '254700000001' });
    const isMuch = run.answers().map(({ riskFactors }) => riskFactors.includes('MUCH_IN_AN_HOUR'));
    expect(isMuch).toEqual([false, false, true, true, false, false]);
  });

  test('velocity and a changed device together decline', () => {
    const run = given();
    for (let payment = 0; payment < 6; payment++) run.pay(payment);
    run.pay(10, { deviceId: 'IMEI-2', amount: 9_000_000n });
    expect(run.answers().at(-1)).toMatchObject({
      decision: 'DECLINED',
      fraudScore: 1,
      riskFactors: ['CHANGED_DEVICE', 'UNUSUAL_AMOUNT', 'MANY_IN_A_MINUTE', 'MUCH_IN_A_MINUTE'],
    });
  });

  test('device: a changed one is noticed once, and then known', () => {
    const run = given();
    for (const deviceId of ['A', 'B', 'A', 'B']) run.pay(0, { deviceId });
    expect(run.answers().map(({ riskFactors }) => riskFactors)).toEqual([['NEW_DEVICE'], ['CHANGED_DEVICE'], [], []]);
  });

  test('hour: payments in the night of Nairobi are noticed', () => {
    const run = given();
    // 14:30 in UTC is 17:30 in Nairobi; its night ends at 5.
    for (const hours of [6, 7, 11, 12]) run.pay(hours * hour);
    const isNight = run.answers().map(({ riskFactors }) => riskFactors.includes('UNUSUAL_TIME'));
    expect(isNight).toEqual([false, true, true, false]);
  });

  test("amount: measured by the payer's own payments", () => {
    const run = given();
    for (let payment = 0; payment < 6; payment++) run.pay(payment * hour, { amount: BigInt(100_000 + payment) });
    run.pay(8 * hour, { amount: 300_000n });
    run.pay(8 * hour, { amount: 300_000n, fromMsisdn: '254700000001' });
    const isUnusual = run.answers().map(({ riskFactors }) => riskFactors.includes('UNUSUAL_AMOUNT'));
    expect(isUnusual).toEqual([false, false, false, false, false, false, true, false]);
  });

  test('the same request again gets the same answer, and counts as one payment', () => {
    const run = given();
    for (let copy = 0; copy < 8; copy++) run.pay(copy, { transactionId: 'T' });
    const answers = run.answers();
    expect(answers).toHaveLength(8);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  test('requests that break a rule are not looked at', () => {
    const run = given();
    run.pay(0, { amount: -1n });
    run.pay(0, { transactionId: '' });
    expect(run.answers()).toEqual([]);
  });
});

describe('the external system', () => {
  const given = () => new FraudRun('external');
  const systems = (run: FraudRun) => run.answers().map(({ fraudSystemId }) => fraudSystemId);

  /** Twenty requests that nobody answers; the last one expires at 2,190 ms. */
  const opened = () => {
    const run = given();
    for (let request = 0; request < 20; request++) run.pay(request * 10, { fromMsisdn: `2547000001${request + 10}` });
    run.pay(2_200, { transactionId: 'after' });
    return run;
  };

  test('is asked, and its answer passed on', () => {
    const run = given();
    const id = run.pay(0);
    expect(run.questions()).toEqual([id]);
    expect(run.answers()).toEqual([]);
    run.reply(id, 80, { decision: 'DECLINED' });
    expect(run.answers()).toMatchObject([{ transactionId: id, decision: 'DECLINED', fraudSystemId: 'FMS-001' }]);
  });

  test('that says nothing for 2 s is answered for by the conservative rules; its late answer goes nowhere', () => {
    const run = given();
    const id = run.pay(0);
    run.pay(1_999);
    expect(run.answers()).toEqual([]);
    run.pay(2_000);
    expect(run.answers()).toMatchObject([{ transactionId: id, fraudSystemId: 'FMS-BACKUP', processingTime: 2_000 }]);
    run.reply(id, 2_100);
    expect(run.answers()).toEqual([]);
  });

  test('that says nothing is noticed without another request too', () => {
    const run = given();
    run.pay(0);
    run.idle(5_100);
    expect(systems(run)).toEqual(['FMS-BACKUP']);
  });

  test('is asked no more after 20 unanswered requests in a row', () => {
    const run = opened();
    expect(run.breakers()).toEqual(['CLOSED to OPEN']);
    run.questions();
    run.answers();
    const id = run.pay(2_300, { amount: 2_500_000n });
    expect(run.questions()).toEqual([]);
    expect(run.answers()).toMatchObject([
      { transactionId: id, fraudSystemId: 'FMS-BACKUP', decision: 'DECLINED', fraudScore: 0.4, processingTime: 0 },
    ]);
  });

  test('stays with an answer between: the twenty must be in a row', () => {
    const run = given();
    for (let request = 0; request < 25; request++) {
      const id = run.pay(request * 2_000, { fromMsisdn: `2547000001${request + 10}` });
      if (request === 12) run.reply(id, request * 2_000 + 50);
    }
    expect(run.breakers()).toEqual([]);
  });

  test('is probed with one request after 30 s: an answer closes the breaker', () => {
    const run = opened();
    run.questions();
    // Opened when the twentieth expired.
    expect(run.pay(32_000) && run.questions()).toEqual([]);
    const probe = run.pay(32_300);
    run.pay(32_310);
    expect(run.questions()).toEqual([probe]);
    run.reply(probe, 32_400);
    const next = run.pay(32_500);
    expect(run.questions()).toEqual([next]);
    expect(run.breakers()).toEqual(['CLOSED to OPEN', 'OPEN to HALF_OPEN', 'HALF_OPEN to CLOSED']);
  });

  test('a probe without an answer opens it for another 30 s', () => {
    const run = opened();
    const probe = run.pay(33_000);
    run.pay(35_100);
    expect(run.breakers()).toEqual(['CLOSED to OPEN', 'OPEN to HALF_OPEN', 'HALF_OPEN to OPEN']);
    expect(run.answers().find(({ transactionId }) => transactionId === probe)?.fraudSystemId).toBe('FMS-BACKUP');
    run.questions();
    expect(run.pay(65_000) && run.questions()).toEqual([]);
    const second = run.pay(65_200);
    expect(run.questions()).toEqual([second]);
  });
});
