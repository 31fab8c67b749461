import { kafka } from '../../../src/adapters/kafka/index.ts';
import { systemClock } from '../../../src/common/clock.ts';
import { SuiteContext } from '../../../src/testing/suites/broker/suite-context.ts';

/** The tools of the contract suite on a real Kafka, which somebody else closes. */
export const groupContext = (bootstrapServers: string, sessionTimeoutMs: number): SuiteContext => {
  const context = new SuiteContext();
  const broker = kafka({ bootstrapServers });
  context.use({ broker, clock: systemClock, sessionTimeoutMs, close: async () => undefined });
  return context;
};
