// The public door of @millrace/stream-core/testing/suites: what an adapter of your own must pass, as vitest tests.

export type { BrokerSupport, BrokerUnderTest } from './broker/suite-context.ts';
export type { BrokerSuiteOptions } from './broker-suite.ts';
export { brokerSuite } from './broker-suite.ts';
export type { MakeBackend } from './engine/engine-context.ts';
export type { EngineSuiteOptions } from './engine-suite.ts';
export { engineSuite } from './engine-suite.ts';
export type { StoreSuiteContext } from './store/store-under-test.ts';
export { storeSuite } from './store-suite.ts';
