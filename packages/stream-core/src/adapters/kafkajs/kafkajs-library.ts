// The only file that knows what lies inside kafkajs 2.2.4: its public classes give no way to send a request of one's own,
// the objects behind them do. No release has changed them since 2023; a client that lacks one of them is refused here.
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { Kafka, KafkaConfig } from 'kafkajs';
import { ConfigError } from '../../errors/streams-error.ts';

/** What kafkajs writes behind the header of a request. It looks at both fields, and they are the same bytes. */
export interface EncodedBody {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

/** A request and its answer as kafkajs's connections take them. */
export interface ProtocolCall {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    readonly encode: () => Promise<EncodedBody>;
  };
  readonly response: {
    /** Gets the bytes behind the correlation id. */
    readonly decode: (payload: Buffer) => Promise<object>;
    readonly parse: () => Promise<void>;
  };
  /** Ms; the client's own request timeout where that is longer. */
  readonly requestTimeout: number;
  readonly logResponseError: boolean;
}

/** The requests of a connection that wait to be written because the broker asked for a pause (KIP-219). */
interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests: () => void;
}

/** A socket to a broker, with the authentication that the client is configured with. */
export interface KafkajsConnection {
  readonly host: string;
  readonly port: number;
  /** `host:port` */
  readonly broker: string;
  readonly socket?: Socket;
  readonly requestQueue: RequestQueue;
  isConnected(): boolean;
  /** Authenticates again first, where the session is about to end (KIP-368). */
  send(call: ProtocolCall): Promise<void>;
  /** Fails what waits for an answer. */
  rejectRequests(error: Error): void;
  /** Waits for the answers of what was sent. */
  disconnect(): Promise<unknown>;
}

/** The connections to a broker, of which only the first is used here; the others are never made. */
interface KafkajsConnectionPool {
  readonly pool: readonly KafkajsConnection[];
}

/** What makes a connection ready: versions, then authentication. */
interface KafkajsBroker {
  connect(): Promise<void>;
}

/** The root of kafkajs's own network code. Nothing is connected by making one. */
export interface KafkajsCluster {
  readonly rootLogger: unknown;
  readonly connectionPoolBuilder: {
    /** To an address, or else to the next bootstrap address. Throws when these cannot be found out. */
    build(address?: { readonly host: string; readonly port: number }): Promise<KafkajsConnectionPool>;
  };
  readonly brokerPool: {
    createBroker(options: { readonly connectionPool: KafkajsConnectionPool; readonly logger: unknown }): KafkajsBroker;
  };
}

/** The key of the method by which kafkajs's producers, consumers and admins get their cluster. */
const createClusterKey = 'private:Kafka:createCluster';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isCluster = (value: unknown): value is KafkajsCluster =>
  isObject(value) &&
  isObject(value['connectionPoolBuilder']) &&
  typeof value['connectionPoolBuilder']['build'] === 'function' &&
  isObject(value['brokerPool']) &&
  typeof value['brokerPool']['createBroker'] === 'function';

/** The optional peer is required and not imported, so that its absence is an error that says what to install. */
const createClient = (config: KafkaConfig): Kafka => {
  let library: typeof import('kafkajs');
  try {
    library = createRequire(import.meta.url)('kafkajs');
  } catch {
    const problem = 'the package is not installed';
    throw new ConfigError([{ where: 'kafkajs', problem, remedy: 'install it with: npm install kafkajs@2.2.4' }]);
  }
  return new library.Kafka(config);
};

const isConfig = (client: Kafka | KafkaConfig): client is KafkaConfig => 'brokers' in client;

/** A client as it is, or one of that configuration. @throws ConfigError CONFIG_INVALID when kafkajs is not installed */
export const clientOf = (client: Kafka | KafkaConfig): Kafka => (isConfig(client) ? createClient(client) : client);

/** What a client connects with. @throws ConfigError CONFIG_INVALID when it is not one of kafkajs 2.2 */
export const clusterOf = (client: Kafka): KafkajsCluster => {
  const key = Object.getOwnPropertySymbols(client).find(({ description }) => description === createClusterKey);
  const create: unknown = key === undefined ? null : Reflect.get(client, key);
  const cluster: unknown = typeof create === 'function' ? create.call(client, { allowAutoTopicCreation: false }) : null;
  if (isCluster(cluster)) return cluster;
  throw new ConfigError([
    {
      where: 'kafkajs({ client })',
      problem: 'the client is not a Kafka object of kafkajs 2.2, whose connections this broker runs on',
      remedy: 'install kafkajs ~2.2.4 and give its Kafka object or configuration, or use kafka() of ./kafka',
    },
  ]);
};

/**
 * Lets a connection sleep while nothing is to be written. kafkajs looks after waiting requests by a timer that sets
 * itself again, with a delay that is negative when none wait: every connection that ever had an answer would wake the
 * process a thousand times a second.
 */
export const checkOnlyPending = ({ requestQueue }: KafkajsConnection): void => {
  const schedule = requestQueue.scheduleCheckPendingRequests.bind(requestQueue);
  requestQueue.scheduleCheckPendingRequests = () => {
    if (requestQueue.pending.length > 0) schedule();
  };
};
