import type { Clock } from '@millrace/stream-core';
import type { Broker, BrokerClient, ClientOptions, GroupConsumer, Producer } from '@millrace/stream-core/broker';
import { Pace } from './pace.ts';
import { PacedConsumer } from './paced-consumer.ts';

/** How long a record may take that no commit tells the end of, ms of the stepped clock. */
const patienceMs = 50;

/**
 * A broker that gives its readers one record at a time, the next one when that is committed: as the test driver does.
 * What is produced must be in batches of one record.
 */
export class PacedBroker implements Broker {
  readonly #broker: Broker;
  readonly #pace: Pace;

  constructor(broker: Broker, clock: Clock) {
    this.#broker = broker;
    this.#pace = new Pace(clock, patienceMs);
  }

  /** Whether everything that was fetched is handed out and committed. */
  get isIdle(): boolean {
    return this.#pace.isFree && this.#pace.held === 0;
  }

  connect(options: ClientOptions): BrokerClient {
    const client = this.#broker.connect(options);
    const pace = this.#pace;
    return {
      admin: client.admin,
      fetcher: (fetching) => client.fetcher(fetching),
      groupConsumer: (joining): GroupConsumer => new PacedConsumer(client.groupConsumer(joining), pace),
      producer: (producing) => pacedProducer(client.producer(producing), pace),
      close: () => client.close(),
    };
  }
}

const pacedProducer = (producer: Producer, pace: Pace): Producer => ({
  init: () => producer.init(),
  begin: () => producer.begin(),
  send: (partition, batch) => producer.send(partition, batch),
  sendOffsets: async (offsets, group) => {
    await producer.sendOffsets(offsets, group);
    pace.offsetsSent(offsets);
  },
  commit: async () => {
    await producer.commit();
    pace.committed();
  },
  abort: () => producer.abort(),
  close: () => producer.close(),
});
