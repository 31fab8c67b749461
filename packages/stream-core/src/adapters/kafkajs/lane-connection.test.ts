import { expect, test } from 'vitest';
import { systemClock } from '../../common/clock.ts';
import type { KafkajsCluster, KafkajsConnection } from './kafkajs-library.ts';
import { LaneConnection } from './lane-connection.ts';

/** kafkajs, whose connection authenticates anew before the first request that it gets. */
const authenticatingAnew = (written: string[], authenticated: Promise<void>): KafkajsCluster => {
  let calls = 0;
  const connection: KafkajsConnection = {
    host: 'broker',
    port: 9092,
    broker: 'broker:9092',
    requestQueue: { pending: [], scheduleCheckPendingRequests: () => undefined },
    isConnected: () => true,
    send: async ({ request, response }) => {
      if (++calls === 1) await authenticated;
      const { buffer } = await request.encode();
      written.push(buffer.toString());
      await response.decode(buffer);
    },
    rejectRequests: () => undefined,
    disconnect: async () => undefined,
  };
  return {
    rootLogger: null,
    connectionPoolBuilder: { build: async () => ({ pool: [connection] }) },
    brokerPool: { createBroker: () => ({ connect: async () => undefined }) },
  };
};

test('no request overtakes one that waits for a new authentication', async () => {
  const written: string[] = [];
  const authentication = Promise.withResolvers<void>();
  const lane = new LaneConnection(authenticatingAnew(written, authentication.promise), null, systemClock);
  const send = async (text: string): Promise<string> => {
    const call = { name: 'Produce', key: 0, version: 9, body: Buffer.from(text), timeoutMs: 10_000 };
    return (await lane.send(call)).toString();
  };
  const answers = Promise.all(['first', 'second', 'third'].map(send));
  await new Promise((resolve) => setImmediate(resolve));
  expect(written).toEqual([]);
  authentication.resolve();
  expect(await answers).toEqual(['first', 'second', 'third']);
  expect(written).toEqual(['first', 'second', 'third']);
});
