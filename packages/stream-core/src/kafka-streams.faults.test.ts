import { describe, expect, test } from 'vitest';

import type { Faults } from './adapters/memory/faults.ts';
import { MemoryBroker } from './adapters/memory/memory-broker.ts';
import type { Chance } from './common/chance.ts';
import { seededChance } from './common/chance.ts';
import { sleep } from './common/clock.ts';
import { silentLogger } from './common/logger.ts';
import type { ProcessingGuarantee } from './config/streams-config.ts';
import { StreamsError } from './errors/streams-error.ts';
import { KafkaStreams } from './kafka-streams.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import { joinWindows } from './kstream/windows/windows.ts';
import { serdes } from './serdes/serdes.ts';
import { inMemoryState } from './state/in-memory-state.ts';
import { ManualClock } from './testing/manual-clock.ts';
import type { Topology } from './topology/topology.ts';

// Whole application instances over the embedded broker, while requests and answers get lost or late, instances die
// without a word, hang and come back as zombies, join and leave. One seed is one run.

const partitions = 3;
const records = 120;
const text = { key: serdes.string(), value: serdes.string() };

/** Counts by the first letter of the value, through a repartition topic; every update is written. */
const counting = (): Topology => {
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .groupBy((_key, value) => value.slice(0, 1), text)
    .count({ materialized: { caching: false } })
    .toStream()
    .to('out');
  return builder.build();
};

/** Joins every record with itself out of a second topic, by key and time. */
const joining = (): Topology => {
  const builder = new StreamsBuilder();
  const windows = joinWindows({ timeDifference: 1_000, grace: 10_000 });
  builder
    .stream('in', text)
    .join(builder.stream('other', text), (left, right) => `${left}+${right}`, windows)
    .to('out', text);
  return builder.build();
};

class Instance {
  readonly clientId: string;
  readonly streams: KafkaStreams;
  #resume: (() => void) | null = null;
  #frozen: Promise<void> | null = null;

  constructor(world: World, clientId: string) {
    this.clientId = clientId;
    this.streams = new KafkaStreams({
      topology: world.topology(),
      applicationId: 'app',
      clientId,
      broker: world.broker,
      state: inMemoryState(),
      processingGuarantee: world.guarantee,
      commitInterval: 40,
      sessionTimeout: 1_000,
      heartbeatInterval: 200,
      rebalanceTimeout: 2_000,
      transactionTimeout: 3_000,
      statestoreCacheMaxBytes: 0,
      clock: world.clock,
      chance: world.chance,
      logger: silentLogger,
    });
    this.streams.start().catch(() => undefined);
  }

  /** No request of it gets anywhere until it thaws, if ever: it is dead to the others, but does not know it. */
  freeze(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#frozen = promise;
    this.#resume = resolve;
  }

  thaw(): void {
    this.#resume?.();
    this.#frozen = null;
  }

  get frozen(): Promise<void> | null {
    return this.#frozen;
  }
}

class World {
  readonly clock = new ManualClock(1_000_000);
  readonly chance: Chance;
  readonly broker: MemoryBroker;
  readonly topology: () => Topology;
  readonly guarantee: ProcessingGuarantee;
  readonly instances = new Map<string, Instance>();
  readonly seen = { requestsLost: 0, crashes: 0, zombies: 0, leaves: 0 };
  isCalm = false;
  #count = 0;

  constructor(seed: number, topology: () => Topology, guarantee: ProcessingGuarantee) {
    this.chance = seededChance(seed);
    this.topology = topology;
    this.guarantee = guarantee;
    const faults: Faults = {
      beforeRequest: (_kind, clientId) => this.#disturb(clientId),
      afterRequest: (_kind, clientId) => this.#disturb(clientId),
      markerDelayMs: () => (this.isCalm ? 0 : Math.floor(this.chance() * 40)),
    };
    const { clock, chance } = this;
    this.broker = new MemoryBroker({ clock, chance, faults, retryTimeoutMs: 1_500 });
    for (const topic of ['in', 'other', 'out']) this.broker.createTopic(topic, { partitions });
  }

  start(): void {
    const clientId = `instance-${++this.#count}`;
    this.instances.set(clientId, new Instance(this, clientId));
  }

