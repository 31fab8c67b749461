import type { Api } from '../../src/adapters/kafka/protocol/api.ts';
import type { BrokerNode, RequestOptions, Transport } from '../../src/adapters/kafka/transport.ts';

/** A request as it went out. */
export interface RecordedRequest {
  readonly api: string;
  readonly version: number;
  readonly request: unknown;
}

/** Another transport, and a record of what went through it. */
export class RecordingTransport implements Transport {
  readonly recorded: RecordedRequest[] = [];
  readonly #inner: Transport;

  constructor(inner: Transport) {
    this.#inner = inner;
  }

  learn(nodes: readonly BrokerNode[]): void {
    this.#inner.learn(nodes);
  }

  version(node: number, api: Pick<Api<never, never>, 'name' | 'key' | 'minVersion' | 'maxVersion'>): Promise<number> {
    return this.#inner.version(node, api);
  }

  features(node: number): Promise<ReadonlyMap<string, number>> {
    return this.#inner.features(node);
  }

  request<Request, Response>(
    node: number,
    api: Api<Request, Response>,
    version: number,
    request: Request,
    options: RequestOptions,
  ): Promise<Response> {
    this.recorded.push({ api: api.name, version, request });
    return this.#inner.request(node, api, version, request, options);
  }

  close(lane?: string): Promise<void> {
    return this.#inner.close(lane);
  }
}
