import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { Kafka, logLevel } from 'kafkajs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { sleep, systemClock } from '../../common/clock.ts';
import type { Api } from '../kafka/protocol/api.ts';
import { Reader } from '../kafka/protocol/reader.ts';
import { Writer } from '../kafka/protocol/writer.ts';
import { anyNode } from '../kafka/transport.ts';
import { clusterOf } from './kafkajs-library.ts';
import { KafkajsTransport } from './kafkajs-transport.ts';

/** A request that carries a number, and an answer that gives it back. */
const echo: Api<number, number> = {
  name: 'Echo',
  key: 500,
  minVersion: 1,
  maxVersion: 3,
  flexibleVersion: 3,
  writeRequest: (writer, request) => writer.appendInt32(request),
  readRequest: (reader) => reader.readInt32(),
  writeResponse: (writer, response) => writer.appendInt32(response),
  readResponse: (reader) => reader.readInt32(),
};

const apiVersionsKey = 18;
const unsupportedVersion = 35;
const never = 1_000_000;
/** Requests with these numbers are not answered as the others are. */
const [unanswered, halfAnswered, tooShort] = [-1, -2, -3];

const frame = (correlationId: number, body: Writer): Buffer =>
  new Writer()
    .appendInt32(4 + body.length)
    .appendInt32(correlationId)
    .appendFrom(body).buffer;

/** A broker on a socket, which answers as the number in the request says. */
class ScriptedBroker {
  /** The numbers that arrived, by the connection that they came on. */
  readonly arrived: number[][] = [];
  readonly sockets = new Set<Socket>();
  readonly #server: Server;
  /** Whether connections are answered at all. */
  isDumb = false;

  constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  get address(): { host: string; port: number } {
    const address = this.#server.address();
    return { host: '127.0.0.1', port: typeof address === 'object' && address !== null ? address.port : 0 };
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  endConnections(): void {
    for (const socket of this.sockets) socket.end();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    const numbers: number[] = [];
    this.arrived.push(numbers);
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
        const sizeBytes = received.readInt32BE(0);
        if (!this.isDumb) this.#answer(socket, new Reader(received.subarray(4, 4 + sizeBytes)), numbers);
        received = received.subarray(4 + sizeBytes);
      }
    });
  }

  #answer(socket: Socket, reader: Reader, numbers: number[]): void {
    const [key, version, correlationId] = [reader.readInt16(), reader.readInt16(), reader.readInt32()];
    expect(reader.readText(reader.readInt16())).toBe('the-application');
    if (key === apiVersionsKey) {
      const isKnown = version <= 2;
      const body = new Writer().appendInt16(isKnown ? 0 : unsupportedVersion).appendInt32(2);
      for (const [api, max] of [
        [apiVersionsKey, 2],
        [echo.key, 3],
      ] as const) {
        body.appendInt16(api).appendInt16(0).appendInt16(max);
      }
      socket.write(frame(correlationId, version === 0 || !isKnown ? body : body.appendInt32(0)));
      return;
    }
    if (version >= echo.flexibleVersion) expect(reader.readInt8()).toBe(0);
    const number = echo.readRequest(reader, version);
    numbers.push(number);
    if (number === unanswered) return;
    const body = new Writer();
    // A tagged field that nobody knows, as a newer broker may have.
    if (version >= echo.flexibleVersion) body.append(Buffer.from([1, 9, 2, 0, 0]));
    if (number !== tooShort) echo.writeResponse(body, number, version);
    const answer = frame(correlationId, body);
    socket.write(number === halfAnswered ? answer.subarray(0, answer.length - 1) : answer);
  }
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const startBroker = async (): Promise<ScriptedBroker> => {
  const broker = await new ScriptedBroker().listen();
  closing.push(() => broker.close());
  return broker;
};

const connect = (...brokers: ScriptedBroker[]): KafkajsTransport => {
  const addresses = brokers.map(({ address: { host, port } }) => `${host}:${port}`);
  const client = new Kafka({ brokers: addresses, clientId: 'the-application', logLevel: logLevel.NOTHING });
  const transport = new KafkajsTransport(clusterOf(client), systemClock);
  closing.push(() => transport.close());
  return transport;
};

const ask = (
  transport: KafkajsTransport,
  number: number,
  options: Partial<{ lane: string; timeoutMs: number; node: number; version: number }> = {},
): Promise<number> => {
  const { lane = 'lane', timeoutMs = 10_000, node = anyNode, version = 3 } = options;
  return transport.request(node, echo, version, number, { lane, timeoutMs });
};

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await sleep(systemClock, 2);
};

