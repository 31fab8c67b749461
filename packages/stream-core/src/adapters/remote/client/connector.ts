import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { Chance } from '../../../common/chance.ts';
import type { Clock, Timer } from '../../../common/clock.ts';
import { sleep } from '../../../common/clock.ts';
import { errorMessage, StreamsError } from '../../../errors/streams-error.ts';
import type { RemoteAddress } from '../remote-address.ts';
import { addressText, netAddress } from '../remote-address.ts';
import type { IncomingCall } from '../wire/channel.ts';
import { Channel } from '../wire/channel.ts';
import type { ServerCalls } from '../wire/protocol.ts';
import { clientObject, protocolName } from '../wire/protocol.ts';

export type ServerChannel = Channel<ServerCalls>;

export interface ConnectorOptions {
  readonly address: RemoteAddress;
  readonly clientId: string;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly maxFrameBytes: number;
  readonly connectTimeoutMs: number;
  readonly reconnectBackoffMs: number;
}

/** Calls of the server to an object of this client, and the channel they came by. */
export type CallbackHandler = (call: IncomingCall, channel: ServerChannel) => unknown;

/** The connection of one client: made when it is needed, and made again after it was lost. */
export class Connector {
  readonly #options: ConnectorOptions;
  readonly #handlers = new Map<number, CallbackHandler>();
  #channel: ServerChannel | null = null;
  #connecting: Promise<ServerChannel> | null = null;
  #lastFailureMs: number | null = null;
  #isClosed = false;
  #nextObject = clientObject + 1;

  constructor(options: ConnectorOptions) {
    this.#options = options;
  }

  /** The open connection, if there is one. */
  get channel(): ServerChannel | null {
    return this.#channel?.isOpen === true ? this.#channel : null;
  }

  /** A number for an object, by which the server calls it back. */
  register(handler: CallbackHandler): number {
    const object = this.#nextObject++;
    this.#handlers.set(object, handler);
    return object;
  }

  unregister(object: number): void {
    this.#handlers.delete(object);
  }

  /** @throws StreamsError BROKER_UNAVAILABLE when nobody answers, CLOSED */
  async connect(): Promise<ServerChannel> {
    if (this.#isClosed) throw new StreamsError('CLOSED', 'this broker client was closed');
    if (this.channel !== null) return this.channel;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = null;
    });
    return this.#connecting;
  }

  /** Says goodbye where there is somebody to hear it. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const channel = this.channel;
    if (channel === null) return;
    try {
      await channel.request(clientObject, 'bye', null);
    } catch (error) {
      // A server that is gone has nothing left to close.
      if (channel.isOpen) throw error;
    }
    channel.close('this broker client was closed');
  }

  async #connect(): Promise<ServerChannel> {
    const { clock, reconnectBackoffMs } = this.#options;
    if (this.#lastFailureMs !== null) {
      const waitMs = this.#lastFailureMs + reconnectBackoffMs - clock.monotonic();
      if (waitMs > 0) await sleep(clock, waitMs);
    }
    try {
      const channel = await this.#open();
      this.#lastFailureMs = null;
      return channel;
    } catch (error) {
      this.#lastFailureMs = clock.monotonic();
      throw error;
    }
  }

  async #open(): Promise<ServerChannel> {
    const { address, clock, connectTimeoutMs, maxFrameBytes } = this.#options;
    const socket = connect(netAddress(address));
    const deadline = clock.schedule(connectTimeoutMs, () =>
      socket.destroy(new Error(`no answer within ${connectTimeoutMs} ms`)),
    );
    try {
      await connected(socket, addressText(address));
      const channel: ServerChannel = new Channel<ServerCalls>(socket, {
        maxFrameBytes,
        // The server does hold back: this side always reads, so that both never wait for each other.
        holdsBack: false,
        onCall: (call) => this.#called(call, channel),
        onHeard: ignore,
      });
      await this.#greet(channel);
      return channel;
    } finally {
      deadline.cancel();
    }
  }

  async #greet(channel: ServerChannel): Promise<void> {
    const { clientId, chance, maxFrameBytes } = this.#options;
    const seed = Math.floor(chance() * 2 ** 32);
    try {
      const hello = { protocol: protocolName, clientId, seed, maxFrameBytes };
      const welcome = await channel.request(clientObject, 'hello', hello);
      if (this.#isClosed) throw new StreamsError('CLOSED', 'this broker client was closed');
      channel.limitFrames(welcome.maxFrameBytes);
      this.#channel = channel;
      this.#pulse(channel, welcome.pulseIntervalMs);
    } catch (error) {
      channel.close('the server did not welcome this client', error);
      throw error;
    }
  }

  /** The server lets the members of a client that it does not hear of fall silent, as those of a process that stands still. */
  #pulse(channel: ServerChannel, intervalMs: number): void {
    let timer: Timer;
    const schedule = (): void => {
      timer = this.#options.clock.schedule(intervalMs, () => {
        channel.pulse();
        schedule();
      });
    };
    schedule();
    void channel.closed.then(() => timer.cancel());
  }

  #called(call: IncomingCall, channel: ServerChannel): unknown {
    const handler = this.#handlers.get(call.object);
    if (handler === undefined) throw new StreamsError('CLOSED', 'the object was closed');
    return handler(call, channel);
  }
}

const ignore = (): void => undefined;

const connected = async (socket: Socket, where: string): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('connect', resolve);
  socket.once('error', reject);
  try {
    await promise;
  } catch (cause) {
    const message = `no broker can be reached at ${where}: ${errorMessage(cause)}`;
    throw new StreamsError('BROKER_UNAVAILABLE', message, { cause });
  } finally {
    socket.off('connect', resolve);
    socket.off('error', reject);
  }
};
