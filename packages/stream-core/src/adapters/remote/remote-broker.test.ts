import { systemClock } from '../../common/clock.ts';
import { brokerSuite } from '../../testing/suites/broker-suite.ts';
import { MemoryBroker } from '../memory/memory-broker.ts';
import { ScriptedFaults } from '../memory/scripted-faults.ts';
import { remoteBroker } from './remote-broker.ts';
import { serveBroker } from './serve-broker.ts';

brokerSuite('remote, over a socket to the embedded broker', {
  supports: { transactions: true, staticMembership: true, cleaning: true, lostAnswers: true, growingTopics: true },
  open: async () => {
    const faults = new ScriptedFaults();
    const broker = new MemoryBroker({ faults, validateRecords: true });
    const server = await serveBroker(broker, { port: 0 });
    return {
      broker: remoteBroker(server.address),
      clock: systemClock,
      sessionTimeoutMs: 300,
      clean: async () => {
        broker.runRetention();
        broker.runCompaction({ roll: true });
      },
      loseNextProduceAnswer: () => faults.fail('after', 'produce', 'BROKER_UNAVAILABLE'),
      createPartitions: async (topic, total) => broker.cluster.topics.createPartitions(topic, total),
      close: () => server.close(),
    };
  },
});
