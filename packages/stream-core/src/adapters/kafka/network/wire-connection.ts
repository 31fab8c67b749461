import type { Socket } from 'node:net';

import type { Timer } from '../../../common/clock.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { Api } from '../protocol/api.ts';
import { apiVersionsApi } from '../protocol/api-versions-api.ts';
import { corrupt } from '../protocol/bounds.ts';
import { skipResponseTags } from '../protocol/headers.ts';
import { Reader } from '../protocol/reader.ts';
import { authenticate } from './authenticate.ts';
import type { BrokerVersions } from './broker-versions.ts';
import { negotiateVersions } from './broker-versions.ts';
import { FrameSplitter, looksLikeTls } from './frame-splitter.ts';
import { addressText, socketError, unauthenticated, unavailable } from './network-error.ts';
import type { HostPort, NetworkOptions } from './network-options.ts';
import { openSocket } from './open-socket.ts';
import { requestPieces } from './wire-message.ts';

/** What is asked in one request. */
export interface Asked<Request, Response> {
  readonly api: Api<Request, Response>;
  readonly version: number;
  readonly request: Request;
  readonly timeoutMs: number;
}

interface Pending {
  readonly name: string;
  readonly timer: Timer;
  resolve(answer: Buffer): void;
  reject(error: StreamsError): void;
}

const correlationBytes = 4;
const lastCorrelationId = 0x7fffffff;

/** The part of its authentication's life that a connection is used for: the last answers must still be accepted. */
const lifetimeShare = 0.8;

/**
 * One connection to one broker: requests are answered in their order. It is made once, and broken by the first thing
 * that goes wrong; who needs another makes one.
 */
export class WireConnection {
  readonly #address: HostPort;
  readonly #options: NetworkOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #splitter: FrameSplitter;
  #socket: Socket | null = null;
  #versions: BrokerVersions | null = null;
  #failure: StreamsError | null = null;
  #lastId = 0;
  #hasReceived = false;
  /** The broker has done more than to tell its versions, which it tells everybody. */
  #isAccepted = false;
  #isExpiring = false;
  #expiry: Timer | null = null;
  #drained: PromiseWithResolvers<void> | null = null;

  constructor(address: HostPort, options: NetworkOptions) {
    this.#address = address;
    this.#options = options;
    this.#splitter = new FrameSplitter(options.maxAnswerBytes, `An answer of ${addressText(address)}`);
  }

  /** Connects, asks for the versions, and authenticates. @throws StreamsError */
  async open(): Promise<BrokerVersions> {
    const { connectTimeoutMs, sasl } = this.#options;
    const { socket, opened } = openSocket(this.#address, this.#options);
    this.#socket = socket;
    try {
      await opened;
    } catch (error) {
      throw this.#fail(error);
    }
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.#fail(socketError(this.#address, error, false)));
    socket.on('close', () => this.#fail(this.#lost()));
    const timeoutMs = connectTimeoutMs;
    try {
      this.#versions = await negotiateVersions(this.#address, (version) =>
        this.#ask({ api: apiVersionsApi, version, request: this.#software(), timeoutMs }),
      );
      if (sasl !== null) {
        const lifetimeMs = await authenticate(sasl, {
          address: this.#address,
          request: (api, version, request) => this.request({ api, version, request, timeoutMs }),
        });
        if (lifetimeMs > 0) this.#expireAfter(lifetimeMs * lifetimeShare);
      }
    } catch (error) {
      throw this.#fail(error);
    }
    if (this.#failure !== null) throw this.#failure;
    return this.#versions;
  }

  /** False when it is broken or closed. */
  get isUsable(): boolean {
    return this.#failure === null;
  }

  /** True when the broker will soon want the client to authenticate again: a new connection does that. */
  get isExpiring(): boolean {
    return this.#isExpiring;
  }

  /** Resolves when everything that was asked is answered. */
  drained(): Promise<void> {
    if (this.#pending.size === 0) return Promise.resolve();
    this.#drained ??= Promise.withResolvers();
    return this.#drained.promise;
  }

  async request<Request, Response>(asked: Asked<Request, Response>): Promise<Response> {
    const { api, version } = asked;
    const answer = await this.#ask(asked);
    const reader = new Reader(answer);
    skipResponseTags(reader, api, version);
    return api.readResponse(reader, version);
  }

  /** Gives up what is not answered yet. */
  close(): void {
    this.#fail(
      new StreamsError('CLOSED', `The connection to ${addressText(this.#address)} was closed by this client.`),
    );
  }

  #software(): { clientSoftwareName: string; clientSoftwareVersion: string } {
    return { clientSoftwareName: 'millrace', clientSoftwareVersion: '1' };
  }

  #ask<Request, Response>({ api, version, request, timeoutMs }: Asked<Request, Response>): Promise<Buffer> {
    const { clock, clientId } = this.#options;
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const correlationId = this.#lastId === lastCorrelationId ? 1 : this.#lastId + 1;
    this.#lastId = correlationId;
    const pieces = requestPieces(api, { version, correlationId, clientId }, request);
    return new Promise<Buffer>((resolve, reject) => {
      const timer = clock.schedule(timeoutMs, () => {
        // The answers behind this one would have to wait for it too.
        const what = `did not answer ${api.name} within ${timeoutMs} ms. Check its load and the network.`;
        this.#fail(unavailable(this.#address, what));
      });
      this.#pending.set(correlationId, { name: api.name, timer, resolve, reject });
      this.#write(pieces);
    });
  }

