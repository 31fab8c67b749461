import type { Socket } from 'node:net';
import type { Broker, BrokerClient } from '../../../broker/broker.ts';
import { seededChance } from '../../../common/chance.ts';
import type { Clock } from '../../../common/clock.ts';
import type { Logger } from '../../../common/logger.ts';
import { errorMessage, StreamsError } from '../../../errors/streams-error.ts';
import type { IncomingCall } from '../wire/channel.ts';
import { Channel } from '../wire/channel.ts';
import type {
  CallbackCalls,
  CallHandlers,
  ClientCalls,
  Hello,
  OpenObject,
  ProducerCalls,
  ReaderCalls,
  ServerCalls,
  Welcome,
} from '../wire/protocol.ts';
import { clientObject, dispatch, protocolName } from '../wire/protocol.ts';
import { adminHandlers } from './admin-host.ts';
import { ConsumerHost } from './consumer-host.ts';
import { LeasedClock } from './leased-clock.ts';
import { producerHandlers } from './producer-host.ts';
import { ReaderHost } from './reader-host.ts';

export interface ClientHostOptions {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly leaseMs: number;
  readonly maxFrameBytes: number;
}

/** How long a connection may say nothing at its beginning. */
const helloTimeoutMs = 10_000;

/** So many pulses a client sends while its lease lasts. */
const pulsesPerLease = 4;

const closingMethods: ReadonlySet<string> = new Set<keyof ServerCalls>(['closeReader', 'closeProducer']);

interface HostedObject {
  readonly call: (call: IncomingCall) => unknown;
  /** Ends it as the crash of its process would. */
  readonly drop: () => Promise<void>;
}

/** The server's side of one connection: a client of the broker, and the counterparts of the remote client's objects. */
export class ClientHost {
  readonly #options: ClientHostOptions;
  readonly #clock: LeasedClock;
  readonly #channel: Channel<CallbackCalls>;
  readonly #objects = new Map<number, HostedObject>();
  #client: BrokerClient | null = null;

  constructor(socket: Socket, options: ClientHostOptions) {
    this.#options = options;
    const { clock, leaseMs, maxFrameBytes } = options;
    this.#clock = new LeasedClock(clock, leaseMs);
    this.#channel = new Channel<CallbackCalls>(socket, {
      maxFrameBytes,
      holdsBack: true,
      onCall: (call) => this.#call(call),
      onHeard: () => this.#clock.heard(),
    });
    const deadline = clock.schedule(helloTimeoutMs, () => {
      if (this.#client === null) this.#channel.close('the client did not introduce itself');
    });
    void this.#channel.closed.then(() => deadline.cancel());
  }

  /** Resolves when the connection has ended and nothing is left of the client's objects. */
  async ended(): Promise<void> {
    await this.#channel.closed;
    const drops = Array.from(this.#objects.values(), (object) => object.drop());
    // What waits for a sign of life will not get one, and closing must not wait for it.
    this.#clock.end();
    const results = await Promise.allSettled(drops);
    const closed = await Promise.allSettled([this.#client?.close()]);
    for (const result of [...results, ...closed]) {
      if (result.status === 'fulfilled') continue;
      this.#options.logger.warn('remote-client-not-closed', { reason: errorMessage(result.reason) });
    }
  }

  close(): void {
    this.#channel.close('the server was closed');
  }

  #call(call: IncomingCall): unknown {
    if (this.#client === null) return this.#greet(call);
    if (call.object === clientObject) return dispatch(this.#handlers(this.#client), call);
    const object = this.#objects.get(call.object);
    if (object === undefined) throw new StreamsError('CLOSED', 'the server does not know this object');
    if (closingMethods.has(call.method)) this.#objects.delete(call.object);
    return object.call(call);
  }

  #greet(call: IncomingCall): Welcome {
    const { broker, leaseMs, maxFrameBytes } = this.#options;
    const { protocol, clientId, seed, maxFrameBytes: theirs } = call.params as Hello;
    if (call.method !== 'hello' || protocol !== protocolName) {
      throw new StreamsError(
        'POLICY_VIOLATION',
        `this server speaks ${protocolName}; use the same version on both sides`,
      );
    }
    this.#channel.limitFrames(theirs);
    this.#client = broker.connect({ clientId, clock: this.#clock, chance: seededChance(seed) });
    return { maxFrameBytes, pulseIntervalMs: leaseMs / pulsesPerLease };
  }

  #handlers(client: BrokerClient): CallHandlers<Omit<ClientCalls, 'hello'>> {
    return {
      ...adminHandlers(client.admin),
      open: (object) => {
        this.#objects.set(object.object, this.#open(client, object));
      },
      bye: () => client.close(),
    };
  }

  #open(client: BrokerClient, { object, kind, options }: OpenObject): HostedObject {
    switch (kind) {
      case 'fetcher': {
        const fetcher = client.fetcher(options);
        const host = new ReaderHost({
          fetcher,
          maxFrameBytes: () => this.#channel.maxFrameBytes,
          membership: () => null,
          close: () => fetcher.close(),
        });
        return { call: (call) => dispatch<ReaderCalls>(host.handlers, call), drop: () => fetcher.close() };
      }
      case 'groupConsumer': {
        const consumer = client.groupConsumer(options);
        const { handlers } = new ConsumerHost({ object, consumer, channel: this.#channel });
        return { call: (call) => dispatch(handlers, call), drop: () => consumer.close({ leave: false }) };
      }
      case 'producer': {
        const producer = client.producer(options);
        const handlers = producerHandlers(producer);
        return { call: (call) => dispatch<ProducerCalls>(handlers, call), drop: () => producer.close() };
      }
    }
  }
}
