import type { ClientRequest, IncomingMessage } from 'node:http';
import http from 'node:http';
import https from 'node:https';

import type { Clock } from '../../../common/clock.ts';
import { errorMessage } from '../../../errors/streams-error.ts';
import type { ResolvedRegistryOptions } from './registry-options.ts';

export interface HttpRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text; `null` for none. */
  readonly body: string | null;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** Why there is no answer: nobody answers, the other side is not who it must be, or what it says is no answer. */
export type FailureKind = 'away' | 'insecure' | 'garbage';

/** A request that got no answer. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}

const maxConcurrentRequests = 8;

// What OpenSSL says about a certificate that is not trusted; trying again would not change it.
const certificateProblems =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH$|EPROTO$|INVALID_PURPOSE$)/u;

const failureOf = (error: Error): ExchangeError => {
  if (error instanceof ExchangeError) return error;
  const code = 'code' in error ? String(error.code) : '';
  const message = error.message === '' ? code : error.message;
  if (certificateProblems.test(code)) return new ExchangeError('insecure', message, error);
  return new ExchangeError(code.startsWith('HPE_') ? 'garbage' : 'away', message, error);
};

/** Counts who may pass at a time; the others wait in line. */
class Gate {
  #free = maxConcurrentRequests;
  readonly #waiting: (() => void)[] = [];

  async enter(): Promise<void> {
    if (this.#free === 0) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#free--;
    return undefined;
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}

/**
 * HTTP with a bound on everything: how many requests at a time, how long one may take from its beginning to the last
 * byte, how long its answer may be. An answer that is cut off is a failure, and so is one that never ends.
 */
export class HttpExchange {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #maxResponseBytes: number;
  readonly #gate = new Gate();
  // Idle connections do not keep the process alive.
  readonly #plain = new http.Agent({ keepAlive: true });
  readonly #secure: https.Agent;

  constructor({ clock, requestTimeoutMs, maxResponseBytes, tls }: ResolvedRegistryOptions) {
    const { serverName, ...pem } = tls;
    this.#clock = clock;
    this.#timeoutMs = requestTimeoutMs;
    this.#maxResponseBytes = maxResponseBytes;
    this.#secure = new https.Agent({
      keepAlive: true,
      ...pem,
      ...(serverName === undefined ? {} : { servername: serverName }),
    });
  }

  /** @throws ExchangeError */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    await this.#gate.enter();
    try {
      return await this.#send(request);
    } finally {
      this.#gate.leave();
    }
  }

  #send({ url, method, headers, body }: HttpRequest): Promise<HttpAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    const isSecure = url.protocol === 'https:';
    const options = { method, headers, agent: isSecure ? this.#secure : this.#plain };
    let request: ClientRequest;
    try {
      request = (isSecure ? https : http).request(url, options);
    } catch (error) {
      return Promise.reject(new ExchangeError('insecure', errorMessage(error), error));
    }
    const fail = (error: Error): void => {
      reject(failureOf(error));
      request.destroy();
    };
    const timer = this.#clock.schedule(this.#timeoutMs, () => {
      fail(new ExchangeError('away', `there was no answer within ${this.#timeoutMs} ms`));
    });
    request.on('error', fail);
    request.on('response', (response) => this.#collect(response, { resolve, fail }));
    request.end(body ?? undefined);
    return promise.finally(() => timer.cancel());
  }

  #collect(
    response: IncomingMessage,
    { resolve, fail }: { resolve: (answer: HttpAnswer) => void; fail: (error: Error) => void },
  ): void {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    response.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= this.#maxResponseBytes) chunks.push(chunk);
      else fail(new ExchangeError('garbage', `the answer is longer than ${this.#maxResponseBytes} bytes`));
    });
    response.on('error', fail);
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
    );
    response.on('close', () => {
      if (!response.complete) fail(new ExchangeError('away', 'the connection was closed within the answer'));
    });
  }
}