  /** Something happens to one of the instances. */
  strike(): void {
    const [victim] = [...this.instances.values()].filter(({ frozen }) => frozen === null);
    const dice = this.chance();
    if (victim === undefined || this.instances.size < 2) {
      this.start();
    } else if (dice < 0.35) {
      victim.freeze();
      this.seen.crashes++;
      this.start();
    } else if (dice < 0.6) {
      victim.freeze();
      this.seen.zombies++;
      this.clock.schedule(1_500 + this.chance() * 2_000, () => victim.thaw());
    } else if (dice < 0.8) {
      this.seen.leaves++;
      this.instances.delete(victim.clientId);
      victim.streams.close().catch(() => undefined);
      this.start();
    } else {
      this.start();
    }
  }

  /** Everything that has failed ends, and the instances that hang come back. */
  calm(): void {
    this.isCalm = true;
    for (const instance of this.instances.values()) instance.thaw();
    this.start();
  }

  async #disturb(clientId: string): Promise<void> {
    const instance = this.instances.get(clientId);
    await instance?.frozen;
    if (this.isCalm) return;
    if (this.chance() < 0.1) await sleep(this.clock, this.chance() * 60);
    if (this.chance() < 0.02) {
      this.seen.requestsLost++;
      throw new StreamsError('BROKER_UNAVAILABLE', 'lost');
    }
  }
}

const outputOf = (world: World) =>
  world.broker
    .records('out', { isolationLevel: 'read_committed' })
    .map(({ key, value }) => ({ key: String(key), value: value as Buffer }));

const feed = (world: World, topic: string, index: number): void => {
  const value = Buffer.from(`${'abcde'[index % 5]}${index}`);
  world.broker.produce(topic, [{ key: Buffer.from(`key-${index}`), value, timestamp: 1_000_000 + index }]);
};

const run = async (world: World, topics: readonly string[], isDone: () => boolean): Promise<void> => {
  world.start();
  world.start();
  for (let index = 0; index < records; index++) {
    for (const topic of topics) feed(world, topic, index);
    if (index % 17 === 9) world.strike();
    await world.clock.advance(60 + world.chance() * 80);
  }
  world.calm();
  for (let turns = 0; turns < 400 && !isDone(); turns++) await world.clock.advance(250);
  // What is doubled may come a little later.
  await world.clock.advance(6_000);
  const closing = [...world.instances.values()].map(({ streams }) => streams.close());
  await world.clock.settle(Promise.allSettled(closing));
};

const seeds = Array.from({ length: 12 }, (_, index) => index + 1);

describe('exactly-once', () => {
  test.each(seeds)('counts every record once, in order: seed %i', async (seed) => {
    const world = new World(seed, counting, 'exactly_once_v2');
    await run(world, ['in'], () => outputOf(world).length >= records);
    const byKey = new Map<string, number[]>();
    for (const { key, value } of outputOf(world)) {
      byKey.set(key, [...(byKey.get(key) ?? []), Number(value.readBigInt64BE())]);
    }
    const expected = Array.from({ length: records / 5 }, (_, index) => index + 1);
    expect([...byKey.keys()].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    for (const counts of byKey.values()) expect(counts).toEqual(expected);
    expect(world.seen.crashes + world.seen.zombies + world.seen.leaves).toBeGreaterThan(0);
  });

  test.each(seeds)('joins every pair once: seed %i', async (seed) => {
    const world = new World(seed + 1_000, joining, 'exactly_once_v2');
    await run(world, ['in', 'other'], () => outputOf(world).length >= records);
    const pairs = outputOf(world).map(({ key, value }) => `${key}=${value}`);
    const expected = Array.from({ length: records }, (_, index) => {
      const value = `${'abcde'[index % 5]}${index}`;
      return `key-${index}=${value}+${value}`;
    });
    expect(pairs.sort()).toEqual(expected.sort());
  });
});

describe('at-least-once', () => {
  test.each(seeds)('loses no record: seed %i', async (seed) => {
    const world = new World(seed + 2_000, joining, 'at_least_once');
    const keys = () => new Set(outputOf(world).map(({ key }) => key));
    await run(world, ['in', 'other'], () => keys().size >= records);
    expect(keys().size).toBe(records);
  });
});