  #write(pieces: readonly Buffer[]): void {
    const socket = this.#socket;
    if (socket === null) return;
    socket.cork();
    for (const piece of pieces) socket.write(piece);
    socket.uncork();
  }

  #receive(chunk: Buffer): void {
    if (this.#failure !== null) return;
    if (!this.#hasReceived && this.#options.tls === null && looksLikeTls(chunk)) {
      this.#fail(unauthenticated(this.#address, 'expects TLS. Set `tls`, or use a port without it.'));
      return;
    }
    this.#hasReceived = true;
    try {
      for (const frame of this.#splitter.push(chunk)) this.#answer(frame);
    } catch (error) {
      this.#fail(error);
    }
  }

  #answer(frame: Buffer): void {
    const correlationId = frame.readInt32BE(0);
    const pending = this.#pending.get(correlationId);
    if (pending === undefined) {
      throw corrupt(`An answer of ${addressText(this.#address)}`, `nothing was asked with the number ${correlationId}`);
    }
    this.#pending.delete(correlationId);
    pending.timer.cancel();
    if (this.#versions !== null) this.#isAccepted = true;
    pending.resolve(frame.subarray(correlationBytes));
    if (this.#pending.size === 0) this.#drained?.resolve();
  }

  #expireAfter(delayMs: number): void {
    this.#expiry = this.#options.clock.schedule(delayMs, () => {
      this.#isExpiring = true;
    });
  }

  #lost(): StreamsError {
    const { tls, sasl } = this.#options;
    const asked = this.#pending.values().next().value;
    const what = `closed the connection${asked === undefined ? '' : ` instead of answering ${asked.name}`}.`;
    if (this.#isAccepted) return unavailable(this.#address, what);
    const wanted = [...(tls === null ? ['`tls`'] : []), ...(sasl === null ? ['`sasl`'] : [])].join(' or ');
    const hint = wanted === '' ? '' : ` If the port expects more than this client is set to, set ${wanted}.`;
    return unavailable(this.#address, `${what}${hint}`);
  }

  /** The first failure is the one that counts. */
  #fail(error: unknown): StreamsError {
    if (this.#failure !== null) return this.#failure;
    const failure = error instanceof StreamsError ? error : unavailable(this.#address, 'could not be used.', error);
    this.#failure = failure;
    this.#expiry?.cancel();
    this.#socket?.destroy();
    // A socket that fails while it is destroyed must find somebody who listens.
    this.#socket?.on('error', () => undefined);
    for (const pending of this.#pending.values()) {
      pending.timer.cancel();
      pending.reject(failure);
    }
    this.#pending.clear();
    this.#drained?.resolve();
    return failure;
  }
}
