import type { Kafka, KafkaConfig } from 'kafkajs';

import type { Broker } from '../../broker/broker.ts';
import { kafkaOver } from '../kafka/kafka-broker.ts';
import type { KafkaTuning } from '../kafka/kafka-options.ts';
import { AtLeastOnceClient } from './at-least-once.ts';
import { clientOf, clusterOf } from './kafkajs-library.ts';
import { KafkajsTransport } from './kafkajs-transport.ts';

/** How a cluster is reached by kafkajs, and how the client works. */
export interface KafkajsOptions extends KafkaTuning {
  /** The application's own client of kafkajs ~2.2.4, or a configuration for one. */
  readonly client: Kafka | KafkaConfig;
}

/**
 * A Kafka cluster for an application that runs on kafkajs, to be given to `KafkaStreams`; at least once only.
 *
 * The connections are those of kafkajs: brokers, `ssl`, `sasl` with every mechanism and custom authenticator,
 * `socketFactory`, `clientId`, `connectionTimeout` and logger of the client are used, and each Millrace client has sockets
 * of its own. What goes over them is written and read here: the client's `retry`, and codecs registered with kafkajs, have
 * no effect, and all codecs of Kafka can be read. So records of aborted transactions stay hidden from readers of
 * committed ones, which the consumers of kafkajs do not achieve.
 *
 * @throws ConfigError CONFIG_INVALID when the client is not one of kafkajs 2.2, or an option cannot be used. Starting with
 * exactly_once_v2 fails with CONFIG_INVALID too: use `kafka` for it. Calls of the clients throw BROKER_UNAVAILABLE when no
 * broker answered for the retry time, AUTHENTICATION_FAILED at once when the broker refuses the credentials or its
 * certificate is not trusted, and what the port says
 */
export const kafkajs = ({ client: clientOrConfig, ...tuning }: KafkajsOptions): Broker => {
  const client = clientOf(clientOrConfig);
  // Made once for its complaints, which belong here and not to the first connection.
  clusterOf(client);
  const broker = kafkaOver(({ clock }) => new KafkajsTransport(clusterOf(client), clock), tuning);
  return { connect: (options) => new AtLeastOnceClient(broker.connect(options)) };
};
