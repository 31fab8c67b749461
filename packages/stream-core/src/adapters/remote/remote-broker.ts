import type { Broker } from '../../broker/broker.ts';
import { RemoteClient } from './client/remote-client.ts';
import type { RemoteAddress } from './remote-address.ts';
import { resolveMaxFrameBytes } from './wire/frame-limit.ts';

/** How a process reaches a broker server. */
export interface RemoteBrokerOptions {
  /** How long a connection may take, up to the server's welcome. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** After an attempt to connect that failed, the next one waits for so long. Default 100. */
  readonly reconnectBackoffMs?: number;
  /**
   * The most bytes of one message either way; a batch must fit into it. The smaller limit of the two sides counts. At
   * least 131,072. Default 67,108,864.
   */
  readonly maxFrameBytes?: number;
}

/**
 * The broker that `serveBroker` serves in another process of this machine, to be given to `KafkaStreams` like any other.
 * For tests and tools over several processes, not for production.
 *
 * Every client has one connection, made when it is first needed. When it is lost, what is under way rejects with
 * BROKER_UNAVAILABLE, and later calls connect again: admin and fetchers go on as if nothing had been, a group consumer
 * has lost its place (`onPartitionsLost`, then it joins anew), and a producer that had its `init` is of no further use.
 * For the broker a lost connection is a crash: nobody leaves a group, no transaction is ended.
 *
 * The clock of a client paces its pulses and its attempts to connect; how long a poll waits is the server's time.
 *
 * @param address as `serveBroker` gives it
 * @throws ConfigError CONFIG_INVALID for a limit that is too small. Calls of the clients throw what the broker throws;
 * besides BROKER_UNAVAILABLE when there is no connection, RECORD_TOO_LARGE for a batch and POLICY_VIOLATION for another
 * request that does not fit into a frame
 */
export const remoteBroker = (address: RemoteAddress, options: RemoteBrokerOptions = {}): Broker => {
  const connection = {
    address,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    reconnectBackoffMs: options.reconnectBackoffMs ?? 100,
    maxFrameBytes: resolveMaxFrameBytes(options.maxFrameBytes),
  };
  return { connect: (client) => new RemoteClient({ ...client, ...connection }) };
};
