import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { apiVersionsApi } from '../../src/adapters/kafka/protocol/api-versions-api.ts';
import { Reader } from '../../src/adapters/kafka/protocol/reader.ts';
import { Writer } from '../../src/adapters/kafka/protocol/writer.ts';

/** A request as it came over the wire. */
export interface WireRequest {
  readonly key: number;
  readonly version: number;
  readonly correlationId: number;
  readonly socket: Socket;
  /** Answers with a body; its header is the old one. */
  answer(body: Buffer): void;
}

/** What a broker says about itself, with these versions for each api key. */
export const versionsBody = (
  version: number,
  ranges: readonly (readonly [number, number, number])[],
  errorCode = 0,
): Buffer => {
  const writer = new Writer();
  const apiKeys = ranges.map(([apiKey, minVersion, maxVersion]) => ({ apiKey, minVersion, maxVersion }));
  apiVersionsApi.writeResponse(writer, { errorCode, apiKeys, finalizedFeatures: [] }, version);
  return writer.buffer;
};

/** A server on a socket of this machine that answers as a test wants: what no real broker would do. */
export class WireServer {
  readonly sockets: Socket[] = [];
  readonly #server: Server;

  constructor(onRequest: (request: WireRequest) => void) {
    this.#server = createServer((socket) => {
      this.sockets.push(socket);
      socket.on('error', () => undefined);
      let held: Buffer = Buffer.alloc(0);
      socket.on('data', (chunk: Buffer) => {
        held = Buffer.concat([held, chunk]);
        while (held.length >= 4 && held.length >= 4 + held.readInt32BE(0)) {
          const end = 4 + held.readInt32BE(0);
          const frame = held.subarray(4, end);
          held = held.subarray(end);
          onRequest(parse(frame, socket));
        }
      });
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}

const parse = (frame: Buffer, socket: Socket): WireRequest => {
  const reader = new Reader(frame);
  const [key, version, correlationId] = [reader.readInt16(), reader.readInt16(), reader.readInt32()];
  return {
    key,
    version,
    correlationId,
    socket,
    answer: (body) => {
      const head = Buffer.alloc(8);
      head.writeInt32BE(4 + body.length);
      head.writeInt32BE(correlationId, 4);
      socket.write(Buffer.concat([head, body]));
    },
  };
};
