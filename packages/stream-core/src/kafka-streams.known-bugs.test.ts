import { expect, test } from 'vitest';

import { copying, counting, create } from '../test/kafka-streams-harness.ts';
import { InProcessBrokers } from './adapters/kafka/in-process/in-process-brokers.ts';
import { inProcessTransport } from './adapters/kafka/in-process/in-process-transport.ts';
import { kafkaOver } from './adapters/kafka/kafka-broker.ts';
import type { Faults, RequestKind } from './adapters/memory/faults.ts';
import { MemoryBroker } from './adapters/memory/memory-broker.ts';
import { seededChance } from './common/chance.ts';
import { silentLogger } from './common/logger.ts';
import type { ErrorCode } from './errors/codes.ts';
import { StreamsError } from './errors/streams-error.ts';
import { ManualClock } from './testing/manual-clock.ts';

// Bugs that others had with exactly-once, over brokers in this process; docs/testing.md has the list.

/** Applications whose commits come only when they must. */
const begin = () => {
  const clock = new ManualClock(1_000_000);
  const memory = new MemoryBroker({ clock });
  for (const topic of ['in', 'out']) memory.createTopic(topic, { partitions: 2 });
  const brokers = new InProcessBrokers(memory.cluster);
  let joins: PromiseWithResolvers<void> | null = null;
  let refusal: { readonly kind: RequestKind; readonly code: ErrorCode } | null = null;
  const faults: Faults = {
    beforeRequest: async (kind, clientId) => {
      if (kind === 'joinGroup' && clientId === 'a') await joins?.promise;
      if (kind !== refusal?.kind || clientId !== 'a') return;
      const { code } = refusal;
      refusal = null;
      throw new StreamsError(code, 'refused by the test');
    },
  };
  const broker = kafkaOver((client) => inProcessTransport({ ...client, brokers, faults }));
  const start = (clientId: string) => {
    const streams = create({
      topology: copying(),
      broker,
      clock,
      clientId,
      chance: seededChance(clientId.length),
      commitInterval: 50_000,
      transactionTimeout: 55_000,
      heartbeatInterval: 1_000,
      logger: silentLogger,
    });
    streams.start().catch(() => undefined);
    return streams;
  };
  const write = (value: string): void => {
    for (const partition of [0, 1]) memory.produce('in', [{ key: null, value: Buffer.from(value), partition }]);
  };
  return {
    clock,
    memory,
    start,
    write,
    holdJoins: () => {
      joins = Promise.withResolvers();
    },
    releaseJoins: () => joins?.resolve(),
    refuse: (kind: RequestKind, code: ErrorCode) => {
      refusal = { kind, code };
    },
    seen: () =>
      memory
        .records('out', { isolationLevel: 'read_committed' })
        .map(({ value }) => String(value))
        .sort(),
  };
};

/** An instance that is to give up one of its two partitions, with output of both that is not committed. */
const beforeRevocation = async () => {
  const world = begin();
  const first = world.start('a');
  await world.clock.advance(5_000);
  world.holdJoins();
  const second = world.start('bb');
  await world.clock.advance(5_000);
  world.write('late');
  await world.clock.advance(1_000);
  expect(world.seen()).toEqual([]);
  return { ...world, close: () => world.clock.settle(Promise.all([first.close(), second.close()])), first };
};

test('all tasks of the producer are committed when one of them is revoked (KAFKA-18943)', async () => {
  const { clock, releaseJoins, seen, memory, close } = await beforeRevocation();
  releaseJoins();
  await clock.advance(10_000);
  expect(seen()).toEqual(['late', 'late']);
  const offsets = memory.cluster.offsets.stableOffsets('app');
  expect([offsets.get('in-0'), offsets.get('in-1')]).toEqual([1, 1]);
  await close();
  expect(seen()).toEqual(['late', 'late']);
});

test.each(['endTxn', 'txnOffsetCommit'] as const)(
  'tasks are closed although the commit of their revocation fails, and nothing is doubled (KAFKA-12523): %s',
  async (kind) => {
    const { clock, releaseJoins, refuse, seen, write, first, close } = await beforeRevocation();
    refuse(kind, 'INVALID_TXN_STATE');
    releaseJoins();
    await clock.advance(120_000);
    write('after');
    await clock.advance(60_000);
    expect(first.state).toBe('RUNNING');
    expect(seen()).toEqual(['after', 'after', 'late', 'late']);
    await close();
    expect(seen()).toEqual(['after', 'after', 'late', 'late']);
  },
);

test('an id that the coordinator has forgotten ends the instance: others may have gone on (KAFKA-18019)', async () => {
  const { clock, start, write, refuse, seen } = begin();
  const streams = start('a');
  await clock.advance(5_000);
  refuse('endTxn', 'INVALID_PRODUCER_ID_MAPPING');
  write('unseen');
  await clock.advance(60_000);
  expect(streams.state).toBe('ERROR');
  expect(streams.error).toMatchObject({ code: 'INVALID_PRODUCER_ID_MAPPING' });
  expect(seen()).toEqual([]);
});

test('a restore goes on behind the last stable offset, up to what the predecessor has committed (KAFKA-10167)', async () => {
  const clock = new ManualClock(1_000_000);
  let markers = Number.POSITIVE_INFINITY;
  // The two markers of the last transaction in output and changelog come late; its offsets count at once.
  const faults: Faults = { markerDelayMs: () => (markers++ < 2 ? 5_000 : 0) };
  const memory = new MemoryBroker({ clock, faults });
  for (const topic of ['in', 'out']) memory.createTopic(topic, { partitions: 1 });
  const brokers = new InProcessBrokers(memory.cluster);
  const broker = kafkaOver((client) => inProcessTransport({ ...client, brokers }));
  const start = async (clientId: string) => {
    const streams = create({ topology: counting(), broker, clock, clientId, chance: seededChance(clientId.length) });
    streams.start().catch(() => undefined);
    await clock.advance(2_000);
    return streams;
  };
  const write = () => memory.produce('in', [{ key: Buffer.from('k'), value: Buffer.from('x'), partition: 0 }]);
  const first = await start('a');
  markers = 0;
  write();
  await clock.advance(100);
  await clock.settle(first.close());
  expect(markers).toBe(3);
  expect(memory.cluster.offsets.stableOffsets('app').get('in-0')).toBe(1);
  write();
  const second = await start('bb');
  expect(memory.records('out', { isolationLevel: 'read_committed' })).toEqual([]);
  expect(second.state).toBe('REBALANCING');
  await clock.advance(10_000);
  const counts = memory
    .records('out', { isolationLevel: 'read_committed' })
    .map(({ value }) => Number(Buffer.from(value ?? []).readBigInt64BE()));
  expect(counts).toEqual([1, 2]);
  await clock.settle(second.close());
});
