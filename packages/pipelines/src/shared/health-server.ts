import type { Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a probe is told. */
export interface Health {
  /** False when nothing but a restart helps. */
  readonly isLive: boolean;
  /** False while it cannot work: it starts, restores, rebalances or drains. */
  readonly isReady: boolean;
  /** What people want to know about it. */
  readonly details: Readonly<Record<string, unknown>>;
}

const answer = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
};

/** Answers GET /health/live and /health/ready: 200 for yes, 503 for no, with the details in JSON. */
export class HealthServer {
  readonly #server: Server;

  private constructor(health: () => Health) {
    this.#server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://health');
      const isLiveness = pathname === '/health/live';
      if (!isLiveness && pathname !== '/health/ready') return answer(response, 404, { status: 'NOT_FOUND' });
      if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, { status: 'GET_ONLY' });
      const { isLive, isReady, details } = health();
      const isUp = isLiveness ? isLive : isReady;
      return answer(response, isUp ? 200 : 503, { status: isUp ? 'UP' : 'DOWN', ...details });
    });
    // Probes are short, and nobody else has business here.
    this.#server.maxConnections = 32;
    this.#server.requestTimeout = 5_000;
    this.#server.headersTimeout = 5_000;
    this.#server.keepAliveTimeout = 1_000;
  }

  /** @throws the error of the operating system, such as EADDRINUSE */
  static async start({ host, port }: { host: string; port: number }, health: () => Health): Promise<HealthServer> {
    const made = new HealthServer(health);
    await new Promise<void>((resolve, reject) => {
      made.#server.once('error', reject);
      made.#server.listen(port, host, resolve);
    });
    // Without work to do, this alone does not keep the process.
    made.#server.unref();
    return made;
  }

  /** The port it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
