import { expect, test } from 'vitest';

import { copying, create, put, text, values } from '../test/kafka-streams-harness.ts';
import type { RequestKind } from './adapters/memory/faults.ts';
import { MemoryBroker } from './adapters/memory/memory-broker.ts';
import { seededChance } from './common/chance.ts';
import { StreamsError } from './errors/streams-error.ts';
import type { ProcessorContext } from './processor/processor-context.ts';
import { serdes } from './serdes/serdes.ts';
import type { KeyValueStore } from './state/key-value-store.ts';
import { stores } from './state/stores.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { Topology } from './topology/topology.ts';

const settings = (server: MemoryBroker, clock: ManualClock, seed: number) => ({
  broker: server,
  clock,
  chance: seededChance(seed),
  commitInterval: 40,
  sessionTimeout: 1_000,
  heartbeatInterval: 200,
  rebalanceTimeout: 2_000,
});

/** Counts in a store by the wall clock alone, and writes every number. */
const ticking = (): Topology => {
  const ticker = () => ({
    init: (context: ProcessorContext<string, string>) => {
      const store = context.getStateStore<KeyValueStore<string, string>>('ticks');
      context.schedule('100ms', 'wall_clock_time', () => {
        const next = String(Number(store.get('tick') ?? 0) + 1);
        store.put('tick', next);
        context.forward({ key: 'tick', value: next, timestamp: 1, headers: [] });
      });
    },
    process: () => undefined,
  });
  return new Topology()
    .addSource('source', 'in', text)
    .addProcessor('ticker', ticker, 'source')
    .addStateStore(stores.keyValueStore({ name: 'ticks', ...text, caching: false }), ['ticker'])
    .addSink('sink', 'out', { key: serdes.string(), value: serdes.string(), parents: 'ticker' });
};

const ticks = async (hasInput: boolean): Promise<string[]> => {
  const clock = new ManualClock(1_000_000);
  let frozen: Promise<void> | null = null;
  const isFrozen = (clientId: string): boolean => clientId === 'zombie';
  const faults = {
    beforeRequest: async (_kind: RequestKind, clientId: string) => {
      if (isFrozen(clientId)) await frozen;
    },
  };
  const server = new MemoryBroker({ clock, faults });
  for (const topic of ['in', 'out']) server.createTopic(topic, { partitions: 1 });
  if (hasInput) put(server, 'in', ['a', 'x']);
  const zombie = create({ topology: ticking(), ...settings(server, clock, 1), clientId: 'zombie' });
  const starting = zombie.start();
  await clock.advance(600);
  await starting;
  const other = create({ topology: ticking(), ...settings(server, clock, 2), clientId: 'other' });
  other.start().catch(() => undefined);
  await clock.advance(1_000);
  const { promise, resolve } = Promise.withResolvers<void>();
  frozen = promise;
  await clock.advance(3_000);
  resolve();
  await clock.advance(3_000);
  await clock.settle(Promise.all([zombie.close(), other.close()]));
  return values(server, 'out');
};

test.each([
  ['after input', true],
  ['before any input', false],
])('what a member writes by the clock alone after it lost its place is not committed: %s', async (_when, hasInput) => {
  const seen = await ticks(hasInput);
  expect(seen.length).toBeGreaterThan(40);
  expect(seen).toEqual(seen.map((_, index) => String(index + 1)));
});

test('a thread that begins again ends the transaction that the one before it left open', async () => {
  const clock = new ManualClock(1_000_000);
  let isLost = false;
  const faults = {
    beforeRequest: (kind: RequestKind) => {
      if (isLost && kind === 'endTxn') throw new StreamsError('BROKER_UNAVAILABLE', 'lost');
    },
  };
  const server = new MemoryBroker({ clock, faults, retryTimeoutMs: 1_000 });
  for (const topic of ['in', 'out']) server.createTopic(topic, { partitions: 1 });
  const streams = create({ topology: copying(), ...settings(server, clock, 1), transactionTimeout: 60_000 });
  streams.start().catch(() => undefined);
  await clock.advance(500);
  isLost = true;
  put(server, 'in', ['a', 'x']);
  await clock.advance(3_000);
  isLost = false;
  await clock.advance(5_000);
  expect(values(server, 'out')).toEqual(['x']);
  await clock.settle(streams.close());
});

test('an instance whose transaction the coordinator has aborted begins anew, and writes nothing twice', async () => {
  const clock = new ManualClock(1_000_000);
  let refusals = 1;
  const faults = {
    // As Kafka answers a commit that comes after the transaction has timed out.
    beforeRequest: (kind: RequestKind) => {
      if (kind === 'endTxn' && refusals-- > 0) throw new StreamsError('INVALID_TXN_STATE', 'it was aborted');
    },
  };
  const server = new MemoryBroker({ clock, faults });
  for (const topic of ['in', 'out']) server.createTopic(topic, { partitions: 1 });
  const streams = create({ topology: copying(), ...settings(server, clock, 1) });
  streams.start().catch(() => undefined);
  await clock.advance(600);
  put(server, 'in', ['a', 'x'], ['b', 'y']);
  await clock.advance(5_000);
  expect(refusals).toBeLessThan(1);
  expect(streams.state).toBe('RUNNING');
  await clock.settle(streams.close());
  expect(values(server, 'out')).toEqual(['x', 'y']);
});
