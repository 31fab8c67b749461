import type { Admin } from '../../../broker/admin.ts';
import type { BrokerClient, ClientOptions } from '../../../broker/broker.ts';
import type { Fetcher, FetcherOptions } from '../../../broker/fetcher.ts';
import type { GroupConsumer, GroupConsumerOptions } from '../../../broker/group-consumer.ts';
import type { Producer, ProducerOptions } from '../../../broker/producer.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { Faults } from '../faults.ts';
import type { MemoryCluster } from '../memory-cluster.ts';
import { MemoryAdmin } from './memory-admin.ts';
import { MemoryFetcher } from './memory-fetcher.ts';
import { MemoryGroupConsumer } from './memory-group-consumer.ts';
import { MemoryProducer } from './memory-producer.ts';
import { Requests } from './requests.ts';

export interface MemoryClientOptions extends ClientOptions {
  readonly cluster: MemoryCluster;
  readonly faults: Faults;
  readonly retryTimeoutMs: number;
}

/** One application instance at the embedded broker. */
export class MemoryClient implements BrokerClient {
  readonly admin: Admin;
  readonly #options: MemoryClientOptions;
  readonly #requests: Requests;
  readonly #opened = new Set<{ close(): Promise<void> }>();
  #isClosed = false;

  constructor(options: MemoryClientOptions) {
    this.#options = options;
    this.#requests = new Requests(options);
    this.admin = new MemoryAdmin(options.cluster, this.#requests);
    options.cluster.timers.hold();
  }

  fetcher(options: FetcherOptions): Fetcher {
    const { cluster, clock } = this.#options;
    const { topics } = cluster;
    return this.#open((onClose) => new MemoryFetcher({ ...options, topics, requests: this.#requests, clock, onClose }));
  }

  groupConsumer(options: GroupConsumerOptions): GroupConsumer {
    const { cluster, clock, clientId } = this.#options;
    const requests = this.#requests;
    const shared = { cluster, requests, clock, clientId };
    return this.#open((onClose) => new MemoryGroupConsumer({ ...shared, consumer: options, onClose }));
  }

  producer(options: ProducerOptions): Producer {
    const { cluster } = this.#options;
    return this.#open((onClose) => new MemoryProducer({ ...options, cluster, requests: this.#requests, onClose }));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#requests.close();
    await Promise.all(Array.from(this.#opened, (client) => client.close()));
    this.#options.cluster.timers.release();
  }

  /** Makes a part of this client, and keeps it until it is closed. */
  #open<T extends { close(): Promise<void> }>(make: (onClose: () => void) => T): T {
    if (this.#isClosed) throw new StreamsError('CLOSED', 'this broker client was closed');
    const client: T = make(() => this.#opened.delete(client));
    this.#opened.add(client);
    return client;
  }
}
