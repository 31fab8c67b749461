import { systemClock } from '../../common/clock.ts';
import { brokerSuite } from '../../testing/suites/broker-suite.ts';
import { MemoryBroker } from './memory-broker.ts';
import { ScriptedFaults } from './scripted-faults.ts';

brokerSuite('memory', {
  supports: { transactions: true, staticMembership: true, cleaning: true, lostAnswers: true, growingTopics: true },
  open: async () => {
    const faults = new ScriptedFaults();
    const broker = new MemoryBroker({ faults, validateRecords: true });
    return {
      broker,
      clock: systemClock,
      sessionTimeoutMs: 300,
      clean: async () => {
        broker.runRetention();
        broker.runCompaction({ roll: true });
      },
      loseNextProduceAnswer: () => faults.fail('after', 'produce', 'BROKER_UNAVAILABLE'),
      createPartitions: async (topic, total) => broker.cluster.topics.createPartitions(topic, total),
      close: async () => undefined,
    };
  },
});
