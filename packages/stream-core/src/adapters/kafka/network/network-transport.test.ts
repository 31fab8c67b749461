import { afterEach, describe, expect, test } from 'vitest';

import type { WireRequest } from '../../../../test/kafka/wire-server.ts';
import { versionsBody, WireServer } from '../../../../test/kafka/wire-server.ts';
import { systemClock } from '../../../common/clock.ts';
import { ManualClock } from '../../../testing/manual-clock.ts';
import { heartbeatApi } from '../protocol/heartbeat-api.ts';
import { anyNode } from '../transport.ts';
import type { NetworkTransportOptions } from './network-transport.ts';
import { NetworkTransport } from './network-transport.ts';

const versionsKey = 18;
const heartbeat = { groupId: 'g', generationId: 1, memberId: 'm', groupInstanceId: null };
const usual = [
  [versionsKey, 0, 4],
  [heartbeatApi.key, 0, 4],
] as const;
const options = { timeoutMs: 5_000, lane: 'a' };

/** The throttle time, the error code, and no tagged fields; behind the tagged fields of the header. */
const heartbeatAnswer = (errorCode: number): Buffer => Buffer.from([0, 0, 0, 0, 0, 0, errorCode, 0]);

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** A broker that tells its versions, and does with the rest what the test wants. */
const serve = async (onRequest: (request: WireRequest) => void): Promise<{ server: WireServer; port: number }> => {
  const server = new WireServer((request) => {
    if (request.key === versionsKey) request.answer(versionsBody(request.version, usual));
    else onRequest(request);
  });
  open.push(server);
  return { server, port: await server.listen() };
};

const transportTo = (ports: readonly number[], more: Partial<NetworkTransportOptions> = {}): NetworkTransport => {
  const transport = new NetworkTransport({
    bootstrapServers: ports.map((port) => ({ host: '127.0.0.1', port })),
    clientId: 'test',
    clock: systemClock,
    tls: null,
    sasl: null,
    connectTimeoutMs: 5_000,
    maxAnswerBytes: 1_000,
    ...more,
  });
  open.push(transport);
  return transport;
};

const beat = (transport: NetworkTransport, lane = 'a') =>
  transport.request(anyNode, heartbeatApi, 4, heartbeat, { ...options, lane });

const unavailable = (message: string | RegExp) =>
  expect.objectContaining({ code: 'BROKER_UNAVAILABLE', message: expect.stringMatching(message) });

/** A port that nothing listens on. */
const deadPort = async (): Promise<number> => {
  const server = new WireServer(() => undefined);
  const port = await server.listen();
  await server.close();
  return port;
};

describe('versions', () => {
  const answering = async (ranges: readonly (readonly [number, number, number])[]) => {
    const server = new WireServer(({ version, answer }) => answer(versionsBody(version, ranges)));
    open.push(server);
    return transportTo([await server.listen()]);
  };

  test('are the newest of both sides', async () => {
    expect(await (await answering([[12, 0, 4]])).version(anyNode, heartbeatApi)).toBe(4);
    expect(await (await answering([[12, 0, 9]])).version(anyNode, heartbeatApi)).toBe(heartbeatApi.maxVersion);
  });

  test.each([
    ['the broker is too old', [[12, 0, heartbeatApi.minVersion - 1]]],
    ['the broker is too new', [[12, heartbeatApi.maxVersion + 1, 20]]],
    ['the broker does not know the request', [[1, 0, 3]]],
  ] as const)('that do not meet are an error: %s', async (_, ranges) => {
    const version = (await answering(ranges)).version(anyNode, heartbeatApi);
    await expect(version).rejects.toMatchObject({
      code: 'UNSUPPORTED_VERSION',
      message: expect.stringMatching(/Heartbeat/),
    });
  });

  test('of a broker that does not know the newest question are asked for again', async () => {
    const asked: number[] = [];
    const server = new WireServer(({ version, answer }) => {
      asked.push(version);
      answer(version > 2 ? versionsBody(0, [[versionsKey, 0, 2]], 35) : versionsBody(version, [[12, 0, 4]]));
    });
    open.push(server);
    expect(await transportTo([await server.listen()]).version(anyNode, heartbeatApi)).toBe(4);
    expect(asked).toEqual([4, 2]);
  });
});

