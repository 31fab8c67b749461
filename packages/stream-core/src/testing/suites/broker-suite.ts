import { afterAll, afterEach, beforeAll, describe } from 'vitest';

import { adminSuite } from './broker/admin-suite.ts';
import { cleaningSuite } from './broker/cleaning-suite.ts';
import { cooperativeSuite } from './broker/cooperative-suite.ts';
import { fencingSuite } from './broker/fencing-suite.ts';
import { fetchSuite } from './broker/fetch-suite.ts';
import { groupSuite } from './broker/group-suite.ts';
import { isolationSuite } from './broker/isolation-suite.ts';
import { offsetSuite } from './broker/offset-suite.ts';
import { produceSuite } from './broker/produce-suite.ts';
import type { BrokerSupport, BrokerUnderTest } from './broker/suite-context.ts';
import { SuiteContext } from './broker/suite-context.ts';
import { transactionSuite } from './broker/transaction-suite.ts';

/** The broker that the suite is run against, and what it can do. */
export interface BrokerSuiteOptions {
  /** Called once. Topics and groups get names of their own, so the broker may hold others. */
  open(): Promise<BrokerUnderTest>;
  readonly supports: BrokerSupport;
}

/** Long enough for a broker that looks for crashed members and overdue transactions only now and then. */
const testTimeoutMs = 90_000;

/** A real broker may have to be downloaded first. */
const startTimeoutMs = 300_000;

/**
 * What every broker adapter must do, as vitest tests: call it in a test file. It relies on nothing but the port, waits by
 * condition, and gives every test topics, groups and transactional ids of its own.
 *
 * @param name of the adapter
 */
export const brokerSuite = (name: string, { open, supports }: BrokerSuiteOptions): void => {
  const context = new SuiteContext();
  describe(`the broker contract: ${name}`, { timeout: testTimeoutMs }, () => {
    beforeAll(async () => context.use(await open()), startTimeoutMs);
    afterEach(() => context.closeClients());
    afterAll(() => context.broker.close());

    adminSuite(context);
    produceSuite(context, supports);
    fetchSuite(context);
    offsetSuite(context);
    groupSuite(context, supports);
    cooperativeSuite(context);
    cleaningSuite(context, supports);
    if (!supports.transactions) return;
    describe('transactions', () => {
      transactionSuite(context);
      isolationSuite(context);
      fencingSuite(context);
    });
  });
};
