import type { BrokerClient } from '../../broker/broker.ts';
import type { Producer, ProducerOptions } from '../../broker/producer.ts';
import { ConfigError } from '../../errors/streams-error.ts';

const refusal = {
  where: 'processingGuarantee',
  problem:
    'exactly_once_v2 is not offered over kafkajs 2.2, which is unmaintained since 2023: its own consumers show aborted ' +
    'records to readers of committed ones, and exactly-once was never proved by killing processes on its connections',
  remedy: 'use kafka() of @millrace/stream-core/kafka, or at_least_once',
};

/** A client without its transactions: a transactional producer is refused where it is made, before anything connects. */
export class AtLeastOnceClient implements BrokerClient {
  readonly #client: BrokerClient;
  readonly admin: BrokerClient['admin'];
  readonly fetcher: BrokerClient['fetcher'];
  readonly groupConsumer: BrokerClient['groupConsumer'];

  constructor(client: BrokerClient) {
    this.#client = client;
    this.admin = client.admin;
    this.fetcher = client.fetcher.bind(client);
    this.groupConsumer = client.groupConsumer.bind(client);
  }

  /** @throws ConfigError CONFIG_INVALID for a transactional producer */
  producer(options: ProducerOptions): Producer {
    if (options.transactionalId !== null) throw new ConfigError([refusal]);
    return this.#client.producer(options);
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
