import { describe, expect, test } from 'vitest';
import { paymentRequest } from '../../../test/payments/samples.ts';
import { outsideWorld, processingMs, topologyDeps } from '../../../test/payments/topology-deps.ts';
import { TopologyDriver } from '../../../test/payments/topology-driver.ts';
import type { FinalStatus } from '../generated/avro-enums.ts';
import type { PaymentConfirmation, PaymentRequest, RevenueValidation } from '../generated/avro-types.ts';
import type { OutsideWorld } from '../simulator/outside-world.ts';
import { topicNames } from '../topics.ts';
import { revenueTopology } from './topology.ts';

// Opened with 45,600 shillings, STANDARD; the payee with 65,400.
const payer = '254700123456';
const payee = '254711987654';

class RevenueRun {
  readonly #driver: TopologyDriver;

  constructor(world: Partial<OutsideWorld> = {}) {
    this.#driver = new TopologyDriver(revenueTopology, topologyDeps({}, outsideWorld(world)));
  }

  ask(transactionId: string, change: Partial<PaymentRequest> = {}, afterMs = 0): this {
    const value = paymentRequest({ transactionId, ...change });
    const { serdes } = this.#driver;
    this.#driver.pipe(serdes.request, { topic: topicNames.requests, key: value.fromMsisdn, value, afterMs });
    return this;
  }

  settle(transactionId: string, finalStatus: FinalStatus, change: Partial<PaymentConfirmation> = {}): this {
    const value = { ...confirmation, transactionId, finalStatus, ...change };
    const { serdes } = this.#driver;
    this.#driver.pipe(serdes.confirmation, {
      topic: topicNames.confirmations,
      key: transactionId,
      value,
      afterMs: 1_000,
    });
    return this;
  }

  answers(): { value: RevenueValidation; key: string | null; afterMs: number }[] {
    return this.#driver.take(this.#driver.serdes.revenue, topicNames.revenue);
  }

  /** The last answer. */
  answer(): RevenueValidation | undefined {
    return this.answers().at(-1)?.value;
  }

  idle(ms: number): this {
    this.#driver.idle(ms);
    return this;
  }
}

const confirmation: PaymentConfirmation = {
  transactionId: '',
  finalStatus: 'COMPLETED',
  reasons: [],
  fromMsisdn: payer,
  toMsisdn: payee,
  amount: 500_000n,
  fee: 1_500n,
  newBalance: null,
  completionTime: 0,
  confirmationRequired: true,
  smsText: '',
};

const given = (world?: Partial<OutsideWorld>) => new RevenueRun(world);