describe('requests', () => {
  test('of one lane share a connection, and every lane has its own', async () => {
    const { server, port } = await serve(({ answer }) => answer(heartbeatAnswer(27)));
    const transport = transportTo([port]);
    const answers = await Promise.all([beat(transport), beat(transport), beat(transport, 'b')]);
    expect(answers.map(({ errorCode }) => errorCode)).toEqual([27, 27, 27]);
    expect(server.sockets).toHaveLength(2);
  });

  test('reach the broker in the order of the calls', async () => {
    const order: number[] = [];
    const { port } = await serve(({ correlationId, answer }) => {
      order.push(correlationId);
      answer(heartbeatAnswer(0));
    });
    const transport = transportTo([port]);
    const finished: number[] = [];
    await Promise.all([1, 2, 3, 4].map((number) => beat(transport).then(() => finished.push(number))));
    expect(order).toEqual(order.toSorted((left, right) => left - right));
    expect(finished).toEqual([1, 2, 3, 4]);
  });

  test('go over a new connection after the old one was lost', async () => {
    let isDying = true;
    const { server, port } = await serve(({ socket, answer }) => {
      if (isDying) socket.destroy();
      else answer(heartbeatAnswer(0));
    });
    const transport = transportTo([port]);
    await expect(beat(transport)).rejects.toThrow(unavailable(/127\.0\.0\.1:\d+ closed the connection.*Heartbeat/));
    isDying = false;
    expect(await beat(transport)).toMatchObject({ errorCode: 0 });
    expect(server.sockets).toHaveLength(2);
  });

  test('that are not answered in time take their connection with them', async () => {
    const clock = new ManualClock();
    let asked = 0;
    const { port } = await serve(() => {
      asked++;
    });
    const transport = transportTo([port], { clock });
    const [first, second] = [beat(transport), beat(transport)];
    const refused = Promise.all(
      [first, second].map((each) => expect(each).rejects.toThrow(unavailable(/within 5000 ms/))),
    );
    await expect.poll(() => asked).toBe(2);
    await clock.advance(4_999);
    expect(clock.pendingTimers).toBe(2);
    await clock.advance(1);
    await refused;
    expect(clock.pendingTimers).toBe(0);
  });

  test('to a node that was never heard of fail', async () => {
    const transport = transportTo([1]);
    await expect(transport.request(5, heartbeatApi, 4, heartbeat, options)).rejects.toThrow(unavailable(/broker 5/));
  });

  test('go to the address that a node has moved to', async () => {
    const [old, moved] = [
      await serve(({ answer }) => answer(heartbeatAnswer(1))),
      await serve(({ answer }) => answer(heartbeatAnswer(2))),
    ];
    const transport = transportTo([old.port]);
    const ask = () => transport.request(7, heartbeatApi, 4, heartbeat, options);
    transport.learn([{ nodeId: 7, host: '127.0.0.1', port: old.port }]);
    expect(await ask()).toMatchObject({ errorCode: 1 });
    transport.learn([{ nodeId: 7, host: '127.0.0.1', port: moved.port }]);
    expect(await ask()).toMatchObject({ errorCode: 2 });
  });

  test('find a broker that is up among others that are down', async () => {
    const { port } = await serve(({ answer }) => answer(heartbeatAnswer(0)));
    const transport = transportTo([await deadPort(), port]);
    expect(await beat(transport)).toMatchObject({ errorCode: 0 });
  });

  test('fail with every address when no broker is up', async () => {
    const ports = [await deadPort(), await deadPort()];
    const failure = beat(transportTo(ports));
    await expect(failure).rejects.toThrow(unavailable(`127.0.0.1:${ports[0]} refuses connections`));
    await expect(failure).rejects.toThrow(unavailable(`127.0.0.1:${ports[1]} refuses connections`));
  });

  test('of a lane that was closed are refused, those of others not', async () => {
    const { port } = await serve(({ answer }) => answer(heartbeatAnswer(0)));
    const transport = transportTo([port]);
    await beat(transport);
    await transport.close('a');
    await expect(beat(transport)).rejects.toMatchObject({ code: 'CLOSED' });
    expect(await beat(transport, 'b')).toMatchObject({ errorCode: 0 });
    await transport.close();
    await expect(beat(transport, 'b')).rejects.toMatchObject({ code: 'CLOSED' });
  });

  test('that are on their way when the client is closed end', async () => {
    const { port } = await serve(() => undefined);
    const transport = transportTo([port]);
    const refused = expect(beat(transport)).rejects.toMatchObject({ code: 'CLOSED' });
    await transport.version(anyNode, heartbeatApi);
    await transport.close();
    await refused;
  });
});

describe('an answer that cannot be', () => {
  test.each([
    ['has a size that is not allowed', Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 1])],
    ['has a negative size', Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1])],
    ['belongs to no request', Buffer.from([0, 0, 0, 8, 0, 0, 0x27, 0x0f, 0, 0, 0, 0])],
    ['is HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('%s: an error that does not hang, and the next request works', async (_, bytes) => {
    let isBroken = true;
    const { port } = await serve(({ socket, answer }) => {
      if (isBroken) socket.write(bytes);
      else answer(heartbeatAnswer(0));
    });
    const transport = transportTo([port]);
    await expect(beat(transport)).rejects.toMatchObject({ code: 'CORRUPT_MESSAGE' });
    isBroken = false;
    expect(await beat(transport)).toMatchObject({ errorCode: 0 });
  });

  test('is too short for what it is: an error', async () => {
    const { port } = await serve(({ answer }) => answer(Buffer.from([0, 0])));
    await expect(beat(transportTo([port]))).rejects.toMatchObject({ code: 'CORRUPT_MESSAGE' });
  });

  test('is a TLS alert: the port expects TLS', async () => {
    const server = new WireServer(({ socket }) => socket.write(Buffer.from([0x15, 3, 3, 0, 2, 2, 80])));
    open.push(server);
    await expect(beat(transportTo([await server.listen()]))).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringMatching(/expects TLS/),
    });
  });
});

test('a server that accepts a connection and then says nothing is given up', async () => {
  const clock = new ManualClock();
  let asked = 0;
  const server = new WireServer(() => {
    asked++;
  });
  open.push(server);
  const transport = transportTo([await server.listen()], { clock });
  const refused = expect(beat(transport)).rejects.toThrow(unavailable(/did not answer ApiVersions within 5000 ms/));
  await expect.poll(() => asked).toBe(1);
  await clock.advance(5_000);
  await refused;
});
