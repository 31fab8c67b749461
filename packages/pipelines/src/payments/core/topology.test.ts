import { describe, expect, test } from 'vitest';
import { paymentRequest } from '../../../test/payments/samples.ts';
import { outsideWorld, processingMs, topologyDeps } from '../../../test/payments/topology-deps.ts';
import type { Taken } from '../../../test/payments/topology-driver.ts';
import { TopologyDriver } from '../../../test/payments/topology-driver.ts';
import type { CoreCommandType } from '../generated/avro-enums.ts';
import type { CoreCommand, CoreLedgerEntry, CoreProcessing, PaymentRequest } from '../generated/avro-types.ts';
import type { OutsideWorld } from '../simulator/outside-world.ts';
import { topicNames } from '../topics.ts';
import { coreTopology } from './topology.ts';

// Opened with 45,600 and 65,400 shillings.
const payer = '254700123456';
const payee = '254711987654';
const richer = '254700122999';

class CoreRun {
  readonly #driver: TopologyDriver;

  constructor(world: Partial<OutsideWorld> = {}) {
    this.#driver = new TopologyDriver(coreTopology, topologyDeps({}, outsideWorld(world)));
  }

  ask(transactionId: string, change: Partial<PaymentRequest> = {}): this {
    const value = paymentRequest({ transactionId, ...change });
    const { serdes } = this.#driver;
    this.#driver.pipe(serdes.request, { topic: topicNames.requests, key: value.fromMsisdn, value, afterMs: 0 });
    return this;
  }

  tell(transactionId: string, command: CoreCommandType, change: Partial<CoreCommand> = {}): this {
    const value: CoreCommand = { ...execution, transactionId, command, ...change };
    const { serdes } = this.#driver;
    this.#driver.pipe(serdes.command, { topic: topicNames.commands, key: transactionId, value, afterMs: 200 });
    return this;
  }

  replies(): Taken<CoreProcessing>[] {
    return this.#driver.take(this.#driver.serdes.core, topicNames.core);
  }

  /** What core said, each in a few words. */
  said(): string[] {
    return this.replies().map(({ value: { coreStatus, reason } }) =>
      reason === null ? coreStatus : `${coreStatus} ${reason}`,
    );
  }

  journal(): CoreLedgerEntry[] {
    return this.#driver
      .take(this.#driver.serdes.coreLedgerEntry, topicNames.ledger)
      .map(({ key, value }) => ({ ...value, account: key === value.account ? value.account : `under ${key}` }));
  }
}

const execution: CoreCommand = {
  transactionId: '',
  command: 'EXECUTE',
  attempt: 1,
  fromMsisdn: payer,
  toMsisdn: payee,
  amount: 500_000n,
  fee: 1_500n,
  issuedAt: 0,
};

const given = (world?: Partial<OutsideWorld>) => new CoreRun(world);

test('a request reserves amount and fee, and is answered by transactionId a little later', () => {
  const run = given().ask('A');
  expect(run.replies()).toMatchObject([
    { key: 'A', afterMs: processingMs, value: { coreStatus: 'RESERVED', attempt: 0, processingTime: processingMs } },
  ]);
  expect(run.journal()).toMatchObject([
    { posting: 'RESERVED', account: payer, amount: 501_500n, previousBalance: 4_560_000n, newBalance: 4_560_000n },
  ]);
});

test('what is reserved cannot be reserved again', () => {
  expect(given().ask('A', { amount: 4_500_000n }).ask('B').said()).toEqual(['RESERVED', 'FAILED INSUFFICIENT_FUNDS']);
});

describe('EXECUTE', () => {
  test('debits the payer, credits the payee through their own topic, and is answered for both', () => {
    const run = given().ask('A').tell('A', 'EXECUTE');
    expect(run.replies().at(-1)?.value).toMatchObject({
      coreStatus: 'COMPLETED',
      attempt: 1,
      debitAccount: payer,
      creditAccount: payee,
      debitedAmount: 501_500n,
      creditedAmount: 500_000n,
      transactionFee: 1_500n,
      debitPreviousBalance: 4_560_000n,
      debitNewBalance: 4_058_500n,
      creditPreviousBalance: 6_540_000n,
      creditNewBalance: 7_040_000n,
    });
    expect(run.journal().slice(1)).toMatchObject([
      { posting: 'DEBITED', account: payer, amount: 501_500n, fee: 1_500n, sequence: 1 },
      { posting: 'CREDITED', account: payee, amount: 500_000n, fee: 0n, sequence: 1 },
    ]);
  });

  test('again says the same and moves nothing', () => {
    const run = given().ask('A').tell('A', 'EXECUTE').tell('A', 'EXECUTE').tell('A', 'RELEASE', { attempt: 2 });
    expect(run.said()).toEqual(['RESERVED', 'COMPLETED', 'COMPLETED', 'ALREADY_EXECUTED']);
    expect(run.journal()).toHaveLength(3);
  });
});

describe('RELEASE', () => {
  test('sets the money free, and then there is nothing to execute', () => {
    const run = given().ask('A').tell('A', 'RELEASE').tell('A', 'EXECUTE').ask('B', { amount: 4_500_000n });
    expect(run.said()).toEqual(['RESERVED', 'RELEASED', 'RELEASED', 'RESERVED']);
    expect(run.journal().map(({ posting }) => posting)).toEqual(['RESERVED', 'RELEASED', 'RESERVED']);
  });

  test('before the request prevents it', () => {
    const run = given().tell('A', 'RELEASE').ask('A');
    expect(run.said()).toEqual(['RELEASED', 'FAILED RELEASED_BEFORE']);
    expect(run.journal()).toEqual([]);
  });
});

describe('two payers with one transactionId', () => {
  const other = { fromMsisdn: richer };

  test('reserve each their own money', () => {
    const run = given().ask('A').ask('A', other);
    expect(run.journal()).toMatchObject([{ account: payer }, { account: richer }]);
  });

  test('cannot spend or free the money of the other', () => {
    const run = given().ask('A').tell('A', 'EXECUTE', other).tell('A', 'RELEASE', other);
    expect(run.said()).toEqual(['RESERVED', 'FAILED NOT_RESERVED', 'RELEASED']);
    expect(run.journal()).toHaveLength(1);
    expect(run.tell('A', 'EXECUTE').said()).toEqual(['COMPLETED']);
  });
});

test.each([
  ['an amount of -1', { amount: -1n }],
  ['no transactionId', { transactionId: '' }],
] as const)('a request with %s reserves nothing', (_what, change) => {
  const run = given().ask('A', change);
  expect(run.said()).toEqual([]);
  expect(run.journal()).toEqual([]);
});

describe('the simulated network', () => {
  test('loses a command: core does nothing', () => {
    const run = given({ isLost: (_id, attempt) => attempt === 1 })
      .ask('A')
      .tell('A', 'EXECUTE');
    expect(run.said()).toEqual(['RESERVED']);
    expect(run.tell('A', 'RELEASE', { attempt: 2 }).said()).toEqual(['RELEASED']);
  });

  test('loses a reply: core has done it', () => {
    const run = given({ fateOf: ({ attempt }) => (attempt === 1 ? 'missing' : 'none') })
      .ask('A')
      .tell('A', 'EXECUTE');
    expect(run.said()).toEqual(['RESERVED']);
    expect(run.tell('A', 'RELEASE', { attempt: 2 }).said()).toEqual(['ALREADY_EXECUTED']);
  });
});
