import type { Admin } from '../../broker/admin.ts';
import type { BrokerClient, ClientOptions } from '../../broker/broker.ts';
import type { Fetcher, FetcherOptions } from '../../broker/fetcher.ts';
import type { GroupConsumer, GroupConsumerOptions } from '../../broker/group-consumer.ts';
import type { Producer, ProducerOptions } from '../../broker/producer.ts';
import { StreamsError } from '../../errors/streams-error.ts';
import { KafkaAdmin } from './admin/kafka-admin.ts';
import { KafkaCluster } from './cluster/kafka-cluster.ts';
import { KafkaFetcher } from './fetch/kafka-fetcher.ts';
import { KafkaGroupConsumer } from './group/kafka-group-consumer.ts';
import type { KafkaSettings } from './kafka-options.ts';
import { KafkaProducer } from './produce/kafka-producer.ts';
import type { Transport } from './transport.ts';

export interface KafkaClientOptions extends ClientOptions {
  readonly transport: Transport;
  readonly settings: KafkaSettings;
}

/** One application instance at a Kafka cluster. */
export class KafkaClient implements BrokerClient {
  readonly admin: Admin;
  readonly #options: KafkaClientOptions;
  readonly #cluster: KafkaCluster;
  readonly #opened = new Set<{ close(): Promise<void> }>();
  #fetchers = 0;
  #isClosed = false;

  constructor(options: KafkaClientOptions) {
    this.#options = options;
    const { transport, clock, chance, settings } = options;
    const shared = { ...settings, transport, clock, chance };
    this.#cluster = new KafkaCluster(shared);
    this.admin = new KafkaAdmin({ ...shared, cluster: this.#cluster });
  }

  fetcher(options: FetcherOptions): Fetcher {
    const { clock, chance, clientId, transport, settings } = this.#options;
    const lane = `fetch-${++this.#fetchers}`;
    const shared = { ...settings.fetch, cluster: this.#cluster, clock, chance, clientId, lane };
    return this.#open((onClose) => {
      const close = (): Promise<void> => {
        onClose();
        return transport.close(lane);
      };
      return new KafkaFetcher({ ...shared, ...options, onClose: close });
    });
  }

  groupConsumer(options: GroupConsumerOptions): GroupConsumer {
    const { clock, chance, clientId, transport, settings } = this.#options;
    const { retryTimeoutMs, fetch: fetchTuning } = settings;
    const shared = { cluster: this.#cluster, clock, chance, clientId, retryTimeoutMs, fetchTuning };
    return this.#open((onClose) => {
      const close = async (lanes: readonly string[]): Promise<void> => {
        onClose();
        for (const lane of lanes) await transport.close(lane);
      };
      return new KafkaGroupConsumer({ ...shared, consumer: options, onClose: close });
    });
  }

  producer(options: ProducerOptions): Producer {
    const { clock, chance, settings } = this.#options;
    const { compression, maxRequestSizeBytes, requestTimeoutMs, retryTimeoutMs } = settings;
    const limits = { maxRequestSizeBytes, requestTimeoutMs, deliveryTimeoutMs: retryTimeoutMs };
    const shared = { compression, ...limits, backoff: settings };
    const cluster = this.#cluster;
    return this.#open((onClose) => new KafkaProducer({ ...options, ...shared, cluster, clock, chance, onClose }));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.all(Array.from(this.#opened, (client) => client.close()));
    await this.#options.transport.close();
  }

  #open<Client extends { close(): Promise<void> }>(make: (onClose: () => void) => Client): Client {
    if (this.#isClosed) throw new StreamsError('CLOSED', 'The client was closed; connect again to go on.');
    const client: Client = make(() => this.#opened.delete(client));
    this.#opened.add(client);
    return client;
  }
}
