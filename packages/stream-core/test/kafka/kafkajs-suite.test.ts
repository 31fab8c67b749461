import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { Kafka, logLevel } from 'kafkajs';
import { beforeAll } from 'vitest';

import { kafkajs } from '../../src/adapters/kafkajs/kafkajs-broker.ts';
import { systemClock } from '../../src/common/clock.ts';
import { brokerSuite } from '../../src/testing/suites/broker-suite.ts';
import { describeWith } from '../servers/describe-with.ts';
import { sharedKafka } from '../servers/shared-servers.ts';

const produceKey = 0;
const apiKeyAt = 4;

/** Sockets that can lose an answer: the way by which an application gives kafkajs sockets of its own. */
class LossySockets {
  #isArmed = false;

  /** The next produce request reaches the broker, and its answer does not come back. */
  loseNextProduceAnswer(): void {
    this.#isArmed = true;
  }

  open(host: string, port: number, onConnect: () => void): Socket {
    const socket = connect({ host, port }, onConnect);
    const write = socket.write.bind(socket) as (bytes: Buffer, encoding: 'binary') => boolean;
    socket.write = (bytes: unknown) => {
      if (!Buffer.isBuffer(bytes)) throw new TypeError('kafkajs writes buffers');
      if (this.#isArmed && bytes.readInt16BE(apiKeyAt) === produceKey) {
        this.#isArmed = false;
        socket.removeAllListeners('data');
        socket.once('data', () => socket.destroy(new Error('the answer was lost')));
      }
      return write(bytes, 'binary');
    };
    return socket;
  }
}

describeWith(['kafka'], 'kafkajs on a real broker', () => {
  // The server that all files share may have to be started first.
  beforeAll(() => sharedKafka(), 240_000);

  brokerSuite('kafkajs', {
    supports: { transactions: false, staticMembership: true, cleaning: false, lostAnswers: true, growingTopics: true },
    open: async () => {
      const { address, isOurs } = await sharedKafka();
      const sockets = new LossySockets();
      const client = new Kafka({
        brokers: address.split(','),
        logLevel: logLevel.NOTHING,
        socketFactory: ({ host, port, onConnect }) => sockets.open(host, port, onConnect),
      });
      const admin = client.admin();
      await admin.connect();
      return {
        broker: kafkajs({ client }),
        clock: systemClock,
        // Kafka's own minimum, where we did not set it.
        sessionTimeoutMs: isOurs ? 2_000 : 6_000,
        loseNextProduceAnswer: () => sockets.loseNextProduceAnswer(),
        createPartitions: async (topic, count) => {
          await admin.createPartitions({ topicPartitions: [{ topic, count }] });
        },
        close: () => admin.disconnect(),
      };
    },
  });
});
