import type { Clock } from '../../common/clock.ts';
import { StreamsError } from '../../errors/streams-error.ts';
import type { BrokerVersions } from '../kafka/network/broker-versions.ts';
import { negotiateVersions } from '../kafka/network/broker-versions.ts';
import { apiVersionsApi } from '../kafka/protocol/api-versions-api.ts';
import { kafkajsError, unavailable } from './kafkajs-error.ts';
import type { KafkajsCluster, KafkajsConnection, ProtocolCall } from './kafkajs-library.ts';
import { checkOnlyPending } from './kafkajs-library.ts';
import { requestBody } from './request-body.ts';

/** How long it may take until a connection can be used and the broker has said what it can do. */
const handshakeTimeoutMs = 10_000;
const clientSoftware = { clientSoftwareName: 'millrace', clientSoftwareVersion: '0' };

/** A request whose body is written already, the tagged fields of its header included. */
export interface RawCall {
  readonly name: string;
  readonly key: number;
  readonly version: number;
  readonly body: Buffer;
  readonly timeoutMs: number;
}

/** Where to connect; null for the next bootstrap address. */
export type Address = { readonly host: string; readonly port: number } | null;

/** Somebody who waits for this connection, and hears of its loss. */
type Loser = (error: StreamsError) => void;

/**
 * A connection that kafkajs made and authenticated. Requests are written in the order of the calls. The first failure
 * ends it, and it is never connected again: kafkajs keeps half of an answer over a reconnect and takes it for the
 * beginning of the next one.
 */
export class LaneConnection {
  readonly address: Address;
  readonly #clock: Clock;
  readonly #waiting = new Set<Loser>();
  readonly #ready: Promise<KafkajsConnection>;
  #versions: Promise<BrokerVersions> | null = null;
  #connection: KafkajsConnection | null = null;
  #isConnecting = true;
  #lost: StreamsError | null = null;
  /** Settles when the last request was handed to the socket; never rejects. */
  #written: Promise<unknown>;

  constructor(cluster: KafkajsCluster, address: Address, clock: Clock) {
    this.address = address;
    this.#clock = clock;
    this.#ready = this.#connect(cluster).finally(() => {
      this.#isConnecting = false;
    });
    this.#written = this.#ready.catch((error: unknown) => this.#lose(this.#explain(error)));
  }

  /** False after a failure, and when the broker has closed the connection. */
  get isUsable(): boolean {
    return this.#lost === null && (this.#isConnecting || this.#connection?.isConnected() === true);
  }

  /** The address, for messages. */
  get name(): string {
    return this.#connection?.broker ?? 'the bootstrap brokers';
  }

  /**
   * What the broker says about itself; it is asked once.
   *
   * @throws StreamsError BROKER_UNAVAILABLE, AUTHENTICATION_FAILED, UNSUPPORTED_VERSION, CORRUPT_MESSAGE
   */
  versions(): Promise<BrokerVersions> {
    this.#versions ??= this.#negotiate().catch((error: unknown) => {
      this.#versions = null;
      throw error;
    });
    return this.#versions;
  }

  /** The bytes of the answer behind its correlation id. @throws StreamsError BROKER_UNAVAILABLE, AUTHENTICATION_FAILED */
  send(call: RawCall): Promise<Buffer> {
    const turn = this.#written;
    const written = Promise.withResolvers<void>();
    this.#written = written.promise;
    const transmit = async (): Promise<Buffer> => {
      try {
        await turn;
        return await this.#transmit(call, written.resolve);
      } finally {
        written.resolve();
      }
    };
    return this.#guarded(call.name, call.timeoutMs, transmit);
  }

  /** Gives up what was not answered, and the connection. */
  abandon(): void {
    this.#lose(new StreamsError('CLOSED', `The connection to broker ${this.name} was closed`));
  }

  /** Abandons the connection. @returns when the socket is closed */
  async close(): Promise<void> {
    this.abandon();
    const socket = this.#connection?.socket;
    if (socket === undefined || socket.closed) return;
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  }

  async #negotiate(): Promise<BrokerVersions> {
    const { name, key } = apiVersionsApi;
    const connection = await this.#guarded('A connection', handshakeTimeoutMs, () => this.#ready);
    return negotiateVersions(connection, (version) => {
      const body = requestBody(apiVersionsApi, version, clientSoftware);
      return this.send({ name, key, version, body, timeoutMs: handshakeTimeoutMs });
    });
  }

  async #connect(cluster: KafkajsCluster): Promise<KafkajsConnection> {
    const { connectionPoolBuilder, brokerPool, rootLogger } = cluster;
    const connectionPool = await connectionPoolBuilder.build(this.address ?? undefined);
    const [connection] = connectionPool.pool;
    if (connection === undefined) throw new Error('kafkajs made no connection');
    this.#connection = connection;
    if (this.#lost !== null) throw this.#lost;
    checkOnlyPending(connection);
    await brokerPool.createBroker({ connectionPool, logger: rootLogger }).connect();
    if (this.#lost !== null) this.#tearDown(this.#lost);
    return connection;
  }

  async #transmit({ name, key, version, body, timeoutMs }: RawCall, onWritten: () => void): Promise<Buffer> {
    const connection = await this.#ready;
    if (this.#lost !== null) throw this.#lost;
    const answer: { payload: Buffer | null } = { payload: null };
    const call: ProtocolCall = {
      request: {
        apiKey: key,
        apiVersion: version,
        apiName: name,
        encode: async () => {
          // Calls that begin from here on run through the same steps behind this one.
          onWritten();
          return { buf: body, buffer: body };
        },
      },
      response: {
        decode: async (payload) => {
          answer.payload = payload;
          return answer;
        },
        // Gives kafkajs nothing, for what it gets it writes into its debug log.
        parse: async () => undefined,
      },
      requestTimeout: timeoutMs,
      logResponseError: false,
    };
    await connection.send(call);
    if (answer.payload === null) throw new Error(`kafkajs gave no answer to ${name}`);
    return answer.payload;
  }

  /** Runs an action until it is done, its time is over or the connection is lost, which its failure does. */
  #guarded<T>(name: string, timeoutMs: number, action: () => Promise<T>): Promise<T> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiting.add(reject);
    const timer = this.#clock.schedule(timeoutMs, () => {
      // What comes behind it on this connection would be as late.
      this.#lose(unavailable(`${name} to ${this.name}`, new Error(`no answer within ${timeoutMs} ms`)));
    });
    action()
      .then(resolve, (error: unknown) => this.#lose(this.#explain(error)))
      .finally(() => {
        timer.cancel();
        this.#waiting.delete(reject);
      });
    return promise;
  }

  #explain(error: unknown): StreamsError {
    return kafkajsError(error, this.name, this.#connection?.isConnected() === true);
  }

  #lose(error: StreamsError): void {
    if (this.#lost !== null) return;
    this.#lost = error;
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
    this.#tearDown(error);
  }

  #tearDown(error: StreamsError): void {
    const connection = this.#connection;
    const socket = connection?.socket;
    if (connection === null || socket === undefined || socket.destroyed) return;
    const isConnected = connection.isConnected();
    // While it connects, kafkajs hears of an end only by an error, and would wait for its timeout.
    socket.destroy(this.#isConnecting && !isConnected ? error : undefined);
    if (!isConnected) return;
    connection.rejectRequests(error);
    connection.disconnect().catch(() => undefined);
  }
}
