import type { Clock } from '../../common/clock.ts';
import { StreamsError } from '../../errors/streams-error.ts';
import type { VersionedApi } from '../kafka/network/broker-versions.ts';
import type { Api } from '../kafka/protocol/api.ts';
import { skipResponseTags } from '../kafka/protocol/headers.ts';
import { Reader } from '../kafka/protocol/reader.ts';
import type { BrokerNode, RequestOptions, Transport } from '../kafka/transport.ts';
import { anyNode } from '../kafka/transport.ts';
import type { KafkajsCluster } from './kafkajs-library.ts';
import type { Address, RawCall } from './lane-connection.ts';
import { LaneConnection } from './lane-connection.ts';
import { requestBody } from './request-body.ts';

const closed = (): StreamsError => new StreamsError('CLOSED', 'The client was closed; connect another one to go on');

const isSameAddress = (a: Address, b: BrokerNode): boolean => a !== null && a.host === b.host && a.port === b.port;

/** The client's requests over connections of kafkajs: one to each node for each lane. */
export class KafkajsTransport implements Transport {
  readonly #cluster: KafkajsCluster;
  readonly #clock: Clock;
  readonly #nodes = new Map<number, BrokerNode>();
  /** By node, then by lane. */
  readonly #connections = new Map<number, Map<string, LaneConnection>>();
  /** Connections that were made to ask for versions; the next lane that needs one to that node takes it. */
  readonly #spares = new Map<number, LaneConnection>();
  #bootstraps = 0;
  readonly #closedLanes = new Set<string>();
  #isClosed = false;

  constructor(cluster: KafkajsCluster, clock: Clock) {
    this.#cluster = cluster;
    this.#clock = clock;
  }

  learn(nodes: readonly BrokerNode[]): void {
    for (const node of nodes) this.#nodes.set(node.nodeId, node);
  }

  async version(node: number, api: VersionedApi): Promise<number> {
    return (await this.#anyConnection(node).versions()).newest(api);
  }

  async features(node: number): Promise<ReadonlyMap<string, number>> {
    return (await this.#anyConnection(node).versions()).features;
  }

  async request<Request, Response>(
    node: number,
    api: Api<Request, Response>,
    version: number,
    request: Request,
    options: RequestOptions,
  ): Promise<Response> {
    const { name, key } = api;
    const { timeoutMs, lane } = options;
    const call: RawCall = { name, key, version, body: requestBody(api, version, request), timeoutMs };
    const reader = new Reader(await this.#connection(node, lane).send(call));
    // kafkajs has read the correlation id.
    skipResponseTags(reader, api, version);
    return api.readResponse(reader, version);
  }

  async close(lane?: string): Promise<void> {
    const closing: LaneConnection[] = [];
    for (const lanes of this.#connections.values()) {
      for (const [name, connection] of lanes) {
        if (lane !== undefined && lane !== name) continue;
        closing.push(connection);
        lanes.delete(name);
      }
    }
    if (lane !== undefined) this.#closedLanes.add(lane);
    else {
      this.#isClosed = true;
      closing.push(...this.#spares.values());
      this.#spares.clear();
    }
    await Promise.all(closing.map((connection) => connection.close()));
  }

  #connection(node: number, lane: string): LaneConnection {
    if (this.#closedLanes.has(lane)) throw closed();
    const lanes = this.#connections.get(node) ?? new Map<string, LaneConnection>();
    this.#connections.set(node, lanes);
    const current = lanes.get(lane) ?? null;
    if (current !== null && this.#isCurrent(node, current)) return current;
    current?.abandon();
    const connection = this.#spare(node);
    this.#spares.delete(node);
    lanes.set(lane, connection);
    return connection;
  }

  /** A connection that tells what the node can do. */
  #anyConnection(node: number): LaneConnection {
    for (const connection of this.#connections.get(node)?.values() ?? []) {
      if (this.#isCurrent(node, connection)) return connection;
    }
    return this.#spare(node);
  }

  #spare(node: number): LaneConnection {
    const current = this.#spares.get(node) ?? null;
    if (current !== null && this.#isCurrent(node, current)) return current;
    current?.abandon();
    if (this.#isClosed) throw closed();
    const connection = new LaneConnection(this.#cluster, this.#addressOf(node), this.#clock);
    this.#spares.set(node, connection);
    return connection;
  }

  #isCurrent(node: number, connection: LaneConnection): boolean {
    const known = this.#nodes.get(node);
    return connection.isUsable && (known === undefined || isSameAddress(connection.address, known));
  }

  #addressOf(node: number): Address {
    if (node === anyNode) return this.#anyAddress();
    const address = this.#nodes.get(node);
    if (address !== undefined) return address;
    throw new StreamsError(
      'BROKER_UNAVAILABLE',
      `The address of broker ${node} is not known; the cluster is asked again`,
    );
  }

  /** Bootstrap addresses and learned nodes take turns: the former may be gone when the latter are all that is left. */
  #anyAddress(): Address {
    const turn = this.#bootstraps++;
    const learned = [...this.#nodes.values()];
    if (turn % 2 === 0 || learned.length === 0) return null;
    return learned[(turn >> 1) % learned.length] ?? null;
  }
}
