import type { Broker, ClientOptions } from '../../broker/broker.ts';
import { requireCompression } from './compression/platformatic-library.ts';
import { KafkaClient } from './kafka-client.ts';
import type { KafkaOptions, KafkaTuning } from './kafka-options.ts';
import { resolveOptions, resolveTuning } from './kafka-options.ts';
import { NetworkTransport } from './network/network-transport.ts';
import type { Transport } from './transport.ts';

/**
 * A Kafka cluster, tested with 4.3.1, to be given to `KafkaStreams`. No connection is opened before one is needed.
 *
 * @throws ConfigError CONFIG_INVALID with all problems of the options at once. Calls of the clients throw
 * BROKER_UNAVAILABLE when no broker answered for the retry time, AUTHENTICATION_FAILED at once when the credentials are
 * refused or only one side expects TLS, and what the port says
 */
export const kafka = (options: KafkaOptions): Broker => {
  const { settings, network } = resolveOptions(options);
  requireCompression(settings.compression);
  return {
    connect: (client) => {
      const { clientId, clock } = client;
      return new KafkaClient({ ...client, settings, transport: new NetworkTransport({ ...network, clientId, clock }) });
    },
  };
};

/**
 * The same client over another way to the brokers, such as one inside the process: for tests and simulations.
 *
 * @param transport makes the way of one client
 * @throws ConfigError CONFIG_INVALID
 */
export const kafkaOver = (transport: (client: ClientOptions) => Transport, tuning: KafkaTuning = {}): Broker => {
  const settings = resolveTuning(tuning);
  requireCompression(settings.compression);
  return { connect: (client) => new KafkaClient({ ...client, settings, transport: transport(client) }) };
};
