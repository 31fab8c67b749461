import { createServer } from 'node:net';
import type { Broker } from '../../broker/broker.ts';
import { systemChance } from '../../common/chance.ts';
import type { Clock } from '../../common/clock.ts';
import { systemClock } from '../../common/clock.ts';
import type { Logger } from '../../common/logger.ts';
import { silentLogger } from '../../common/logger.ts';
import { ConfigError, errorMessage } from '../../errors/streams-error.ts';
import type { RemoteAddress } from './remote-address.ts';
import { addressText, netAddress } from './remote-address.ts';
import type { ClientHostOptions } from './server/client-host.ts';
import { ClientHost } from './server/client-host.ts';
import { resolveMaxFrameBytes } from './wire/frame-limit.ts';

/** How a broker is served. */
export interface ServeBrokerOptions {
  /** The time of the clients' objects at the server; give it the broker's. Default: the machine's. */
  readonly clock?: Clock;
  /** Is told of clients that could not be closed. Default: nobody is. */
  readonly logger?: Logger;
  /**
   * Timers of a client that was not heard of for so long wait: the heartbeats of a process that stands still end, as they
   * would with a real broker. Default 1,000.
   */
  readonly leaseMs?: number;
  /** As in `RemoteBrokerOptions`. */
  readonly maxFrameBytes?: number;
}

/** A broker that other processes can reach. */
export interface BrokerServer {
  /** Where it listens, for `remoteBroker`; with the port that was found when 0 was asked for. */
  readonly address: RemoteAddress;
  /** Stops listening and drops all clients, as if they had crashed. The broker itself goes on. */
  close(): Promise<void>;
}

/**
 * Serves a broker, usually a `MemoryBroker`, to other processes of this machine, where `remoteBroker` reaches it. For
 * tests and tools over several processes, not for production: whoever reaches the address may do anything.
 *
 * A client whose connection ends, by whatever cause, has crashed for the broker: its members stay in their groups until
 * their sessions time out, its transactions stay open until they time out or a successor fences them. Only closing a
 * client or consumer over there leaves a group. While the server runs, the broker's own timers do.
 *
 * @param address a path, or a port (0 finds a free one) at 127.0.0.1 unless a host is named
 * @throws ConfigError CONFIG_INVALID when it is not possible to listen there
 */
export const serveBroker = async (
  broker: Broker,
  address: RemoteAddress,
  options: ServeBrokerOptions = {},
): Promise<BrokerServer> => {
  const clock = options.clock ?? systemClock;
  const resolved: ClientHostOptions = {
    broker,
    clock,
    logger: options.logger ?? silentLogger,
    leaseMs: options.leaseMs ?? 1_000,
    maxFrameBytes: resolveMaxFrameBytes(options.maxFrameBytes),
  };
  const hosts = new Map<ClientHost, Promise<void>>();
  const server = createServer((socket) => {
    const host = new ClientHost(socket, resolved);
    const ended = host.ended().finally(() => hosts.delete(host));
    hosts.set(host, ended);
  });
  const listening = await listen(server, address);
  // A broker may keep its time only while somebody is connected: crashed clients must time out all the same.
  const keeper = broker.connect({ clientId: 'remote-server', clock, chance: systemChance });
  return {
    address: listening,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const host of hosts.keys()) host.close();
      await Promise.all([...hosts.values(), closed]);
      await keeper.close();
    },
  };
};

const listen = async (server: ReturnType<typeof createServer>, address: RemoteAddress): Promise<RemoteAddress> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(netAddress(address), resolve);
  try {
    await promise;
  } catch (error) {
    const problem = `it is not possible to listen at ${addressText(address)}: ${errorMessage(error)}`;
    const remedy = 'choose another one, or remove a socket file that no process uses';
    throw new ConfigError([{ where: 'address', problem, remedy }]);
  } finally {
    server.off('error', reject);
  }
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? { port: bound.port, host: bound.address } : address;
};