describe('a request', () => {
  test('is answered by transactionId with balance, limit and fee, a little later', () => {
    expect(given().ask('A').answers()).toEqual([
      {
        key: 'A',
        afterMs: processingMs,
        value: {
          transactionId: 'A',
          accountBalance: 4_560_000n,
          dailyLimit: 7_000_000n,
          dailyUsed: 0n,
          decision: 'APPROVED',
          reasons: [],
          calculatedFee: 1_500n,
          remainingBalance: 4_058_500n,
        },
      },
    ]);
  });

  test('that is approved holds its amount and fee against the next one', () => {
    const run = given().ask('A').ask('B', { amount: 4_050_000n });
    expect(run.answer()).toMatchObject({
      accountBalance: 4_058_500n,
      dailyUsed: 500_000n,
      decision: 'DECLINED',
      reasons: ['INSUFFICIENT_FUNDS'],
    });
    expect(run.ask('C', { amount: 4_000_000n }).answer()).toMatchObject({ decision: 'APPROVED' });
  });

  test('again gets the same answer and holds nothing more', () => {
    const run = given().ask('A').ask('A', {}, 100);
    const [first, second] = run.answers();
    expect(second?.value).toEqual(first?.value);
    expect(run.ask('B').answer()).toMatchObject({ dailyUsed: 500_000n });
  });

  test('above the limit of the day is declined, and on the next day in Nairobi it is not', () => {
    const rich = { fromMsisdn: '254700122999', amount: 4_000_000n };
    const run = given().ask('A', rich).ask('B', rich);
    expect(run.answer()).toMatchObject({ reasons: ['DAILY_LIMIT_EXCEEDED'] });
    // 14:30 in UTC: Nairobi has another seven hours to midnight, less half an hour.
    expect(run.ask('C', rich, 6.5 * 3_600_000 - 1).answer()).toMatchObject({ reasons: ['DAILY_LIMIT_EXCEEDED'] });
    expect(run.ask('D', rich, 6.5 * 3_600_000).answer()).toMatchObject({ decision: 'APPROVED', dailyUsed: 0n });
  });

  test('of another payer with the same transactionId is another one', () => {
    const run = given().ask('A').ask('A', { fromMsisdn: '254700122999' });
    expect(run.answer()).toMatchObject({ accountBalance: 9_990_000n, dailyUsed: 0n });
  });

  test('that breaks a rule is not answered', () => {
    expect(given().ask('A', { amount: 0n }).ask('').answers()).toEqual([]);
  });

  test('of the largest amount there is, from the poorest account there is, is declined like any other', () => {
    const poorest = { fromMsisdn: '254700123000' };
    const run = given().ask('A', { ...poorest, amount: 1_000_000_000_000n });
    expect(run.answer()).toMatchObject({ reasons: ['DAILY_LIMIT_EXCEEDED', 'INSUFFICIENT_FUNDS'] });
    // With its fee this would be more than the decimals of the answer hold.
    expect(run.ask('B', { ...poorest, amount: 999_999_999_999_999_999n }).answers()).toEqual([]);
  });
});

describe('a confirmation', () => {
  test('COMPLETED takes the money from the payer and gives it to the payee', () => {
    const run = given().ask('A').settle('A', 'COMPLETED');
    run.answers();
    expect(run.ask('B').answer()).toMatchObject({ accountBalance: 4_058_500n, dailyUsed: 500_000n });
    expect(run.ask('C', { fromMsisdn: payee, toMsisdn: payer }).answer()).toMatchObject({
      accountBalance: 7_040_000n,
    });
  });

  test.each(['REJECTED', 'DECLINED', 'FAILED'] as const)('%s sets money and limit free', (outcome) => {
    const run = given().ask('A').settle('A', outcome).ask('B');
    expect(run.answer()).toMatchObject({ accountBalance: 4_560_000n, dailyUsed: 0n });
  });

  test('IN_DOUBT leaves the money held', () => {
    const run = given().ask('A').settle('A', 'IN_DOUBT').ask('B');
    expect(run.answer()).toMatchObject({ accountBalance: 4_058_500n, dailyUsed: 500_000n });
  });

  test('before its request leaves nothing to hold', () => {
    const run = given().settle('A', 'REJECTED').ask('A');
    expect(run.answer()).toMatchObject({ decision: 'DECLINED', reasons: ['SETTLED_BEFORE_IT_CAME'] });
    expect(run.ask('B').answer()).toMatchObject({ accountBalance: 4_560_000n });
  });
});

describe('the simulated network', () => {
  test('loses and doubles answers', () => {
    expect(
      given({ fateOf: () => 'missing' })
        .ask('A')
        .answers(),
    ).toEqual([]);
    expect(
      given({ fateOf: () => 'twice' })
        .ask('A')
        .answers(),
    ).toHaveLength(2);
  });

  test('holds a late answer back until its time has come, which then is its time', () => {
    const run = given({ fateOf: ({ transactionId }) => (transactionId === 'A' ? 'late' : 'none') }).ask('A');
    expect(run.answers()).toEqual([]);
    expect(run.ask('B', {}, 6_039).answers()).toMatchObject([{ key: 'B' }]);
    run.ask('C', {}, 6_140);
    expect(run.answers()).toMatchObject([
      { key: 'A', afterMs: 6_040 },
      { key: 'C', afterMs: 6_180 },
    ]);
    expect(run.idle(60_000).answers()).toEqual([]);
  });
});
