import type { Chance } from '../common/chance.ts';
import type { Clock } from '../common/clock.ts';
import type { Admin } from './admin.ts';
import type { Fetcher, FetcherOptions } from './fetcher.ts';
import type { GroupConsumer, GroupConsumerOptions } from './group-consumer.ts';
import type { Producer, ProducerOptions } from './producer.ts';

/** Who a client is, and what it runs on. */
export interface ClientOptions {
  readonly clientId: string;
  readonly clock: Clock;
  readonly chance: Chance;
}

/** The connections of one application instance. */
export interface BrokerClient {
  readonly admin: Admin;
  fetcher(options: FetcherOptions): Fetcher;
  groupConsumer(options: GroupConsumerOptions): GroupConsumer;
  producer(options: ProducerOptions): Producer;
  /** Closes what is still open. */
  close(): Promise<void>;
}

/**
 * Kafka as the runtime needs it. An adapter implements it: `memory` here, real clusters by the Kafka adapters. What
 * every adapter must do is said by the contract suite in `@millrace/stream-core/testing`.
 */
export interface Broker {
  /** Opens no connection before one is needed; an unreachable broker shows in the first call. */
  connect(options: ClientOptions): BrokerClient;
}
