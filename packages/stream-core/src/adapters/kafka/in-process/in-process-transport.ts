import type { Clock } from '../../../common/clock.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { Faults } from '../../memory/faults.ts';
import type { Api } from '../protocol/api.ts';
import type { BrokerNode, RequestOptions, Transport } from '../transport.ts';
import { anyNode } from '../transport.ts';
import type { InProcessBrokers } from './in-process-brokers.ts';
import { InProcessConnection, unavailable } from './in-process-connection.ts';
import type { NodeRoute } from './routes.ts';
import { routes } from './routes.ts';

export interface InProcessTransportOptions {
  /** Shared by all transports to the same cluster. */
  readonly brokers: InProcessBrokers;
  readonly clientId: string;
  /** The clock of the brokers too. */
  readonly clock: Clock;
  /** @default nothing goes wrong */
  readonly faults?: Faults;
}

/** A way to brokers in the same process, which answer as those of a network do. */
class InProcessTransport implements Transport {
  readonly #options: InProcessTransportOptions;
  readonly #connections = new Map<string, Map<number, InProcessConnection>>();
  readonly #learned = new Set<number>();
  readonly #dropStopped: () => void;
  #isClosed = false;

  constructor(options: InProcessTransportOptions) {
    this.#options = options;
    const { brokers } = options;
    this.#dropStopped = () => this.#breakStopped();
    brokers.nodesStopped.add(this.#dropStopped);
    brokers.cluster.timers.hold();
  }

  learn(nodes: readonly BrokerNode[]): void {
    for (const { nodeId } of nodes) this.#learned.add(nodeId);
  }

  async version(
    node: number,
    api: Pick<Api<never, never>, 'name' | 'key' | 'minVersion' | 'maxVersion'>,
  ): Promise<number> {
    this.#target(node);
    const newest = Math.min(
      api.maxVersion,
      this.#route(api).route.api.maxVersion,
      this.#options.brokers.maxVersion(api.name),
    );
    if (newest < api.minVersion) throw unsupported(api.name, `speaks version ${newest} at most`);
    return newest;
  }

  async features(node: number): Promise<ReadonlyMap<string, number>> {
    this.#target(node);
    return this.#options.brokers.features;
  }

  async request<Request, Response>(
    node: number,
    api: Api<Request, Response>,
    version: number,
    request: Request,
    options: RequestOptions,
  ): Promise<Response> {
    const nodeId = this.#target(node);
    const { kind, route } = this.#route(api);
    const { brokers, clientId, clock, faults } = this.#options;
    if (version < api.minVersion || version > Math.min(api.maxVersion, brokers.maxVersion(api.name))) {
      throw unsupported(api.name, `does not speak version ${version}`);
    }
    const { cluster } = brokers;
    const serve = async (abandoned: AbortSignal): Promise<Response> => {
      if (kind !== null) await faults?.beforeRequest?.(kind, clientId);
      const context = { brokers, cluster, nodeId, version, clientId, clock, abandoned };
      const answer = await route.answer(request, context);
      if (kind !== null) await faults?.afterRequest?.(kind, clientId);
      return answer as Response;
    };
    return this.#connection(nodeId, options.lane).send(serve, { name: api.name, timeoutMs: options.timeoutMs });
  }

  async close(lane?: string): Promise<void> {
    const lanes = lane === undefined ? [...this.#connections.keys()] : [lane];
    for (const each of lanes) {
      const connections = [...(this.#connections.get(each)?.values() ?? [])];
      for (const connection of connections) connection.break(unavailable('the connection was closed'));
      this.#connections.delete(each);
    }
    if (lane !== undefined || this.#isClosed) return;
    this.#isClosed = true;
    this.#options.brokers.nodesStopped.delete(this.#dropStopped);
    this.#options.brokers.cluster.timers.release();
  }

  #route(api: Pick<Api<never, never>, 'name' | 'key'>): NodeRoute {
    const found = routes.get(api.key);
    if (found === undefined) throw unsupported(api.name, 'does not know it');
    return found;
  }

  #target(node: number): number {
    const { brokers } = this.#options;
    if (this.#isClosed) throw new StreamsError('CLOSED', 'This transport was closed.');
    const nodeId = node === anyNode ? (brokers.upNodes[0]?.nodeId ?? -1) : node;
    if (node !== anyNode && !this.#learned.has(node)) throw unavailable(`nobody said where node ${node} is reached`);
    if (!brokers.isUp(nodeId)) throw unavailable(node === anyNode ? 'no node is up' : `node ${node} is not up`);
    return nodeId;
  }

  #connection(nodeId: number, lane: string): InProcessConnection {
    const connections = this.#connections.get(lane) ?? new Map<number, InProcessConnection>();
    this.#connections.set(lane, connections);
    const open = connections.get(nodeId);
    if (open !== undefined) return open;
    const connection = new InProcessConnection(this.#options.clock, () => connections.delete(nodeId));
    connections.set(nodeId, connection);
    return connection;
  }

  #breakStopped(): void {
    for (const connections of this.#connections.values()) {
      for (const [nodeId, connection] of [...connections]) {
        if (!this.#options.brokers.isUp(nodeId)) connection.break(unavailable(`node ${nodeId} went down`));
      }
    }
  }
}

const unsupported = (apiName: string, problem: string): StreamsError =>
  new StreamsError('UNSUPPORTED_VERSION', `The in-process broker ${problem}: ${apiName}. Use what it has.`);

/** The transport to brokers in the same process, for tests and simulations of the real client. */
export const inProcessTransport = (options: InProcessTransportOptions): Transport => new InProcessTransport(options);
