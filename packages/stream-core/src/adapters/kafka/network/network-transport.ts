import { StreamsError } from '../../../errors/streams-error.ts';
import type { Api } from '../protocol/api.ts';
import type { BrokerNode, RequestOptions, Transport } from '../transport.ts';
import { anyNode } from '../transport.ts';
import type { BrokerVersions, VersionedApi } from './broker-versions.ts';
import { addressText } from './network-error.ts';
import type { HostPort, NetworkOptions } from './network-options.ts';
import { WireConnection } from './wire-connection.ts';

export interface NetworkTransportOptions extends NetworkOptions {
  /** Where the first nodes are found. */
  readonly bootstrapServers: readonly HostPort[];
}

interface Line {
  readonly connection: WireConnection;
  readonly versions: Promise<BrokerVersions>;
}

/** The lane of questions that have none of their own. */
const controlLane = 'control';

const isUnavailable = (error: unknown): boolean => error instanceof StreamsError && error.code === 'BROKER_UNAVAILABLE';

/**
 * Brokers over sockets: one connection a node and lane, made when it is first needed, dropped when anything goes wrong
 * with it, and made anew by the next request.
 */
export class NetworkTransport implements Transport {
  readonly #options: NetworkTransportOptions;
  readonly #nodes = new Map<number, HostPort>();
  /** By lane, then by address: a node that moves is another one for its connections. */
  readonly #lines = new Map<string, Map<string, Line>>();
  readonly #closedLanes = new Set<string>();
  #isClosed = false;
  /** Which of the candidates `anyNode` means at the moment: the last one that could be used. */
  #preferred = 0;

  constructor(options: NetworkTransportOptions) {
    this.#options = options;
  }

  learn(nodes: readonly BrokerNode[]): void {
    for (const { nodeId, host, port } of nodes) this.#nodes.set(nodeId, { host, port });
  }

  async version(node: number, api: VersionedApi): Promise<number> {
    return (await this.#known(node)).newest(api);
  }

  async features(node: number): Promise<ReadonlyMap<string, number>> {
    return (await this.#known(node)).features;
  }

  async request<Request, Response>(
    node: number,
    api: Api<Request, Response>,
    version: number,
    request: Request,
    { timeoutMs, lane }: RequestOptions,
  ): Promise<Response> {
    const connection = await this.#connection(node, lane);
    return connection.request({ api, version, request, timeoutMs });
  }

  async close(lane?: string): Promise<void> {
    const lanes = lane === undefined ? [...this.#lines.keys()] : [lane];
    if (lane === undefined) this.#isClosed = true;
    else this.#closedLanes.add(lane);
    for (const each of lanes) {
      for (const { connection } of this.#lines.get(each)?.values() ?? []) connection.close();
      this.#lines.delete(each);
    }
  }

  /** What the node says about itself: as of a connection that there is, or one that is made to ask. */
  async #known(node: number): Promise<BrokerVersions> {
    if (node === anyNode) return this.#line(await this.#anyAddress(controlLane), controlLane).versions;
    const address = this.#addressOf(node);
    const key = addressText(address);
    for (const lines of this.#lines.values()) {
      const line = lines.get(key);
      if (line?.connection.isUsable === true) return line.versions;
    }
    return this.#line(address, controlLane).versions;
  }

  async #connection(node: number, lane: string): Promise<WireConnection> {
    const address = node === anyNode ? await this.#anyAddress(lane) : this.#addressOf(node);
    const expiring = this.#lines.get(lane)?.get(addressText(address))?.connection;
    // What was asked before must be answered before, so the successor waits for the last answer.
    if (expiring?.isUsable === true && expiring.isExpiring) {
      await expiring.drained();
      expiring.close();
    }
    const line = this.#line(address, lane);
    await line.versions;
    return line.connection;
  }

  #addressOf(node: number): HostPort {
    const address = this.#nodes.get(node);
    if (address !== undefined) return address;
    throw new StreamsError(
      'BROKER_UNAVAILABLE',
      `The broker ${node} is not known. Its address comes with the metadata.`,
    );
  }

  /** The address of a node that can be used: learned ones first, then those it all began with. */
  async #anyAddress(lane: string): Promise<HostPort> {
    const candidates = [...this.#nodes.values(), ...this.#options.bootstrapServers];
    const failures: StreamsError[] = [];
    for (let index = 0; index < candidates.length; index++) {
      const position = (this.#preferred + index) % candidates.length;
      const address = candidates[position];
      if (address === undefined) continue;
      try {
        await this.#line(address, lane).versions;
        this.#preferred = position;
        return address;
      } catch (error) {
        if (!(error instanceof StreamsError) || !isUnavailable(error)) throw error;
        failures.push(error);
      }
    }
    const [first] = failures;
    if (first !== undefined && failures.every(({ message }) => message === first.message)) throw first;
    const each = [...new Set(failures.map(({ message }) => message))].join(' ');
    throw new StreamsError('BROKER_UNAVAILABLE', `No broker can be reached. ${each}`, { cause: first });
  }

  #line(address: HostPort, lane: string): Line {
    if (this.#isClosed || this.#closedLanes.has(lane)) {
      throw new StreamsError('CLOSED', 'The client was closed; make a new one to go on.');
    }
    const lines = this.#lines.get(lane) ?? new Map<string, Line>();
    this.#lines.set(lane, lines);
    const key = addressText(address);
    const known = lines.get(key);
    if (known?.connection.isUsable === true) return known;
    const connection = new WireConnection(address, this.#options);
    const versions = connection.open();
    // Whoever waits hears of a failure; when nobody does, it is no unhandled rejection.
    versions.catch(() => undefined);
    const line = { connection, versions };
    lines.set(key, line);
    return line;
  }
}
