import type { Socket } from 'node:net';
import { StreamsError } from '../../../errors/streams-error.ts';
import { FrameReader, framePrefixBytes } from './frame-reader.ts';
import type { Message } from './message.ts';
import { parseMessage } from './message.ts';
import { decodeError, encodeError } from './wire-error.ts';

/** The calls that one side understands: for each method what goes there, and what comes back (void for notices). */
export type CallTable<C> = { readonly [M in keyof C]: { readonly params: unknown; readonly result: unknown } };

/** A request or notice of the other side. */
export interface IncomingCall {
  readonly object: number;
  readonly method: string;
  readonly params: unknown;
  readonly raw: Buffer;
  /** Sends a piece of the answer ahead. */
  part(result: unknown, raw: readonly Uint8Array[]): void;
}

/** A piece of an answer. */
export interface AnswerPart {
  readonly result: unknown;
  readonly raw: Buffer;
}

export interface RequestOptions {
  readonly raw?: Uint8Array;
  /** Called with each piece that comes ahead of the answer, in order; must not throw. */
  readonly onPart?: (part: AnswerPart) => void;
}

export interface ChannelOptions {
  readonly maxFrameBytes: number;
  /** True stops reading while the other side does not take what was written. Only one side may: both would wait for ever. */
  readonly holdsBack: boolean;
  /** Answers requests; what it throws is the refusal. Called in the order in which calls arrive. */
  readonly onCall: (call: IncomingCall) => unknown;
  /** Called for everything that arrives, pulses too. */
  readonly onHeard: () => void;
}

interface PendingRequest {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onPart: ((part: AnswerPart) => void) | undefined;
}

const nothing = (): void => undefined;

/** A connection on which both sides call objects of the other one. `C` are the calls that the other side understands. */
export class Channel<C extends CallTable<C>> {
  readonly #socket: Socket;
  readonly #options: ChannelOptions;
  readonly #frames: FrameReader;
  readonly #pending = new Map<number, PendingRequest>();
  readonly #closed = Promise.withResolvers<void>();
  #maxFrameBytes: number;
  #nextId = 1;
  #isCorked = false;
  /** Why the channel is of no further use. */
  #failure: StreamsError | null = null;

  constructor(socket: Socket, options: ChannelOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#maxFrameBytes = options.maxFrameBytes;
    this.#frames = new FrameReader(options.maxFrameBytes);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('drain', () => socket.resume());
    socket.on('error', (cause) => this.close('the connection to the other process broke', cause));
    socket.on('close', () => this.close('the other process closed the connection'));
  }

  get isOpen(): boolean {
    return this.#failure === null;
  }

  /** Resolves when nothing more comes or goes. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** The most that a frame may take, which is what both sides accept. */
  get maxFrameBytes(): number {
    return this.#maxFrameBytes;
  }

  /** Takes account of the other side's own limit. */
  limitFrames(maxFrameBytes: number): void {
    this.#maxFrameBytes = Math.min(this.#maxFrameBytes, maxFrameBytes);
  }

  /**
   * Asks the other side.
   *
   * @throws StreamsError BROKER_UNAVAILABLE when the connection ends before the answer, POLICY_VIOLATION when the
   * request takes more than a frame; the refusal of the other side, as it was thrown there
   */
  request<M extends keyof C & string>(
    object: number,
    method: M,
    params: C[M]['params'],
    options: RequestOptions = {},
  ): Promise<C[M]['result']> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    try {
      this.#send({ type: 'request', id, object, method, params }, options.raw === undefined ? [] : [options.raw]);
      this.#pending.set(id, { resolve, reject, onPart: options.onPart });
    } catch (error) {
      reject(error);
    }
    return promise;
  }

  /** Tells the other side; a closed channel swallows it. */
  notify<M extends keyof C & string>(object: number, method: M, params: C[M]['params']): void {
    this.#send({ type: 'notice', object, method, params });
  }

  pulse(): void {
    this.#send({ type: 'pulse' });
  }

  /** Ends the connection at once. What is under way is rejected with BROKER_UNAVAILABLE. */
  close(reason: string, cause?: unknown): void {
    if (this.#failure !== null) return;
    const options = cause === undefined ? {} : { cause };
    const failure = new StreamsError('BROKER_UNAVAILABLE', `the broker is not reachable: ${reason}`, options);
    this.#failure = failure;
    this.#socket.destroy();
    for (const { reject } of this.#pending.values()) reject(failure);
    this.#pending.clear();
    this.#closed.resolve();
  }

  #receive(chunk: Buffer): void {
    this.#frames.push(chunk);
    try {
      for (let frame = this.#frames.next(); frame !== null && this.isOpen; frame = this.#frames.next()) {
        this.#options.onHeard();
        this.#handle(parseMessage(frame.text), frame.raw);
      }
    } catch (error) {
      this.close('what came over the connection is not understood', error);
    }
  }

  #handle(message: Message, raw: Buffer): void {
    switch (message.type) {
      case 'request':
        void this.#answer(message.id, {
          ...message,
          raw,
          part: (result, bytes) => this.#part(message.id, result, bytes),
        });
        return;
      case 'notice':
        this.#options.onCall({ ...message, raw, part: nothing });
        return;
      case 'part':
        this.#pending.get(message.id)?.onPart?.({ result: message.result, raw });
        return;
      case 'answer':
        this.#settle(message.id)?.resolve(message.result);
        return;
      case 'refusal':
        this.#settle(message.id)?.reject(decodeError(message.error));
        return;
      case 'pulse':
        return;
    }
  }

  #settle(id: number): PendingRequest | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  async #answer(id: number, call: IncomingCall): Promise<void> {
    try {
      const result = await this.#options.onCall(call);
      this.#send({ type: 'answer', id, result });
    } catch (error) {
      this.#send({ type: 'refusal', id, error: encodeError(error) });
    }
  }

  #part(id: number, result: unknown, raw: readonly Uint8Array[]): void {
    this.#send({ type: 'part', id, result }, raw);
  }

  /** @throws StreamsError POLICY_VIOLATION when it does not fit into a frame */
  #send(message: Message, raw: readonly Uint8Array[] = []): void {
    if (this.#failure !== null) return;
    const text = JSON.stringify(message);
    const textSize = Buffer.byteLength(text);
    const size = raw.reduce((sum, bytes) => sum + bytes.length, framePrefixBytes + textSize);
    if (size > this.#maxFrameBytes) {
      const limit = `the limit is ${this.#maxFrameBytes}; raise maxFrameBytes on both sides`;
      throw new StreamsError('POLICY_VIOLATION', `a message takes ${size} bytes, ${limit}`);
    }
    const head = Buffer.allocUnsafe(framePrefixBytes + textSize);
    head.writeUInt32BE(size - 4, 0);
    head.writeUInt32BE(textSize, 4);
    head.write(text, framePrefixBytes);
    this.#write(head, raw);
  }

  /** What is written in one turn goes out together. */
  #write(head: Buffer, raw: readonly Uint8Array[]): void {
    const socket = this.#socket;
    if (!this.#isCorked) {
      this.#isCorked = true;
      socket.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        socket.uncork();
      });
    }
    let isTaken = socket.write(head);
    for (const bytes of raw) isTaken = socket.write(bytes);
    if (!isTaken && this.#options.holdsBack) socket.pause();
  }
}
