import { beforeAll } from 'vitest';

import { kafkaOver } from '../../src/adapters/kafka/kafka-broker.ts';
import { resolveOptions } from '../../src/adapters/kafka/kafka-options.ts';
import { NetworkTransport } from '../../src/adapters/kafka/network/network-transport.ts';
import { createPartitionsApi } from '../../src/adapters/kafka/protocol/create-partitions-api.ts';
import { systemClock } from '../../src/common/clock.ts';
import { brokerSuite } from '../../src/testing/suites/broker-suite.ts';
import { describeWith } from '../servers/describe-with.ts';
import { sharedKafka } from '../servers/shared-servers.ts';
import { controlRequests } from './control-requests.ts';
import { LostAnswers } from './losing-transport.ts';

describeWith(['kafka'], 'the Kafka client on a real broker', () => {
  // The first start on a machine downloads Kafka, for which the suite's own hook would not wait.
  beforeAll(async () => {
    await sharedKafka();
  }, 300_000);

  brokerSuite('kafka', {
    supports: { transactions: true, staticMembership: true, cleaning: false, lostAnswers: true, growingTopics: true },
    open: async () => {
      const { address, isOurs } = await sharedKafka();
      const requests = controlRequests(address);
      const { network } = resolveOptions({ bootstrapServers: address });
      const lost = new LostAnswers();
      return {
        broker: kafkaOver((client) => lost.over(new NetworkTransport({ ...network, ...client }))),
        loseNextProduceAnswer: () => lost.loseNextProduceAnswer(),
        clock: systemClock,
        // Kafka's own minimum, where we did not set it.
        sessionTimeoutMs: isOurs ? 2_000 : 6_000,
        createPartitions: async (name, count) => {
          const topics = [{ name, count, assignments: null }];
          const { results } = await requests.send(createPartitionsApi, {
            topics,
            timeoutMs: 10_000,
            validateOnly: false,
          });
          if (results[0]?.errorCode !== 0) throw new Error(`${name} cannot grow: ${results[0]?.errorMessage}`);
        },
        close: () => requests.close(),
      };
    },
  });
});
