// The public door of @millrace/stream-core/testing/suites: what an adapter of your own must pass, as vitest tests.

export type { BrokerSupport, BrokerUnderTest } from './broker/suite-context.ts';
export type { BrokerSuiteOptions } from './broker-suite.ts';
export { brokerSuite } from './broker-suite.ts';
