import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { brokerWithTopic, connectTo, reading, serve, unavailable } from '../../../test/remote/remote-harness.ts';
import { systemChance } from '../../common/chance.ts';
import { serveBroker } from './serve-broker.ts';

describe('a server', () => {
  test('listens at a path, too, and an address that is taken is a configuration problem', async () => {
    const path = join(tmpdir(), `millrace-${process.pid}-${Math.floor(systemChance() * 1e9)}.sock`);
    const server = await serve(brokerWithTopic(), { path });
    expect(server.address).toEqual({ path });
    expect(await connectTo(server.address).admin.listTopics()).toEqual(['t']);
    await expect(serveBroker(brokerWithTopic(), { path })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  test('is for this machine unless told otherwise', async () => {
    const { address } = await serve(brokerWithTopic());
    expect(address).toEqual({ port: expect.any(Number), host: '127.0.0.1' });
  });

  test.each([
    ['noise', Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 131) % 251))],
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['a frame that holds no message', Buffer.from('\0\0\0\x06\0\0\0\x02{]')],
    ['a message of another kind', Buffer.from('\0\0\0\x12\0\0\0\x0e{"type":"dog"}')],
    ['zeros', Buffer.alloc(100_000)],
  ])('hangs up on %s, and goes on for the others', async (_, garbage) => {
    const broker = brokerWithTopic();
    const { address } = await serve(broker);
    const client = connectTo(address);
    await client.admin.listTopics();
    const socket = connect(address as { port: number });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(garbage);
    await closed;
    expect(await client.admin.listTopics()).toEqual(['t']);
  });

  test('refuses a client of another version by name', async () => {
    const { address } = await serve(brokerWithTopic());
    const socket = connect(address as { port: number });
    const text = JSON.stringify({
      type: 'request',
      id: 1,
      object: 0,
      method: 'hello',
      params: { protocol: 'other/9' },
    });
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32BE(text.length + 4, 0);
    prefix.writeUInt32BE(text.length, 4);
    socket.write(Buffer.concat([prefix, Buffer.from(text)]));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toContain('POLICY_VIOLATION');
    expect(answer.toString()).toContain('millrace-remote/1');
  });

  test('that is closed lets the broker go on', async () => {
    const broker = brokerWithTopic();
    const server = await serve(broker);
    const client = connectTo(server.address);
    const polled = client.fetcher(reading).poll(60_000);
    await client.admin.listTopics();
    await server.close();
    await expect(polled).rejects.toMatchObject(unavailable);
    broker.produce('t', [{ key: null, value: Buffer.from('a') }]);
    expect(broker.endOffsets('t')).toEqual([1]);
  });
});
