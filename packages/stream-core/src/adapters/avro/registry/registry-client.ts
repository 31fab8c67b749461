import { sleep } from '../../../common/clock.ts';
import type { ErrorCode } from '../../../errors/codes.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { HttpAnswer } from './http-exchange.ts';
import { ExchangeError, HttpExchange } from './http-exchange.ts';
import type { ResolvedRegistryOptions, SchemaRegistryAuth } from './registry-options.ts';

export interface RegistryRequest {
  /** What the registry is asked for, in words for messages. */
  readonly what: string;
  /** Below the URL of the registry, with its first slash. */
  readonly path: string;
  /** What is posted; a request without it is a GET. */
  readonly body?: object;
}

/** What a registry says: the object that was asked for, or why there is none. */
export type RegistryAnswer =
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
  | {
      readonly ok: false;
      readonly status: number;
      /** The registry's own code, such as 40403; `null` when the answer has none: then a registry did not write it. */
      readonly errorCode: number | null;
      readonly message: string;
    };

const mediaType = 'application/vnd.schemaregistry.v1+json';
const maxQuotedLength = 500;
// A registry that says so may say otherwise later. 500 is how it reports that its own storage is away.
const retriedStatuses = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Foreign text for a message: one line, not long. */
const quoted = (text: string): string => {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > maxQuotedLength ? `${line.slice(0, maxQuotedLength)}…` : line;
};

const parseObject = (text: string): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
};

const refusalOf = ({ status, body }: HttpAnswer): RegistryAnswer => {
  const { error_code: code = null, message = null } = parseObject(body) ?? {};
  return {
    ok: false,
    status,
    errorCode: typeof code === 'number' ? code : null,
    message: typeof message === 'string' ? quoted(message) : `HTTP status ${status}`,
  };
};

const authorization = async (auth: SchemaRegistryAuth | null): Promise<string | null> => {
  if (auth === null) return null;
  if ('token' in auth) return `Bearer ${typeof auth.token === 'string' ? auth.token : await auth.token()}`;
  return `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
};

/** Asks a registry, again and elsewhere while it is away, and names what stands in the way. */
export class RegistryClient {
  readonly #options: ResolvedRegistryOptions;
  readonly #http: HttpExchange;
  readonly #hosts: string;
  /** The URL that answered last. */
  #preferred = 0;

  constructor(options: ResolvedRegistryOptions) {
    this.#options = options;
    this.#http = new HttpExchange(options);
    this.#hosts = options.urls.map(({ host }) => host).join(', ');
  }

  /**
   * The answer to a request that does no harm when it is made twice.
   *
   * @throws StreamsError SCHEMA_REGISTRY_UNAVAILABLE, AUTHENTICATION_FAILED, AUTHORIZATION_FAILED, CORRUPT_MESSAGE
   */
  async ask(request: RegistryRequest): Promise<RegistryAnswer> {
    const { urls, attempts, clock } = this.#options;
    const preferred = this.#preferred;
    let problem = '';
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (attempt > 0) await sleep(clock, this.#pauseMs(attempt));
      for (let offset = 0; offset < urls.length; offset++) {
        const index = (preferred + offset) % urls.length;
        const answer = await this.#attempt(request, urls[index] as URL);
        if (typeof answer === 'string') {
          problem = answer;
          continue;
        }
        this.#preferred = index;
        return this.#understand(request, answer);
      }
    }
    const message = `did not answer to ${request.what}, tried ${attempts} times: ${problem}; check that it runs and can be reached from here`;
    throw this.#error('SCHEMA_REGISTRY_UNAVAILABLE', message);
  }

  /** The error of an answer that nobody here can do anything with. */
  refused({ what }: RegistryRequest, { status, errorCode, message }: RegistryAnswer & { ok: false }): StreamsError {
    if (status === 404 && errorCode === null) {
      return this.#error('REQUEST_REFUSED', `does not know the request for ${what}; check the path in the url`);
    }
    const remedy =
      status >= 300 && status < 400 ? 'redirects are not followed, so give the address they lead to' : message;
    return this.#error('REQUEST_REFUSED', `answered to ${what} with HTTP status ${status}: ${remedy}`);
  }

  /** The error of an answer without what it must have. */
  unreadable({ what }: RegistryRequest, problem: string, cause?: unknown): StreamsError {
    const message = `gave an answer to ${what} that cannot be read: ${problem}; check that the url is that of a registry`;
    return this.#error('CORRUPT_MESSAGE', message, cause);
  }

  /** An answer, or why there was none. */
  async #attempt(request: RegistryRequest, base: URL): Promise<HttpAnswer | string> {
    const { auth } = this.#options;
    const url = new URL(base);
    url.pathname = `${base.pathname.replace(/\/+$/u, '')}${request.path}`;
    const credentials = await authorization(auth);
    try {
      const answer = await this.#http.send({
        url,
        method: request.body === undefined ? 'GET' : 'POST',
        headers: {
          accept: `${mediaType}, application/json`,
          ...(request.body === undefined ? {} : { 'content-type': mediaType }),
          ...(credentials === null ? {} : { authorization: credentials }),
        },
        body: request.body === undefined ? null : JSON.stringify(request.body),
      });
      return retriedStatuses.has(answer.status) ? `${base.host}: HTTP status ${answer.status}` : answer;
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error;
      if (error.kind === 'away') return `${base.host}: ${error.message}`;
      if (error.kind === 'garbage') throw this.unreadable(request, error.message, error);
      const message = `cannot be reached over TLS (${base.host}): ${error.message}; check tls.ca, tls.serverName and the scheme of the url`;
      throw this.#error('AUTHENTICATION_FAILED', message, error);
    }
  }

  #understand(request: RegistryRequest, answer: HttpAnswer): RegistryAnswer {
    const { status, body } = answer;
    if (status >= 200 && status < 300) {
      const value = parseObject(body);
      if (value === null) throw this.unreadable(request, 'it is no JSON object');
      return { ok: true, value };
    }
    if (status === 401) {
      const given = this.#options.auth === null ? 'there are none; give auth' : 'check auth';
      throw this.#error('AUTHENTICATION_FAILED', `does not accept the credentials: ${given}`);
    }
    if (status === 403) {
      const message = `does not allow ${request.what} to this user; have it granted, or use another one`;
      throw this.#error('AUTHORIZATION_FAILED', message);
    }
    return refusalOf(answer);
  }

  #pauseMs(attempt: number): number {
    const { backoffMs, maxBackoffMs, chance } = this.#options;
    const full = Math.min(backoffMs * 2 ** (attempt - 1), maxBackoffMs);
    // Between half and all of it, so that the instances of an application do not come back in step.
    return Math.round(full * (1 - chance() / 2));
  }

  #error(code: ErrorCode, message: string, cause?: unknown): StreamsError {
    return new StreamsError(code, `The schema registry at ${this.#hosts} ${message}`, { cause });
  }
}
