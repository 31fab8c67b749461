import { expect, test } from 'vitest';

import { counting, create } from '../test/kafka-streams-harness.ts';
import { InProcessBrokers } from './adapters/kafka/in-process/in-process-brokers.ts';
import { inProcessTransport } from './adapters/kafka/in-process/in-process-transport.ts';
import { kafkaOver } from './adapters/kafka/kafka-broker.ts';
import type { Faults, RequestKind } from './adapters/memory/faults.ts';
import { MemoryBroker } from './adapters/memory/memory-broker.ts';
import type { Broker } from './broker/broker.ts';
import { seededChance } from './common/chance.ts';
import { silentLogger } from './common/logger.ts';
import type { KafkaStreams } from './kafka-streams.ts';
import { ManualClock } from './testing/manual-clock.ts';

interface Server {
  /** What the instances talk to. */
  readonly broker: Broker;
  /** What holds the logs. */
  readonly memory: MemoryBroker;
}

const kinds: Readonly<Record<string, (clock: ManualClock, faults: Faults) => Server>> = {
  memory: (clock, faults) => {
    const memory = new MemoryBroker({ clock, faults });
    return { broker: memory, memory };
  },
  kafka: (clock, faults) => {
    const memory = new MemoryBroker({ clock });
    const brokers = new InProcessBrokers(memory.cluster);
    const broker = kafkaOver((client) => inProcessTransport({ ...client, brokers, faults }));
    return { broker, memory };
  },
};

const partitions = 6;

/** Three instances under exactly-once, the last of which can be kept from sending requests of a kind. */
const begin = async (kind: string) => {
  const clock = new ManualClock(1_000_000);
  const held = new Map<string, PromiseWithResolvers<void>>();
  const faults: Faults = {
    beforeRequest: async (request: RequestKind, clientId: string) => held.get(`${clientId} ${request}`)?.promise,
  };
  const { broker, memory } = kinds[kind]!(clock, faults);
  memory.createTopic('in', { partitions });
  memory.createTopic('out', { partitions });
  const warnings: string[] = [];
  const start = (clientId: string): KafkaStreams => {
    const streams = create({
      topology: counting(),
      broker,
      clock,
      clientId,
      chance: seededChance(clientId.length),
      commitInterval: 100,
      sessionTimeout: 60_000,
      heartbeatInterval: 1_000,
      rebalanceTimeout: 120_000,
      transactionTimeout: 10_000,
      statestoreCacheMaxBytes: 0,
      logger: { ...silentLogger, warn: (event) => warnings.push(event), error: (event) => warnings.push(event) },
    });
    streams.start().catch(() => undefined);
    return streams;
  };
  const instances = ['a', 'bb', 'slow'].map(start);
  await clock.advance(20_000);
  return {
    clock,
    memory,
    warnings,
    start: (clientId: string) => instances.push(start(clientId)),
    hold: (clientId: string, request: RequestKind) => held.set(`${clientId} ${request}`, Promise.withResolvers()),
    release: (clientId: string, request: RequestKind) => {
      held.get(`${clientId} ${request}`)?.resolve();
      held.delete(`${clientId} ${request}`);
    },
    /** A record in every partition, ten times a second. */
    feed: async (ms: number) => {
      for (let passedMs = 0; passedMs < ms; passedMs += 100) {
        for (let partition = 0; partition < partitions; partition++) {
          memory.produce('in', [{ key: Buffer.from(`k${partition}`), value: Buffer.from('x'), partition }]);
        }
        await clock.advance(100);
      }
    },
    group: () => memory.cluster.groups.describe('app'),
    /** How many counts readers see of each key; each must be there once and in order. */
    seen: () => {
      const counts = new Map<string, number>();
      for (const { key, value } of memory.records('out', { isolationLevel: 'read_committed' })) {
        const count = (counts.get(String(key)) ?? 0) + 1;
        expect(Number((value as Buffer).readBigInt64BE()), String(key)).toBe(count);
        counts.set(String(key), count);
      }
      return [...counts.values()];
    },
    close: () => clock.settle(Promise.all(instances.map((streams) => streams.close()))),
  };
};

test.each(Object.keys(kinds))(
  'output goes on while the group waits for a member, longer than a transaction may be open: %s',
  async (kind) => {
    const world = await begin(kind);
    await world.feed(2_000);
    world.hold('slow', 'joinGroup');
    world.start('newest');
    await world.feed(30_000);
    expect(world.group()?.state).toBe('PreparingRebalance');
    // Nobody has heard from the slow member for 30 s, but it too works and commits.
    expect(Math.min(...world.seen())).toBeGreaterThan(310);
    world.release('slow', 'joinGroup');
    await world.feed(5_000);
    await world.clock.advance(20_000);
    expect(world.seen()).toEqual(Array.from({ length: partitions }, () => 370));
    expect(world.warnings).toEqual([]);
    await world.close();
  },
);

test.each(Object.keys(kinds))(
  'offsets that arrive when the group has gone on count in the next generation: %s',
  async (kind) => {
    const world = await begin(kind);
    await world.feed(2_000);
    world.hold('slow', 'joinGroup');
    world.start('newest');
    await world.feed(5_000);
    const { generationId = 0 } = world.group() ?? {};
    world.hold('a', 'txnOffsetCommit');
    await world.feed(1_000);
    world.release('slow', 'joinGroup');
    await world.feed(1_000);
    expect(world.group()?.generationId).toBeGreaterThan(generationId);
    world.release('a', 'txnOffsetCommit');
    await world.feed(2_000);
    await world.clock.advance(20_000);
    expect(world.seen()).toEqual(Array.from({ length: partitions }, () => 110));
    expect(world.warnings).toEqual([]);
    await world.close();
  },
);

test.each(
  Object.keys(kinds).flatMap((kind) => (['txnOffsetCommit', 'endTxn'] as const).map((at) => [kind, at] as const)),
)(
  'an instance whose transaction took too long begins anew in its place, and nobody rebalances: %s, %s',
  async (kind, at) => {
    const world = await begin(kind);
    await world.feed(2_000);
    const { generationId } = world.group() ?? {};
    world.hold('a', at);
    // Its heartbeats arrive all the while, and longer than a transaction may be open nothing else does.
    await world.feed(15_000);
    world.release('a', at);
    await world.feed(3_000);
    await world.clock.advance(20_000);
    expect(world.seen()).toEqual(Array.from({ length: partitions }, () => 200));
    expect(world.group()).toMatchObject({ generationId, state: 'Stable' });
    expect(world.warnings).toEqual(['transaction.lost']);
    await world.close();
  },
);
