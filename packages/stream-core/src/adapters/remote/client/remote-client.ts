import type { Admin } from '../../../broker/admin.ts';
import type { BrokerClient } from '../../../broker/broker.ts';
import type { Fetcher, FetcherOptions } from '../../../broker/fetcher.ts';
import type { GroupConsumer, GroupConsumerOptions } from '../../../broker/group-consumer.ts';
import type { Producer, ProducerOptions } from '../../../broker/producer.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { ConnectorOptions } from './connector.ts';
import { Connector } from './connector.ts';
import { RemoteAdmin } from './remote-admin.ts';
import { RemoteFetcher } from './remote-fetcher.ts';
import { RemoteGroupConsumer } from './remote-group-consumer.ts';
import { RemoteProducer } from './remote-producer.ts';

/** One application instance at a broker in another process: one connection, and the objects that share it. */
export class RemoteClient implements BrokerClient {
  readonly admin: Admin;
  readonly #connector: Connector;
  readonly #open = new Set<{ close(): Promise<void> }>();
  #isClosed = false;

  constructor(options: ConnectorOptions) {
    this.#connector = new Connector(options);
    this.admin = new RemoteAdmin(this.#connector);
  }

  fetcher(options: FetcherOptions): Fetcher {
    return this.#opened(new RemoteFetcher(this.#connector, options));
  }

  groupConsumer(options: GroupConsumerOptions): GroupConsumer {
    return this.#opened(new RemoteGroupConsumer(this.#connector, options));
  }

  producer(options: ProducerOptions): Producer {
    return this.#opened(new RemoteProducer(this.#connector, options));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.all(Array.from(this.#open, (object) => object.close()));
    await this.#connector.close();
  }

  #opened<T extends { close(): Promise<void> }>(object: T): T {
    if (this.#isClosed) throw new StreamsError('CLOSED', 'this broker client was closed');
    this.#open.add(object);
    return object;
  }
}
