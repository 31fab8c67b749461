import type { Api } from './protocol/api.ts';

/** Any node will do: one of the bootstrap addresses, or a node that was learned. */
export const anyNode = -1;

/** Where a node of the cluster is reached. */
export interface BrokerNode {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

export interface RequestOptions {
  /** How long to wait for the answer. */
  readonly timeoutMs: number;
  /**
   * What happens in the order of the calls between one client and one node. Requests of different lanes do not wait for
   * each other: a fetch that waits at the broker holds up no heartbeat.
   */
  readonly lane: string;
}

/**
 * The way to the brokers, the only one that the client has: a network of sockets, or a broker in the same process. Every
 * error is a StreamsError: BROKER_UNAVAILABLE when there was no answer (what was asked may have happened or not),
 * AUTHENTICATION_FAILED, UNSUPPORTED_VERSION, CORRUPT_MESSAGE for an answer that cannot be read.
 */
export interface Transport {
  /** Adds nodes that can be asked by their id, and changes the address of those that moved. */
  learn(nodes: readonly BrokerNode[]): void;
  /** The newest version of an api that this client and that node speak. @throws StreamsError UNSUPPORTED_VERSION */
  version(node: number, api: Pick<Api<never, never>, 'name' | 'key' | 'minVersion' | 'maxVersion'>): Promise<number>;
  /** Features that the cluster finalised, such as `transaction.version`, by name. */
  features(node: number): Promise<ReadonlyMap<string, number>>;
  /** Sends one request, and gives its answer. */
  request<Request, Response>(
    node: number,
    api: Api<Request, Response>,
    version: number,
    request: Request,
    options: RequestOptions,
  ): Promise<Response>;
  /** Closes the connections of a lane, which is not used again; all of them when none is named. */
  close(lane?: string): Promise<void>;
}