describe('requests over connections of kafkajs', () => {
  test.each([2, 3])('go through in version %s with its kind of header', async (version) => {
    const transport = connect(await startBroker());
    expect(await ask(transport, 7, { version })).toBe(7);
  });

  test('arrive in the order of the calls, those before the connection is made included', async () => {
    const broker = await startBroker();
    const transport = connect(broker);
    const asked: Promise<number>[] = [];
    for (let number = 0; number < 300; number++) {
      asked.push(ask(transport, number));
      if (number % 30 === 29) await sleep(systemClock, number % 4);
    }
    const numbers = Array.from({ length: 300 }, (_, number) => number);
    expect(await Promise.all(asked)).toEqual(numbers);
    expect(broker.arrived).toEqual([numbers]);
  });

  test('of another lane do not wait for one that is not answered', async () => {
    const broker = await startBroker();
    const transport = connect(broker);
    const waiting = ask(transport, unanswered, { lane: 'fetch' });
    expect(await ask(transport, 1, { lane: 'group' })).toBe(1);
    expect(broker.arrived).toEqual([[unanswered], [1]]);
    const isClosed = expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
    await transport.close('fetch');
    await isClosed;
    await expect(ask(transport, 1, { lane: 'fetch' })).rejects.toMatchObject({ code: 'CLOSED' });
    await until(() => broker.sockets.size === 1);
    expect(await ask(transport, 2, { lane: 'group' })).toBe(2);
  });

  test('take the connection that was made to ask for versions', async () => {
    const broker = await startBroker();
    const transport = connect(broker);
    expect(await transport.version(anyNode, echo)).toBe(3);
    expect(await transport.version(anyNode, { ...echo, maxVersion: 2 })).toBe(2);
    await ask(transport, 1);
    expect(await transport.version(anyNode, echo)).toBe(3);
    expect(broker.arrived).toEqual([[1]]);
  });

  test('are refused in versions that the broker does not speak', async () => {
    const transport = connect(await startBroker());
    const newer = transport.version(anyNode, { ...echo, minVersion: 4, maxVersion: 5 });
    await expect(newer).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION' });
    const unknown = transport.version(anyNode, { ...echo, key: 501 });
    await expect(unknown).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION' });
  });
});

describe('a connection', () => {
  test('that leaves a request unanswered is given up with all that waits on it', async () => {
    const broker = await startBroker();
    const transport = connect(broker);
    const late = ask(transport, unanswered, { timeoutMs: 50 });
    const behind = ask(transport, halfAnswered);
    await expect(late).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    await expect(behind).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    // On a connection of its own, so that the half of an answer is no part of this one.
    expect(await ask(transport, 3)).toBe(3);
    expect(broker.arrived).toEqual([[unanswered, halfAnswered], [3]]);
  });

  test('that the broker ends fails what waits on it, and is made anew', async () => {
    const broker = await startBroker();
    const transport = connect(broker);
    await ask(transport, 1);
    const waiting = ask(transport, unanswered);
    await until(() => broker.arrived[0]?.length === 2);
    broker.endConnections();
    await expect(waiting).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    expect(await ask(transport, 2)).toBe(2);
    broker.endConnections();
    await until(() => broker.sockets.size === 0);
    await sleep(systemClock, 20);
    expect(await ask(transport, 3)).toBe(3);
  });

  test('survives an answer that cannot be read', async () => {
    const broker = await startBroker();
    const transport = connect(broker);
    await expect(ask(transport, tooShort)).rejects.toThrow();
    expect(await ask(transport, 1)).toBe(1);
    expect(broker.arrived).toEqual([[tooShort, 1]]);
  });

  test('wakes nobody while nothing is asked', async () => {
    const transport = connect(await startBroker());
    await ask(transport, 1);
    const timers = vi.spyOn(globalThis, 'setTimeout');
    await sleep(systemClock, 100);
    // One is that of the sleep.
    expect(timers.mock.calls.length).toBeLessThan(5);
    timers.mockRestore();
  });

  test('is given up when the broker says nothing at all', async () => {
    const broker = await startBroker();
    broker.isDumb = true;
    const transport = connect(broker);
    await expect(ask(transport, 1, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    await until(() => broker.sockets.size === 0);
  });

  test('is made to the next bootstrap address when one does not answer', async () => {
    const [away, there] = [await startBroker(), await startBroker()];
    await away.close();
    const transport = connect(away, there);
    await expect(ask(transport, 1)).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    expect(await ask(transport, 2)).toBe(2);
  });

  test('is made to a node that was learned, when no bootstrap address is left', async () => {
    const [bootstrap, node] = [await startBroker(), await startBroker()];
    const transport = connect(bootstrap);
    transport.learn([{ nodeId: 5, ...node.address }]);
    await ask(transport, 1);
    await bootstrap.close();
    const answers = await Promise.allSettled([1, 2, 3].map((number) => ask(transport, number, { lane: `${number}` })));
    expect(answers.some(({ status }) => status === 'fulfilled')).toBe(true);
  });

  test('is made to the new address of a node that has moved', async () => {
    const [before, after] = [await startBroker(), await startBroker()];
    const transport = connect(before);
    await expect(ask(transport, 1, { node: 5 })).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    transport.learn([{ nodeId: 5, ...before.address }]);
    expect(await ask(transport, 1, { node: 5 })).toBe(1);
    transport.learn([{ nodeId: 5, ...after.address }]);
    expect(await ask(transport, 2, { node: 5 })).toBe(2);
    expect([before.arrived, after.arrived]).toEqual([[[1]], [[2]]]);
    await until(() => before.sockets.size === 0);
  });

  test('is closed with the transport, also while it is being made', async () => {
    const broker = await startBroker();
    const transport = connect(broker);
    await ask(transport, 1);
    const making = expect(ask(transport, 2, { lane: 'other', timeoutMs: never })).rejects.toMatchObject({
      code: 'CLOSED',
    });
    await transport.close();
    await making;
    await until(() => broker.sockets.size === 0);
    await expect(ask(transport, 3)).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

test('a client that is not of kafkajs is refused', () => {
  const other = Object.create({ producer: () => null }) as Kafka;
  expect(() => clusterOf(other)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});
