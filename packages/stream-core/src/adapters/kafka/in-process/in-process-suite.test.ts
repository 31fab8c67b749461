import { systemClock } from '../../../common/clock.ts';
import { brokerSuite } from '../../../testing/suites/broker-suite.ts';
import { MemoryBroker } from '../../memory/memory-broker.ts';
import { ScriptedFaults } from '../../memory/scripted-faults.ts';
import { kafkaOver } from '../kafka-broker.ts';
import { InProcessBrokers } from './in-process-brokers.ts';
import { inProcessTransport } from './in-process-transport.ts';

for (const [name, transactionVersion] of [
  ['transactions v2', 2],
  ['transactions v1', 1],
] as const) {
  brokerSuite(`kafka over three brokers in this process, ${name}`, {
    // Cleaning is the log's own affair: the suite of the memory broker has its tests.
    supports: { transactions: true, staticMembership: true, cleaning: false, lostAnswers: true, growingTopics: true },
    open: async () => {
      const faults = new ScriptedFaults();
      const memory = new MemoryBroker({ validateRecords: true });
      const brokers = new InProcessBrokers(memory.cluster, {
        nodes: 3,
        features: { 'transaction.version': transactionVersion },
      });
      return {
        broker: kafkaOver(({ clientId, clock }) => inProcessTransport({ brokers, clientId, clock, faults })),
        clock: systemClock,
        sessionTimeoutMs: 300,
        loseNextProduceAnswer: () => faults.fail('after', 'produce', 'BROKER_UNAVAILABLE'),
        createPartitions: async (topic, total) => memory.cluster.topics.createPartitions(topic, total),
        close: async () => undefined,
      };
    },
  });
}
